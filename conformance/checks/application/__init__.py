"""Applications for products."""
