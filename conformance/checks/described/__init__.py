"""Checks of the running API against its published description."""
