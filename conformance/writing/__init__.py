"""Calls that change a bank's state: what they may cost, how they are signed, what they leave behind."""
