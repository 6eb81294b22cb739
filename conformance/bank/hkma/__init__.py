"""A stand-in for HKMA's own Open API: its datasets with synthetic records of the same shape."""
