"""Checks of one-time passwords."""
