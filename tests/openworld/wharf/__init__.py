"""A bank with account information in the shapes of the Berlin Group, behind a login in three pages."""
