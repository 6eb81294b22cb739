"""The lives of consents, codes and tokens together."""
