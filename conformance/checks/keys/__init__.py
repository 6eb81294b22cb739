"""The authorization server's published keys."""
