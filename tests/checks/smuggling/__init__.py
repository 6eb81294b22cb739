"""Framing of requests, on real connections."""
