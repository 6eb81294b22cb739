"""What the reference bank publishes beside its API: portal, data dictionary, partners, liability."""
