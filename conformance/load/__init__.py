"""Load: requests sent by the clock, and what they tell of a bank's rate limit.

``shot`` has what is sent and what came of it; ``path`` sends over the network, ``timeline`` into a bank in
memory; ``volley`` sums one burst up, ``sign`` reads from it what is plain; ``limiter`` holds the known kinds
of limit as models, ``fit`` finds the one that explains what was seen, ``search`` decides what to send next.
"""
