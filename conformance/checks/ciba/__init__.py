"""Authentication that a TSP begins and the customer ends on a device of their own (CIBA)."""
