"""The servers of others, installed once into an ignored folder of the checkout as their lock files say."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
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
    """The folder of what our Node.js server needs; skips where the registry cannot be reached."""
    node()
    source = HERE / "node"
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return (
        _installed("node", [source / "package.json", source / "package-lock.json"], command) / "node_modules"
    )


@cache
def django_packages() -> Path:
    """The folder of what our Django server needs beside the suite's own environment; skips likewise."""
    lock = HERE / "django_server" / "requirements.lock"
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--require-hashes", "--target", "packages", "-r", lock.name),
    ]
    return _installed("django", [lock], command) / "packages"


def _installed(name: str, sources: list[Path], command: list[str]) -> Path:
    """A folder named by what the sources say, in which the command has run on copies of them, once."""
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    place = BUILD / f"{name}-{digest}"
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for source in sources:
                shutil.copy(source, place)
            done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
            if done.returncode:
                missing(f"{command[0]} could not install the peer: {done.stderr.strip()[-300:]}")
            (place / "ready").touch()
    return place
