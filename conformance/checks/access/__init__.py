"""Access for registered TSPs only, where the bank declares credentials."""
