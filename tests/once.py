"""What is worked out once for all workers of a run of the tests, beside the temporary files of all."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

SHARED: list[Path] = []
"""The folder that the workers have in common, where there are workers."""
T = TypeVar("T")


def once(name: str, make: Callable[[], T]) -> T:
    """What ``make`` gives to the first worker that asks for this name; the others wait for it and read it."""
    if not SHARED:
        return make()
    place = SHARED[0] / f"{name}.pickle"
    with place.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not place.exists():
            place.write_bytes(pickle.dumps(make()))
        made: T = pickle.loads(place.read_bytes())
    return made
