"""Who may call a described operation, and whose objects it gives."""
