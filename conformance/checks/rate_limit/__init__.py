"""Rate limits: that there are some, what they count, and what the bank says of them."""
