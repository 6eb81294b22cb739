"""The table of misbehaviours, drawn by ``python -m tests.hostile_bank.table FILE [NAME…]``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile_bank.content import CONTENT
from tests.hostile_bank.framing import FRAMING
from tests.hostile_bank.peer import Behaviour, serving, trapped
from tests.hostile_bank.published import METADATA, PUBLISHED
from tests.tls.hostile import PEERS
from tests.tls.hostile import serving as serving_tls

SECRET = "hostile-s3cret-of-the-tsp-0451"
TIMEOUT, LONGEST = 0.8, 15.0
"""Seconds of one wait and of a whole run, as the target of every row sets them."""
CPU = 30.0
"""CPU seconds of a whole run with its reports: the clock says little on a busy machine."""
MEGABYTES = 300.0


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """One row: what a bank does wrong, at which layer, and by which profile it is judged."""

    name: str
    layer: str
    summary: str
    behave: Callable[..., None]
    profiles: tuple[str, ...] = ("phase1",)
    checks: tuple[str, ...] = ()
    section: Callable[[str], dict[str, Any]] = field(default=lambda _: {})


def _publication(base: str) -> dict[str, Any]:
    pages = {"portal": f"{base}/dev", "partners": f"{base}/partners", "liability": f"{base}/safety"}
    return {"publication": {"dictionary": f"{base}/openapi.yaml", **pages}}


def _authorization(base: str) -> dict[str, Any]:
    return {"authorization": {"issuer": base, "client_id": "tsp"}}


def _rows() -> Iterator[Misbehaviour]:
    for layer, behaviours in (("HTTP", FRAMING), ("content", CONTENT)):
        for behave in behaviours:
            yield Misbehaviour(_name(behave), layer, _summary(behave), behave)
    for behave in PUBLISHED:
        yield Misbehaviour(
            _name(behave), "publication", _summary(behave), behave, ("publication",), (), _publication
        )
    for behave in METADATA:
        checks = ("metadata.*", "keys.*")
        yield Misbehaviour(
            _name(behave), "authorization", _summary(behave), behave, ("phase3",), checks, _authorization
        )
    for peer in PEERS:
        name = _name(peer)
        yield Misbehaviour(f"tls-{name}", "TLS", f"In the handshake: {name.replace('-', ' ')}.", peer)


def _name(behave: Callable[..., None]) -> str:
    return behave.__name__.replace("_", "-")


def _summary(behave: Callable[..., None]) -> str:
    return (behave.__doc__ or "").strip().splitlines()[0]


MISBEHAVIOURS = tuple(_rows())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run against one bank came to. ``heard`` are connections to the port that nobody may ask."""

    told: dict[str, Any]
    heard: int
    port: int
    files: dict[str, str]

    @property
    def verdict(self) -> str:
        """finding, inconclusive, or neither of the two."""
        counts = self.told.get("counts", {})
        if counts.get("fail", 0) + counts.get("observation", 0):
            return "finding"
        return "inconclusive" if counts.get("inconclusive", 0) else "none"

    @property
    def seconds(self) -> float:
        return float(self.told["seconds"])

    @property
    def cpu(self) -> float:
        return float(self.told["cpu"])

    @property
    def megabytes(self) -> float:
        return float(self.told["megabytes"])


class Judge:
    """A process that judges one bank after another."""

    def __init__(self) -> None:
        environment = {**os.environ, "HOSTILE_ID": "tsp-id", "HOSTILE_SECRET": SECRET}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile_bank.judge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def judge(self, row: Misbehaviour) -> Outcome:
        """The outcome of one row."""
        with (
            trapped() as (trap, heard),
            _served(row, trap) as (base, port),
            tempfile.TemporaryDirectory() as place,
        ):
            job = {
                "target": _target(row, base),
                "profiles": row.profiles,
                "checks": row.checks,
                "folder": place,
            }
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            told = json.loads(self._process.stdout.readline())
            files = {
                file.name: file.read_text(encoding="utf-8", errors="replace")
                for file in Path(place).iterdir()
                if file.name != "outcome.json"
            }
            return Outcome(told, len(heard), port, files)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def _served(row: Misbehaviour, trap: int) -> Iterator[tuple[str, int]]:
    if row.layer == "TLS":
        with serving_tls(row.behave) as port:
            yield f"https://127.0.0.1:{port}", port
    else:
        behave: Behaviour = row.behave
        with serving(behave, trap) as port:
            yield f"http://127.0.0.1:{port}", port


def _target(row: Misbehaviour, base: str) -> dict[str, Any]:
    return {
        "bank": {"name": "Hostile Bank"},
        "base_url": base,
        "authentication": {
            "kind": "header-pair",
            "headers": {"ClientID": "env:HOSTILE_ID", "ClientSecret": "env:HOSTILE_SECRET"},
        },
        "limits": {
            "requests_per_second": 300,
            "jobs": 4,
            "timeout": TIMEOUT,
            "max_time": LONGEST,
            "max_body": 4 << 20,
            "max_requests": 600,
        },
        "functions": {"other.fx-rate": "offered"},
        **row.section(base),
    }


def drawn(row: Misbehaviour, outcome: Outcome) -> str:
    """One line of the table."""
    counts = outcome.told.get("counts", {})
    told = ", ".join(
        f"{counts[name]} {name}" for name in ("fail", "observation", "inconclusive") if name in counts
    )
    verdict = outcome.verdict if "crash" not in outcome.told else outcome.told["crash"][:60]
    return (
        f"| {row.name} | {row.layer} | {row.summary} | {verdict} | {told} | "
        f"{outcome.seconds:.1f} | {outcome.cpu:.1f} | {outcome.megabytes:.0f} |"
    )


def main(path: Path, names: list[str]) -> None:
    """Judges every row, or the named ones, and writes the table."""
    judge = Judge()
    caps = f"the caps are {LONGEST:.0f} s of requests, {CPU:.0f} s of CPU and {MEGABYTES:.0f} MB"
    lines = [
        f"{len(MISBEHAVIOURS)} ways in which a bank misbehaves, each judged by a whole run; {caps}.",
        "",
        "| name | layer | what the bank does | verdict | cases | seconds | CPU s | peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in MISBEHAVIOURS:
        if names and row.name not in names:
            continue
        outcome = judge.judge(row)
        lines.append(drawn(row, outcome))
        sys.stderr.write(lines[-1] + "\n")
        for problem in (outcome.told.get("errors"), outcome.heard and f"trap heard {outcome.heard}"):
            if problem:
                sys.stderr.write(f"   !! {problem}\n")
    judge.close()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
