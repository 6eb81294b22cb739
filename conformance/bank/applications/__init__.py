"""The application services of the reference bank: Phase II."""
