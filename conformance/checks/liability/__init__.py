"""Checks of what customers are told of liability and fraud."""
