"""Whether the same request gets the same kind of answer each time."""
