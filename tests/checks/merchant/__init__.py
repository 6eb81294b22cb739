"""Checks of payments to merchants."""
