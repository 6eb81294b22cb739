"""The servers of others, installed once into an ignored folder of the checkout as their lock files say."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build" / "peers"
REQUIRED = "CONFORMANCE_PEERS"
"""An environment variable: set to ``required`` it makes a missing peer a failure instead of a skip."""
OLDEST_NODE = (20, 19)


def missing(reason: str) -> None:
    """Skips the test that needs a peer, or fails it where peers are required."""
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def node() -> str:
    """The Node.js program; skips without one that is new enough."""
    program = shutil.which("node")
    if program is None or shutil.which("npm") is None:
        missing("needs node and npm, which are not on this machine")
    told = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(int(part) for part in told.strip().lstrip("v").split(".")[:2])
    if version < OLDEST_NODE:
        missing(f"needs node {'.'.join(map(str, OLDEST_NODE))} or later, here is {told.strip()}")
    return str(program)


@cache
def node_modules() -> Path:
    """A folder with our server files and what they need; skips where the registry cannot be reached."""
    node()
    source = HERE / "node"
    lock = (source / "package-lock.json").read_bytes()
    place = BUILD / f"node-{hashlib.sha256(lock).hexdigest()[:16]}"
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, place)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
            if done.returncode:
                missing(f"npm could not install the peer: {done.stderr.strip()[-300:]}")
            (place / "ready").touch()
    return place / "node_modules"
