"""Whether the data of accounts make sense."""
