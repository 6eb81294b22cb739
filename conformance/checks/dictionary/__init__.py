"""Checks of the published data dictionary."""
