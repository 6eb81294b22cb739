"""Links that a customer can follow."""
