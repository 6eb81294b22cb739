"""One-time passwords."""
