"""The reference bank: a WSGI application over a frozen Policy, and its mutants."""
