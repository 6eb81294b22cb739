"""Methods that an API should not have."""
