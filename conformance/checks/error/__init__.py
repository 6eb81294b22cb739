"""The error answers of an API: one shape, true, and silent about what lies behind."""
