"""Checks of the sandbox."""
