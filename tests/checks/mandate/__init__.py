"""Checks of mandates and debits."""
