"""Cross-origin resource sharing, as the Fetch standard defines it."""
