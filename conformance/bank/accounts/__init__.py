"""Phase III of the reference bank: consents, account information, retrieval and alteration."""
