"""Checks of the developer portal."""
