"""What is over once a TSP has revoked a token."""
