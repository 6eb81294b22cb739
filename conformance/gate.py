"""A gate: many may pass at a time, unless one has closed it to be alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Counts who is inside. The thread that has closed the gate may still pass, and close it again."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._owner: int | None = None
        self._depth = 0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Waits while another thread has the gate closed; inside while the block lasts."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._owner in (None, me))
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Waits until nobody is inside; nobody else gets in while the block lasts."""
        me = threading.get_ident()
        with self._changed:
            if self._owner != me:
                self._changed.wait_for(lambda: self._owner is None)
                self._owner = me
                self._changed.wait_for(lambda: self._inside == 0)
            self._depth += 1
        try:
            yield
        finally:
            with self._changed:
                self._depth -= 1
                if self._depth == 0:
                    self._owner = None
                    self._changed.notify_all()
