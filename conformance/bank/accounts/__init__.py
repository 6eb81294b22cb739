"""Phase III of the reference bank: consents, account information, and the retrieval and alteration services."""
