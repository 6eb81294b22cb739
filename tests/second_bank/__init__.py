"""A second bank, of another shape than the reference bank and sharing no code with it or with the suite."""
