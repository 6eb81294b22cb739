"""Payments and what they must match."""
