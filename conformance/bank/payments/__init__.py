"""The payment services of the reference bank: Phase IV."""
