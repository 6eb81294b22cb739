"""Right banks of other makes than the reference bank, and what must be said of them when they go wrong."""
