"""The prober beside sslyze and testssl.sh, each run as a program of its own, on every test server.

    python -m benchmarks tls_peers [--sslyze PATH] [--testssl PATH] [--whole] [--seconds N] [--again]
                                   [--jobs N] [NAME ...]

What was measured is kept in ``tls_peers.jsonl`` beside this file, and a later start goes on with what is
missing there; ``tls_peers.md`` is made of it, with the differences that ``tls_peers.yaml`` explains.
testssl.sh is asked for versions and suites (-p -E) everywhere, and with
``--whole`` runs whole on some servers.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from benchmarks.machine import described, say
from benchmarks.tls_programs import OURS, SSLYZE, TESTSSL, TESTSSL_WHOLE, Found, Measured, measure
from tests.ports import free_port
from tests.tls.mutual_servers import MUTUAL
from tests.tls.servers import DEFECTIVE, GOOD, Server

HERE = Path(__file__).resolve().parent
KEPT, EXPLAINED, TABLE = HERE / "tls_peers.jsonl", HERE / "tls_peers.yaml", HERE / "tls_peers.md"
SERVERS: tuple[Server, ...] = (*GOOD, *DEFECTIVE, *MUTUAL)
WHOLE = (
    "python-tls13-only", "nginx-intermediate", "haproxy-intermediate", "openssl-s-server", "mutual-nginx",
)  # fmt: skip
"""The servers on which testssl.sh does all that it does by default, for its time."""
PEERS = (SSLYZE, TESTSSL)
WANTED = {SSLYZE: 8.0, TESTSSL_WHOLE: 500.0}
"""How many times faster ours is to be."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a peer differs: patterns of its name, the servers and the difference, and the reason."""

    peer: str
    servers: tuple[str, ...]
    difference: str
    why: str

    def covers(self, peer: str, server: str, difference: str) -> bool:
        return (
            fnmatchcase(peer, self.peer)
            and any(fnmatchcase(server, one) for one in self.servers)
            and fnmatchcase(difference, self.difference)
        )


def explanations() -> tuple[Explanation, ...]:
    entries = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))["differences"]
    return tuple(Explanation(e["peer"], tuple(e["servers"]), e["difference"], e["why"]) for e in entries)


def kept() -> dict[tuple[str, str], Measured]:
    """What was measured so far, by server and program; the last line counts."""
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.is_file() else []
    read = [Measured.of(line) for line in lines if line.strip()]
    return {(one.server, one.program): one for one in read}


def differences(mine: Found, theirs: Found) -> Iterator[str]:
    """Each version that only one of the two found, and of common versions each suite."""
    for version in sorted(mine.keys() | theirs.keys()):
        if version not in theirs:
            yield f"{version} only here"
        elif version not in mine:
            yield f"{version} only there"
        else:
            yield from (f"{version}: only here {one}" for one in sorted(mine[version] - theirs[version]))
            yield from (f"{version}: only there {one}" for one in sorted(theirs[version] - mine[version]))


def unexplained(known: dict[tuple[str, str], Measured]) -> Iterator[str]:
    """Differences that no explanation covers, and explanations that cover none."""
    left = list(explanations())
    used = set()
    for server in SERVERS:
        for peer in PEERS:
            mine, theirs = known.get((server.name, OURS)), known.get((server.name, peer))
            if mine is None or theirs is None:
                continue
            for one in differences(mine.found, theirs.found):
                why = next((e for e in left if e.covers(peer, server.name, one)), None)
                if why is None:
                    yield f"{server.name}: {peer}: {one}"
                used.add(why)
    yield from (f"explains nothing: {e.peer} {e.difference} ({e.why})" for e in left if e not in used)


def missing(known: dict[tuple[str, str], Measured]) -> Iterator[tuple[Server, tuple[str, ...]]]:
    """The servers on which a program has not run yet, with those programs."""
    for server in SERVERS:
        programs = (OURS, *PEERS, *((TESTSSL_WHOLE,) if server.name in WHOLE else ()))
        absent = tuple(one for one in programs if (server.name, one) not in known)
        if absent:
            yield server, absent


@dataclass(frozen=True, slots=True)
class Ratio:
    """Medians in seconds over the servers that both ran on."""

    program: str
    servers: int
    theirs: float
    ours: float

    @property
    def times(self) -> float:
        return self.theirs / self.ours

    def __str__(self) -> str:
        wanted = f", wanted {WANTED[self.program]:.0f}" if self.program in WANTED else ""
        return (
            f"{self.program}: {self.servers} servers, median {self.theirs:.2f} s to {self.ours:.3f} s here: "
            f"{self.times:.0f} times{wanted}"
        )


