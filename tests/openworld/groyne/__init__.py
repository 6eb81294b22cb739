"""Groyne Bank, which takes a payment first and asks its customer then, in the shapes of the Berlin Group."""
