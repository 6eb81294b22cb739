"""The moment between looking and writing in a bank that does not hold its lock."""

from __future__ import annotations

import time

NAP = 0.005
NAPS = 16


def linger() -> None:
    """Let other requests pass for 80 ms.

    In short naps: where the whole machine stands still for longer than that, only one of them is lost, and
    the others still let a second request slip in.
    """
    for _ in range(NAPS):
        time.sleep(NAP)
