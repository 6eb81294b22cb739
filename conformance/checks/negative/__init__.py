"""Requests that the description forbids, one broken rule at a time."""
