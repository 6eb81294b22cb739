"""Members whose names and types hold still."""
