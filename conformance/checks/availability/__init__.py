"""Functions that answer with data."""
