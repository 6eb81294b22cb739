"""The TSP's side of OAuth 2.0, OpenID Connect and FAPI."""
