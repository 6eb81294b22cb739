"""Other spellings of a protected path (RFC 3986, section 6)."""
