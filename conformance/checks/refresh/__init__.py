"""What refresh tokens give, and to whom."""
