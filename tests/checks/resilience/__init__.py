"""Banks under pressure, slow clients and slow banks, on real connections."""
