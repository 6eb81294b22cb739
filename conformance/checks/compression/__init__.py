"""Content codings of answers and of request bodies."""
