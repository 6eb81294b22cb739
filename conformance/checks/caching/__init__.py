"""Caching (RFC 9111) and conditional requests (RFC 9110, section 13)."""
