"""Plain http beside https."""
