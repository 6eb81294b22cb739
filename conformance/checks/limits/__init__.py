"""Sizes of requests: how a server refuses what is too large for it."""
