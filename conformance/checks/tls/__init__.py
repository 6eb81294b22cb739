"""What TLS shows from outside, judged: versions, suites, certificates, flaws, client certificates."""
