"""Security headers, and what headers give away."""
