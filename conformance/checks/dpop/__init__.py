"""Proofs of possession (RFC 9449) with one thing wrong at a time."""