def ratios(known: dict[tuple[str, str], Measured]) -> tuple[Ratio, ...]:
    found = []
    for program in (SSLYZE, TESTSSL, TESTSSL_WHOLE):
        pairs = [
            (known[server.name, program].seconds, known[server.name, OURS].seconds)
            for server in SERVERS
            if (server.name, program) in known and (server.name, OURS) in known
        ]
        if pairs:
            theirs, ours = (statistics.median(one[side] for one in pairs) for side in (0, 1))
            found.append(Ratio(program, len(pairs), theirs, ours))
    return tuple(found)


def table(known: dict[tuple[str, str], Measured]) -> str:
    """Everything kept, as a page for people."""
    lines = [
        "# The TLS prober beside sslyze and testssl.sh",
        "",
        "Made by `python -m benchmarks tls_peers`. Times are of programs as a user starts them; ours is",
        "all that the TLS checks look at, inside a run. testssl.sh was asked for versions and suites",
        "(`-p -E`) on every server, and did all that it does on some (`testssl-whole`).",
        "",
        *(f"- {ratio}" for ratio in ratios(known)),
        "",
        "| server | versions found here | suites | ours s | sslyze s | testssl s | whole s | differences |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    reasons = explanations()
    for server in SERVERS:
        mine = known.get((server.name, OURS))
        if mine is None:
            continue
        times = [known.get((server.name, one)) for one in (SSLYZE, TESTSSL, TESTSSL_WHOLE)]
        shown = [f"{one.seconds:.1f}{' (ended)' if one.ended else ''}" if one else "" for one in times]
        told = []
        for peer in PEERS:
            theirs = known.get((server.name, peer))
            for one in differences(mine.found, theirs.found) if theirs else ():
                at = next((n for n, e in enumerate(reasons, 1) if e.covers(peer, server.name, one)), 0)
                told.append(f"{peer}: {one} [{at or 'not explained'}]")
        count = sum(len(one) for one in mine.found.values())
        versions = ", ".join(sorted(mine.found)) or "none"
        lines.append(
            f"| {server.name} | {versions} | {count} | {mine.seconds:.3f} | {' | '.join(shown)} | "
            f"{'; '.join(told) or 'none'} |"
        )
    lines += ["", "## Why they differ", ""]
    lines += [f"{number}. {one.peer}: {one.why}" for number, one in enumerate(reasons, 1)]
    return "\n".join(lines) + "\n"


def run(places: dict[str, str], names: Sequence[str], seconds: float, again: bool, jobs: int) -> None:
    """Measures what is missing, until the time is up; ``jobs`` servers at a time."""
    begun = {} if again else kept()
    ends = time.monotonic() + seconds
    writing = threading.Lock()

    def one(server: Server, programs: Sequence[str]) -> None:
        if time.monotonic() > ends:
            return
        with server.start() as port:
            for program in programs:
                measured = measure(server.name, program, places.get(program, ""), port)
                with writing, KEPT.open("a", encoding="utf-8") as stream:
                    stream.write(measured.line() + "\n")
                found = ", ".join(sorted(measured.found))
                say(f"{server.name:34} {program:14} {measured.seconds:8.3f} s  {found}")

    with ThreadPoolExecutor(jobs) as pool:
        waiting = []
        for server, programs in list(missing(begun)):
            chosen = [name for name in programs if name == OURS or places.get(name)]
            if chosen and (not names or server.name in names):
                waiting.append(pool.submit(one, server, chosen))
        for each in waiting:
            each.result()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sslyze", default=shutil.which("sslyze") or "")
    parser.add_argument("--testssl", default=shutil.which("testssl") or shutil.which("testssl.sh") or "")
    parser.add_argument("--seconds", type=float, default=1e9, help="start no server after so many seconds")
    parser.add_argument("--again", action="store_true", help="measure anew what is kept already")
    parser.add_argument(
        "--jobs", type=int, default=1, help="servers at a time; above 1 no time is to be trusted"
    )
    parser.add_argument("--whole", action="store_true", help="run testssl.sh whole too")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    say(described())
    if options.sslyze:
        start = measure("none", SSLYZE, options.sslyze, free_port()).seconds
        say(f"sslyze on a closed port: {start:.2f} s")
    places = {
        SSLYZE: options.sslyze,
        TESTSSL: options.testssl,
        TESTSSL_WHOLE: options.testssl if options.whole else "",
    }
    run(places, options.names, options.seconds, options.again, options.jobs)
    known = kept()
    KEPT.write_text("".join(f"{one.line()}\n" for one in known.values()), encoding="utf-8")
    TABLE.write_text(table(known), encoding="utf-8")
    for ratio in ratios(known):
        say(str(ratio))
    problems = list(unexplained(known))
    for problem in problems:
        say(f"not explained: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
