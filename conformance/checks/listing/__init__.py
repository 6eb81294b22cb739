"""Checks of the public repositories that list an API."""
