"""A bank of another make that takes payments: minor units, keys in the body, 202 and enquiries."""
