"""The authorization server of the reference bank: OAuth 2.0, OpenID Connect, FAPI 1.0 and 2.0, CIBA."""
