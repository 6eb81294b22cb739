"""Objects behind identifiers: those of others, of nobody, and misspelt ones."""
