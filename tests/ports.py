"""Ports for programs that must be told theirs before they start."""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
COUNT = 12_000


def _candidates() -> Iterator[int]:
    """Ports below those that the kernel hands out by itself; each process begins at another."""
    first = int(RANGE.read_text().split()[0]) if RANGE.exists() else 32768
    for number in itertools.count(os.getpid() * 997):
        yield first - COUNT + number % COUNT


_FREE = _candidates()


def free_port() -> int:
    """A port of loopback that nobody uses, and that no other test gets before its program has bound it."""
    for port in itertools.islice(_FREE, COUNT):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port of loopback is free")
