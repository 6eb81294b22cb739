"""The ledger: what a run has made at a bank, told before and after each call that makes something.

One JSON line an event, on the disk before the call goes out and again when its answer is in, so that a run
that is killed at any point leaves a list on which everything it may have made stands, once. A line that was
cut off is the last one, and says less than the lines before it.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal

from conformance.errors import Refused

FILE = "ledger.jsonl"

State = Literal["intended", "made", "refused", "cleaned", "done", "repeated"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a run made, or may have made.

    ``intended`` without a later state means that no answer told, since the run ended or the bank failed: it
    may exist.
    ``repeated`` is a request that was sent again under its key, and answered with what is listed already.
    ``done`` is a call that changed what another one has made, such as a confirmation or a cancellation.
    ``identifier`` is the bank's; ``key`` the idempotency key; ``run`` tells the runs of one folder apart.
    """

    number: int
    run: str
    case: str
    function: str
    state: State
    amount: str = ""
    currency: str = ""
    account: str = ""
    key: str = ""
    identifier: str = ""
    at: float = 0.0

    @property
    def remains(self) -> bool:
        """Whether it tells of something that exists, may exist, or did until it was cancelled."""
        return self.state in ("intended", "made", "cleaned")

    @property
    def words(self) -> str:
        """The entry for a person."""
        what = {
            "intended": "may exist: no answer of the bank told what became of it",
            "made": "exists",
            "refused": "was refused, so nothing was made",
            "cleaned": "was made and cancelled",
            "done": "was asked for and done",
            "repeated": "was answered with what exists already",
        }[self.state]
        money = f" {self.currency} {self.amount} from {self.account}" if self.amount else ""
        return f"{self.function}{money}: {self.identifier or self.key} {what}"


class Ledger:
    """Writes a run's ledger; without a path it is kept in memory alone.

    ``budget`` is the most that may be moved, in one currency; None means that nothing that moves money may be
    made. What was refused is given back. Safe for several threads.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        budget: Decimal | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._budget = budget
        self._spent = Decimal(0)
        self._run = uuid.uuid4().hex[:12]
        self._entries: dict[int, Entry] = {}
        self._path = path
        self._stream: BinaryIO | None = None

    def intend(
        self,
        case: str,
        function: str,
        *,
        amount: str = "",
        currency: str = "",
        account: str = "",
        key: str = "",
    ) -> int:
        """Tells that something is about to be made; gives its number. Raises ``Refused`` over the budget."""
        with self._lock:
            cost = Decimal(amount) if amount else Decimal(0)
            if cost and (self._budget is None or self._spent + cost > self._budget):
                raise Refused(
                    f"the budget of {self._budget or 0} {currency} for all writes of a run is used up; "
                    "raise writes.budget in bank.yaml"
                )
            self._spent += cost
            number = len(self._entries) + 1
            made = Entry(number, self._run, case, function, "intended", amount, currency, account, key)
            self._entries[number] = made
            self._write(made)
        return number

    def settle(self, number: int, state: State, identifier: str = "") -> None:
        """Tells what became of it."""
        with self._lock:
            known = self._entries[number]
            if state == "refused" and known.state == "intended" and known.amount:
                self._spent -= Decimal(known.amount)
            if state == "made" and known.state == "intended" and self._listed(known, identifier):
                state = "repeated"
            settled = replace(known, state=state, identifier=identifier or known.identifier)
            self._entries[number] = settled
            self._write(settled)

    def _listed(self, entry: Entry, identifier: str) -> bool:
        """Whether what an answer names is on the list: made by the same function under the same key."""
        same = (entry.function, entry.key, identifier)
        return bool(identifier) and any(
            (each.function, each.key, each.identifier) == same and each.state in ("made", "cleaned")
            for each in self._entries.values()
        )

    def clean(self, identifier: str) -> None:
        """Tells that what bears the bank's identifier was cancelled."""
        for number, entry in list(self._entries.items()):
            if entry.identifier == identifier and entry.state == "made":
                self.settle(number, "cleaned")

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything so far, in order."""
        with self._lock:
            return tuple(self._entries.values())

    @property
    def spent(self) -> Decimal:
        """What has been moved, or may have been."""
        with self._lock:
            return self._spent

    def _write(self, entry: Entry) -> None:
        if self._path is None:
            return
        if self._stream is None:
            self._stream = _opened(self._path)
        line = json.dumps(_plain(replace(entry, at=self._clock())), ensure_ascii=False)
        self._stream.write(line.encode() + b"\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        with self._lock:
            if self._stream is not None:
                self._stream.close()
                self._stream = None


def _opened(path: Path) -> BinaryIO:
    """The file at its end, on a line of its own, its name on the disk."""
    stream = path.open("ab")
    if stream.tell():
        with path.open("rb") as read_back:
            read_back.seek(-1, os.SEEK_END)
            if read_back.read(1) != b"\n":
                stream.write(b"\n")
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return stream


def _plain(entry: Entry) -> Mapping[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__ if getattr(entry, name) != ""}


def summary(entries: tuple[Entry, ...]) -> str:
    """What a run leaves behind, in one line; empty when it has made nothing."""
    counts = {state: sum(e.state == state for e in entries) for state in ("made", "intended", "cleaned")}
    words = {"made": "made", "intended": "may have been made", "cleaned": "made and cancelled"}
    return ", ".join(f"{count} {words[state]}" for state, count in counts.items() if count)


def read(path: Path) -> tuple[Entry, ...]:
    """What a ledger tells, each thing once, in its latest state; a line that was cut off is passed over."""
    if not path.exists():
        return ()
    found: dict[tuple[str, int], Entry] = {}
    for line in path.read_bytes().splitlines():
        try:
            told = json.loads(line)
            entry = Entry(**told)
        except (ValueError, TypeError):
            continue
        found[entry.run, entry.number] = entry
    return tuple(found.values())
