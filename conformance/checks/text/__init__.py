"""Text fit to be shown as it comes."""
