"""Pushed authorization requests."""
