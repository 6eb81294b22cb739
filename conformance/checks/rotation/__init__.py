"""Keys of the authorization server that change while what they signed still counts."""
