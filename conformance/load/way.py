"""Which path leads to where a wire leads."""

from __future__ import annotations

from conformance.load.path import NetworkPath
from conformance.load.shot import Path
from conformance.load.timeline import MemoryPath
from conformance.wire import MemoryWire, NetworkWire, Wire


def path_of(wire: Wire, timeout: float) -> Path:
    """The fast path of a network wire; for any other, its requests one after another."""
    if isinstance(wire, NetworkWire):
        return NetworkPath(wire.context, timeout=timeout)
    clock = wire.clock if isinstance(wire, MemoryWire) else None
    return MemoryPath(wire, clock, timeout)
