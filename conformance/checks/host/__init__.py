"""The host that a request claims to be for."""
