"""Exchange rates that a customer could be quoted."""
