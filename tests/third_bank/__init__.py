"""A third bank: accounts, payees and transfers to be created, changed and removed; described, of two customers."""
