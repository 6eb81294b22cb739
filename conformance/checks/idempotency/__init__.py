"""A request repeated is one request."""
