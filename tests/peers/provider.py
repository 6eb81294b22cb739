"""oidc-provider in a process of its own, as one of several kinds of bank."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.peers.install import HERE, node, node_modules
from tests.peers.world import CUSTOMERS, world

WRITTEN = "https://localhost:8443"
"""The address in the committed bank files; a test puts the peer's own port there."""


@contextmanager
def provider(preset: str, folder: Path, *, defects: Sequence[str] = ()) -> Iterator[Path]:
    """A running peer; gives its bank file. ``defects`` are those of defects.mjs."""
    made = world()
    folder.mkdir(parents=True, exist_ok=True)
    made.written(folder)
    told = {
        "modules": str(node_modules()),
        "preset": preset,
        "defects": list(defects),
        "tls": {
            "key": str(folder / "server.key"),
            "certificate": str(folder / "server.pem"),
            "authority": str(folder / "authority.pem"),
        },
        "clients": [tsp.registration(preset) for tsp in made.tsps],
        "customers": CUSTOMERS,
        "jwks": {"keys": list(made.keys)},
    }
    configuration = folder / "provider.json"
    configuration.write_text(json.dumps(told))
    heard = (folder / "provider.log").open("w")
    process = subprocess.Popen(
        [node(), str(HERE / "node" / "server.mjs"), str(configuration)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=heard,
        text=True,
        cwd=folder,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            said = (folder / "provider.log").read_text()[-2000:]
            raise AssertionError(f"the peer did not start: {said}")
        yield bank_file(preset, folder, json.loads(line)["issuer"])
    finally:
        process.terminate()
        process.communicate(timeout=10)
        heard.close()


def bank_file(preset: str, folder: Path, issuer: str) -> Path:
    """The committed bank file of a preset with the peer's address, beside its keys."""
    text = (HERE / "banks" / f"oidc-provider-{preset}.yaml").read_text()
    assert WRITTEN in text
    place = folder / "bank.yaml"
    place.write_text(text.replace(WRITTEN, issuer))
    return place
