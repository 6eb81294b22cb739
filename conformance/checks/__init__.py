"""The verification functions, one folder per subject; importing the folder registers them."""
