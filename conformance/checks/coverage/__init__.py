"""Checks of what is offered of Annex A."""
