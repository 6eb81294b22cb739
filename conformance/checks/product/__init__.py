"""What a bank says of its products: complete, readable and making sense."""
