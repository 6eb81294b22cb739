"""Checks of locations against public lists."""
