"""Phase I of the reference bank: product and service information."""
