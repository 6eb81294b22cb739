"""oidc-provider in a process of its own, as one of several kinds of bank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.peers.install import HERE, node, node_modules
from tests.peers.process import running
from tests.peers.world import CUSTOMERS, REGISTRATION_TOKEN, world


@contextmanager
def provider(preset: str, folder: Path, *, defects: Sequence[str] = ()) -> Iterator[Path]:
    """A running peer; gives its bank file. ``defects`` are those of defects.mjs."""
    told = {
        "modules": str(node_modules()),
        "preset": preset,
        "defects": list(defects),
        "clients": [tsp.registration(preset) for tsp in world().tsps],
        "customers": CUSTOMERS,
        "registrationToken": REGISTRATION_TOKEN,
        "jwks": {"keys": world().keys},
    }
    command = [node(), str(HERE / "node" / "server.mjs")]
    with running(f"oidc-provider-{preset}", folder, command, told) as bank:
        yield bank
