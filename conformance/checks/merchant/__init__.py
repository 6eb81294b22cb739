"""Payments to merchants."""
