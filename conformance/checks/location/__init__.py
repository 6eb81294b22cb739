"""Branches, ATMs and safe deposit boxes that a customer can find."""
