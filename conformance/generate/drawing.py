"""Processes that draw requests for the deep mode: one for each core, since drawing is what costs.

What is drawn depends on the seed of the run, the operation and the round alone, not on how many processes
there are. A process that dies or does not answer is told of, and replaced without the operation in its hand.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

PATIENCE = 60.0
"""Seconds after which a process that draws for one operation is given up."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """What to draw: for which operation, in which round; round 0 is what is drawn without chance."""

    api: str
    path: str
    method: str
    round: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One request in parts, as it travels between processes."""

    what: str
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    raw: bytes
    media_type: str


Draw = Callable[[Task], list[Drawn]]


class Make(Protocol):
    """Makes what draws, in the process that draws; a function of a module, since it travels by its name."""

    def __call__(self, documents: Mapping[str, Any]) -> Draw: ...


def cores() -> int:
    """The cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


class Drawers:
    """The processes. ``told`` says what became of those that died."""

    def __init__(self, make: Make, documents: Mapping[str, Any], count: int) -> None:
        self._make = make
        self._documents = documents
        self._workers = [_Worker(make, documents) for _ in range(max(1, count))]
        self.told: list[str] = []
        self.lost: set[str] = set()

    def ready(self) -> None:
        """Waits until the processes have loaded what they need, which no time is counted for."""
        for worker in self._workers:
            worker.ready()

    def drawn(self, tasks: Sequence[Task], left: Callable[[], float]) -> Iterator[tuple[Task, list[Drawn]]]:
        """What was drawn for each task, in the order of the tasks, until no time is ``left``."""
        wanted = [task for task in tasks if task.name not in self.lost]
        for number, task in enumerate(wanted):
            self._workers[number % len(self._workers)].ask(task)
        for number, task in enumerate(wanted):
            at = number % len(self._workers)
            seconds = left()
            if seconds <= 0:
                return
            found = self._workers[at].take(min(PATIENCE, seconds))
            if found is None and left() <= 0:
                return
            if found is None:
                self._replace(at, task)
                continue
            yield task, found

    def _replace(self, at: int, task: Task) -> None:
        worker = self._workers[at]
        why = worker.ended()
        self.lost.add(task.name)
        self.told.append(f"a process that drew requests for {task.name} {why}; the operation is left out")
        _log.warning("%s", self.told[-1])
        fresh = _Worker(self._make, self._documents)
        fresh.ready()
        for waiting in worker.asked:
            fresh.ask(waiting)
        self._workers[at] = fresh

    def close(self) -> None:
        for worker in self._workers:
            worker.ended()


class _Worker:
    """One process, and the tasks that it has not answered yet."""

    def __init__(self, make: Make, documents: Mapping[str, Any]) -> None:
        # A fork of a process with threads may hang; a fresh one imports what it needs.
        fresh = multiprocessing.get_context("spawn")
        self._pipe, theirs = fresh.Pipe()
        self._process: BaseProcess = fresh.Process(
            target=_draws, args=(theirs, make, dict(documents)), daemon=True
        )
        self._process.start()
        theirs.close()
        self.asked: deque[Task] = deque()

    def ready(self) -> None:
        with suppress(OSError, EOFError):
            if self._pipe.poll(PATIENCE):
                self._pipe.recv()

    def ask(self, task: Task) -> None:
        self.asked.append(task)
        try:
            self._pipe.send(task)
        except OSError:
            return  # it is dead, which its answer will tell

    def take(self, seconds: float) -> list[Drawn] | None:
        """What was drawn for the oldest task; None when nothing comes."""
        self.asked.popleft()
        try:
            if not self._pipe.poll(seconds):
                return None
            found: list[Drawn] = self._pipe.recv()
        except (OSError, EOFError):
            return None
        return found

    def ended(self) -> str:
        """Ends the process; gives what had become of it."""
        self._process.join(0.2)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            self._process.join()
        self._pipe.close()
        if code is None:
            return f"gave nothing for {PATIENCE:.0f} s"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def _draws(pipe: Connection, make: Make, documents: Mapping[str, Any]) -> None:
    """The life of a process: draws for one task after another until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    draw = make(documents)
    pipe.send(True)
    while True:
        try:
            task: Task = pipe.recv()
            pipe.send(draw(task))
        except (OSError, EOFError):
            return
