"""Generated tests beside schemathesis: ``python -m benchmarks fuzz [--groups N] [--examples N …] [--ours]``.

Both run as programs of their own against the third bank, served on loopback in a process of its own: right,
then with its defects in groups that show in different places. Prints the share of defects found, requests,
median number of the request that first shows a defect, seconds of wall and CPU; ``--table FILE`` writes all
of it as a table. Times are of the runs on the right bank, one after the other; groups run two at a time.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.fuzz_defects import Failure, groups, told
from benchmarks.fuzz_runs import USUAL, Run, ours, served, theirs
from benchmarks.machine import say
from conformance.conduct import Scope, prepare
from conformance.embedded import memory
from conformance.model import Exchange, Result
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from tests.matrix import GENERATED
from tests.third_bank.app import ThirdBank
from tests.third_bank.faults import FAULTS, Fault
from tests.third_bank.judged import judged

COMMAND = "python -m benchmarks fuzz --table benchmarks/fuzz.md"
AT_ONCE = 2
SEEDS = 20
BARS = (
    "Wanted: at least 90 % of the defects and all that the peer finds, at most 60 % of its requests, a fifth "
    "of its wall and CPU time, a median of at most 60 requests to a find."
)


@dataclass
class Tool:
    """One of the compared: its run, what it tells on the right bank, what it found of the defects."""

    name: str
    run: Callable[[str], Run]
    clean: Run | None = None
    found: dict[str, int] = field(default_factory=dict)
    rest: int = 0

    def measure(self) -> None:
        with served() as url:
            self.clean = self.run(url)
        alarms = len({(f.kind, f.operation) for f in self.clean.failures})
        say(f"right bank, {self.name}: {self.clean.line()}, {alarms} false alarms")

    def try_group(self, group: Sequence[Fault]) -> None:
        with served([fault.name for fault in group]) as url:
            run = self.run(url)
        usual = {(f.kind, f.operation) for f in self.clean.failures} if self.clean else set()
        new = [f for f in run.failures if (f.kind, f.operation) not in usual]
        found, rest = told(new, group)
        self.found.update(found)
        self.rest += len({_key(f) for f in rest})
        say(f"{self.name}: {len(found)} of {len(group)} defects, {run.line()}")

    def row(self, defects: int, beside: Run | None) -> str:
        clean = self.clean
        assert clean is not None
        numbers = [number for number in self.found.values() if number]
        median = f"{statistics.median(numbers):,.0f}" if numbers else "none"
        alarms = len({(f.kind, f.operation) for f in clean.failures})
        share = (
            f" ({clean.requests / beside.requests:.0%}, {clean.wall / beside.wall:.0%}, "
            f"{clean.cpu / beside.cpu:.0%} of the default)"
            if beside and beside is not clean
            else ""
        )
        return (
            f"| {self.name} | {len(self.found)} of {defects} ({len(self.found) / defects:.0%}) | {alarms} "
            f"| {clean.requests:,} | {median} | {clean.wall:.1f} s | {clean.cpu:.1f} s{share} |"
        )


def _key(failure: Failure) -> tuple[str, str]:
    return failure.kind, failure.operation


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=0, help="only so many groups")
    parser.add_argument("--examples", type=int, nargs="*", help="of schemathesis [default: 100 and 500]")
    parser.add_argument("--ours", action="store_true", help="leave schemathesis out")
    parser.add_argument("--singly", action="store_true", help="ours alone, one defect at a time, in memory")
    parser.add_argument("--table", type=Path, help="where the table is written as well")
    chosen = parser.parse_args()
    alarms = watched()
    say(f"right banks, ours: {alarms} false alarms with {SEEDS} seeds")
    alone = singly() if chosen.table or chosen.singly else ()
    if alone:
        say(f"one defect at a time, ours: {len(alone)} found, median {statistics.median(alone):.0f} requests")
    if chosen.singly:
        return
    tools = [Tool("ours", ours)]
    for examples in () if chosen.ours else chosen.examples or (USUAL, 5 * USUAL):
        times = "" if examples == USUAL else f", {examples} examples"
        tools.append(Tool(f"schemathesis{times}", partial(theirs, examples=examples)))
    picked = groups()[: chosen.groups or None]
    for tool in tools:
        tool.measure()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(lambda pair: pair[0].try_group(pair[1]), [(t, g) for t in tools for g in picked]):
            pass
    lines = table(tools, [fault for group in picked for fault in group], alarms, alone)
    for line in lines:
        say(line)
    if chosen.table:
        chosen.table.write_text("\n".join(lines) + "\n", encoding="utf-8")


def singly() -> Sequence[int]:
    """The number of the request of ours that first shows each defect, in a bank that has no other."""
    numbers = []
    for fault in FAULTS:
        heard: list[Exchange] = []
        found = judged(fault.bank(), heard=heard)
        order = {exchange.id: number for number, exchange in enumerate(sorted(heard, key=_id), 1)}
        shown = [order[f.exchange] for r in found for f in r.findings if f.exchange in order]
        numbers += [min(shown)] if shown else []
    return numbers


def _id(exchange: Exchange) -> int:
    return exchange.id


def watched() -> int:
    """Findings of ours on the two right banks with each of some seeds, by what descriptions say."""
    third = sum(len(r.findings) for n in range(SEEDS) for r in judged(ThirdBank(seed=n), seed=n))
    return third + sum(len(r.findings) for n in range(SEEDS) for r in _reference(n))


def _reference(seed: int) -> Sequence[Result]:
    """What is judged by the description of Phase I at the reference bank, in memory."""
    target, wire = memory(None, seed)
    chosen = Selection(checks=tuple(f"{subject}.*" for subject in GENERATED))
    plan, profiles = prepare(target, Scope(profiles=("phase1",), selection=chosen, seed=seed))
    with open_session(target, profiles, plan, wire=wire) as session:
        return judge(plan, session)


def table(
    tools: Sequence[Tool], defects: Sequence[Fault], alarms: int, alone: Sequence[int] = ()
) -> list[str]:
    """The result as lines of Markdown."""
    beside = next((t.clean for t in tools if t.name == "schemathesis"), None)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    others = {name for tool in tools[1:] for name in tool.found}
    missed = sorted(others - set(tools[0].found))
    about = (
        f"{len(defects)} defects of the third bank (16 operations) on {cores} cores, the bank served on "
        "loopback. Requests, wall and CPU time are those of a run on the right bank; a find is the number of "
        "the first request that shows a defect. schemathesis runs all phases and checks with the keys of two "
        "customers, and goes on after a failure."
    )
    said = (
        f"Ours has {alarms} false alarms on this bank and on the reference bank, both right, with {SEEDS} "
        f"seeds each. Found by schemathesis and not by ours: {', '.join(missed) or 'none'}. Failures that no "
        f"defect explains: {', '.join(f'{tool.name} {tool.rest}' for tool in tools)}"
    )
    if alone:
        said += (
            ". The banks above have several defects each, which stand in one another's way: "
            f"in banks with one defect ours finds {len(alone)}, after a median of "
            f"{statistics.median(alone):.0f} requests"
        )
    lines = ["# Generated tests beside schemathesis", "", f"Written by `{COMMAND}`.", "", about, ""]
    lines += ["| | defects found | false alarms | requests | median requests to a find | wall | CPU |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    lines += [tool.row(len(defects), beside) for tool in tools]
    lines += ["", BARS, "", f"{said}.", "", f"| defect | {' | '.join(tool.name for tool in tools)} |"]
    lines += [f"| --- |{' --- |' * len(tools)}"]
    for fault in defects:
        cells = [f"{tool.found[fault.name]:,}" if fault.name in tool.found else "-" for tool in tools]
        lines.append(f"| {fault.name} | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
