"""Requests whose end two servers could see in two places (RFC 9112, 11.2)."""
