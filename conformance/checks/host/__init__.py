"""What a request claims of hosts, clients and paths, and what a host shows beside its API."""
