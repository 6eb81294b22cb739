"""The ``rate_limit`` section of the reference bank's file, and the bank that it leads to.

Limits are probed at a second address, where the same bank has a low limit and knows two TSPs, so that
everything else is tested at full speed.
"""

from __future__ import annotations

from conformance.bank.limits import LimitPolicy
from conformance.bank.policy import Policy
from conformance.bank.products.access import ID, SECRET
from conformance.embedded_authorization import Hide

GENEROUS = LimitPolicy(kind="token-bucket", quota=1_000_000)
"""The limit of the bank where everything but limits is tested."""
LOW = LimitPolicy(kind="token-bucket", quota=50, window=1.0)
TSPS = (("limit-tsp-1", "limit-tsp-1-secret"), ("limit-tsp-2", "limit-tsp-2-secret"))


def limited(policy: Policy) -> Policy:
    """The same bank with a low limit, for registered TSPs only."""
    registered = policy.evolve("products.access", "header-pair").evolve("products.clients", TSPS)
    return registered.evolve("limits", LOW)


def rate_limit(base_url: str, hide: Hide) -> dict[str, object]:
    """The section as data; ``base_url`` is where the limited bank answers."""
    first, second = (
        {"kind": "header-pair", "headers": {ID: hide(f"{name}-id", name), SECRET: hide(name, secret)}}
        for name, secret in TSPS
    )
    return {
        "base_url": base_url,
        "requests_per_second": 400,
        "requests": 800,
        "seconds": 30,
        "authentication": first,
        "second_tsp": second,
        "token_endpoint": f"{base_url}/oauth/token",
    }
