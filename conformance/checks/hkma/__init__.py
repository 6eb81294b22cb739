"""Checks of HKMA's own Open API."""
