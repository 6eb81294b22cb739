"""Phase III by group: requests, logins and seconds against the embedded bank, served over TLS on loopback.

``python -m benchmarks oauth [BASE]``. Each group is a run of its own and makes the logins that it needs; the
last line is one run of all. The waits are real: codes, request URIs and tokens are waited for until they end.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from benchmarks.machine import say
from conformance.conduct import Scope, logins, prepare
from conformance.embedded import embedded
from conformance.model import Verdict
from conformance.plan import Selection
from conformance.registry import all_checks
from conformance.run import results as executed
from conformance.session import open_session

STATIC = ("metadata and keys", "authorization requests refused")
FAST, WHOLE = 10.0, 60.0
"""Seconds that a static group and the whole phase may take."""
SUBJECTS = {
    "metadata and keys": ("metadata", "keys"),
    "requests pushed": ("par",),
    "client authentication": ("client",),
    "codes and tokens": ("token",),
    "proofs of possession": ("dpop",),
    "refresh, revocation, introspection": ("refresh", "revocation", "introspection"),
    "change of keys": ("rotation",),
    "protected calls": ("resource",),
    "consents": ("consent",),
    "objects": ("object",),
    "account data": ("account", "product", "availability", "http"),
    "registration": ("registration",),
    "random sequences": ("lifecycle",),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: its cases, requests, logins planned and made, seconds, and findings."""

    cases: int
    requests: int
    planned: int
    made: int
    seconds: float
    found: int


def groups() -> dict[str, tuple[str, ...]]:
    """The checks of each group; authorization requests by whether the customer is needed."""
    asked = [check for check in all_checks().values() if check.id.startswith("authorize.")]
    chosen = {name: tuple(f"{subject}.*" for subject in subjects) for name, subjects in SUBJECTS.items()}
    refused = {"authorization requests refused": tuple(c.id for c in asked if not c.logins)}
    logged_in = {"authorization with login": tuple(c.id for c in asked if c.logins)}
    return {STATIC[0]: chosen.pop(STATIC[0]), **refused, **logged_in, **chosen}


def measured(checks: tuple[str, ...]) -> Measured:
    """A run of these checks, or of all, against a bank of its own."""
    with embedded() as target:
        plan, profiles = prepare(target, Scope(profiles=("phase3",), selection=Selection(checks=checks)))
        begun = time.perf_counter()
        with open_session(target, profiles, plan) as session:
            results = tuple(executed(plan, session, jobs=session.jobs))
            seconds = time.perf_counter() - begun
            made = len(session.memory(0).once(("oauth", "logins"), list))
            requests = session.traffic.requests
    going = [r for r in results if r.case.settled is None]
    found = sum(r.verdict in (Verdict.FAIL, Verdict.OBSERVATION, Verdict.ERROR) for r in going)
    return Measured(len(going), requests, logins(plan), made, seconds, found)


def main() -> int:
    say(f"{'group':<36}{'cases':>7}{'requests':>10}{'logins':>8}{'planned':>9}{'seconds':>9}")
    late = []
    for name, checks in {**groups(), "Phase III whole": ()}.items():
        run = measured(checks)
        line = f"{name:<36}{run.cases:>7}{run.requests:>10}{run.made:>8}{run.planned:>9}{run.seconds:>9.1f}"
        bound = FAST if name in STATIC else WHOLE
        if run.seconds > bound:
            late.append(name)
            line += f"  more than {bound:.0f} s"
        say(line + (f"  {run.found} findings" if run.found else ""))
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
