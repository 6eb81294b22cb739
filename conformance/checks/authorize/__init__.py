"""The authorization endpoint: requests, pages, responses."""
