"""Payments in any order of steps."""
