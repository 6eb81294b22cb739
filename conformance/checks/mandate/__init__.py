"""Direct debit authorisations."""
