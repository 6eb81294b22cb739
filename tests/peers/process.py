"""A peer in a process of its own, from the line that tells its address to its end."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.peers.install import HERE
from tests.peers.world import world

WRITTEN = "https://localhost:8443"
"""The address in the committed bank files; a test puts the peer's own port there."""


@contextmanager
def running(
    bank: str,
    folder: Path,
    command: Sequence[str],
    told: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
) -> Iterator[Path]:
    """Starts a peer with what it is told in a file, and gives the named bank file with its address."""
    folder.mkdir(parents=True, exist_ok=True)
    world().written(folder)
    tls = {"key": "server.key", "certificate": "server.pem", "authority": "authority.pem"}
    places = {name: str(folder / file) for name, file in tls.items()}
    configuration = folder / "peer.json"
    configuration.write_text(json.dumps({**told, "tls": places}))
    with (folder / "peer.log").open("w") as log:
        process = subprocess.Popen(
            [*command, str(configuration)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"the peer did not start: {(folder / 'peer.log').read_text()[-2000:]}"
            yield _addressed(bank, folder, json.loads(line)["address"])
        finally:
            process.terminate()
            process.communicate(timeout=60)


def _addressed(bank: str, folder: Path, address: str) -> Path:
    text = (HERE / "banks" / f"{bank}.yaml").read_text()
    assert WRITTEN in text
    place = folder / "bank.yaml"
    place.write_text(text.replace(WRITTEN, address))
    return place
