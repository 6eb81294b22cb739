"""Input that a careless server runs as code or as a query, judged by what comes of it."""
