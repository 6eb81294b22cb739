"""What a bank tells of its tokens."""
