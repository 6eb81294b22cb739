"""A third bank: accounts to read, payees and transfers to make and change, for two customers."""
