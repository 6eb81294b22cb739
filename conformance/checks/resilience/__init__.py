"""Resilience: what becomes of answers when requests come fast, break off or share a connection."""
