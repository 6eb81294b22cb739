"""Checks of the list of partnering TSPs."""
