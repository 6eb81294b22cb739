"""Answers against the description of the API: what is sent is what is described."""
