"""The token endpoint, and what it gives."""
