"""The authorization server's metadata."""
