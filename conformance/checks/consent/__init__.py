"""What a consent opens, for how long, and to whom."""
