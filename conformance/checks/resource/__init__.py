"""Calls to protected functions with a token that is missing, wrong, or in the wrong hands."""
