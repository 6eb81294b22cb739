"""Authorization servers written by others, installed from their registries and judged through bank.yaml."""
