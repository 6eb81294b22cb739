"""The matrix: the reference bank, right or with one seeded defect, judged in memory."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache, partial

from conformance import embedded_hkma
from conformance.bank.app import Bank
from conformance.bank.mutant import BASES, Mutant
from conformance.conduct import Scope, prepare
from conformance.embedded import LIMITED_URL, POLICY, application, memory
from conformance.embedded_limits import limited
from conformance.load.timeline import Timeline
from conformance.model import Plan, Profile, Result, Verdict
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.decisions import Decision, Reads, TellingState, changed, consulted, reaches, telling
from tests.once import once

PHASE3 = frozenset(
    {"metadata", "keys", "authorize", "login", "request_object", "par", "token", "id_token", "client"}
    | {"resource", "dpop", "refresh", "revocation", "introspection", "consent", "object", "account"}
    | {"registration", "ciba", "lifecycle", "rotation", "reasons"}
)
"""The scopes of mutants of the authorization server and of what lies behind it."""
SCOPES: dict[str, str] = {
    **dict.fromkeys(PHASE3, "phase3"),
    **dict.fromkeys(("application", "applicant"), "phase2"),
    **dict.fromkeys(("payment", "idempotency", "signature", "otp", "mandate", "merchant"), "phase4"),
    "sequence": "phase4",
    **dict.fromkeys(("publication", "lint"), "publication"),
    "hkma": embedded_hkma.PROFILE,
}
"""The profile that mutants of a scope are judged by, where that is not Phase I."""


class Clock:
    """A clock that waiting moves, and looking at it by a millisecond: no wait takes time.

    It begins with a minute. So nothing ends early on a busy machine, and no run meets the edge of a period by
    chance.
    """

    def __init__(self) -> None:
        self.started = time.time() // 60 * 60
        self.ahead = 0.0

    def __call__(self) -> float:
        self.ahead += 0.001
        return self.started + self.ahead

    def sleep(self, seconds: float) -> None:
        self.ahead += seconds


def profiles_of(mutant: Mutant) -> tuple[str, ...]:
    """The profile that a mutant is judged by."""
    return (SCOPES.get(mutant.scope, "phase1"),)


GENERATED = ("contract", "negative", "relation", "injection", "identity")
"""Subjects that judge by the API description whatever a bank answers, and so see most defects of all."""


SEQUENCES = ("lifecycle", "rotation", "sequence")
"""The subjects that judge what comes in a sequence, each step of which another subject judges alone."""


LIMITS = frozenset({"rate_limit", "resilience"})
"""Subjects that send by the hundred, and have a bank of their own to send to."""


ALIKE = frozenset(
    {"deposits.e-cheque-issue", "deposits.e-cheque-deposit", "deposits.cheque-stop-payment"}
    | {"loans.card-cancellation", "other.electronic-bill-payment", "other.direct-debit-cancellation"}
    | {"other.atm-limit", "other.customer-contact-update", "insurance.financial-policy-change"}
    | {"investments.fund-order", "investments.precious-metal-order", "investments.stock-order"}
)
"""Functions of Phase IV that a defect treats as it treats others that are judged: they are left to the right
bank's rows."""


OF_HTTP = frozenset(
    {"access", "availability", "caching", "cors", "error", "headers", "http", "method", "paging"}
    | {"reliability", "rate_limit", "resilience"}
)
"""Scopes of Phase I whose defects treat lists of products all the same, whatever they hold."""
ALIKE_PRODUCTS = frozenset(
    {"deposits.foreign-currency-account-product", "deposits.current-account-product"}
    | {"loans.secured-loan-product", "loans.unsecured-loan-product", "insurance.general-product"}
    | {f"investments.{kind}-product" for kind in ("retail-fund", "stock-trading", "precious-metal")}
    | {"investments.structured-product"}
)
"""Lists of products that are left, for such a defect, to the checks that must find it."""


def lean(plan: Plan, mutant: Mutant | None, seed: int) -> Plan:
    """The plan without the checks of limits and sequences, where they show nothing that was not shown."""
    if mutant is not None and SCOPES.get(mutant.scope) == "phase4":
        plan = replace(plan, cases=tuple(case for case in plan.cases if case.function not in ALIKE))
    if mutant is not None and mutant.scope in OF_HTTP:
        least = (c for c in plan.cases if c.function not in ALIKE_PRODUCTS or c.check in mutant.kills)
        plan = replace(plan, cases=tuple(least))
    if mutant is None and seed >= 2:
        kept = tuple(case for case in plan.cases if case.check.split(".")[0] not in SEQUENCES)
        plan = replace(plan, cases=kept)
    if mutant.scope in LIMITS if mutant else seed < 3:
        return plan
    return replace(plan, cases=tuple(case for case in plan.cases if case.check.split(".")[0] not in LIMITS))


def prepared(
    target: Target, mutant: Mutant | None, seed: int, profiles: tuple[str, ...]
) -> tuple[Plan, tuple[Profile, ...]]:
    """All that may be judged of the reference bank with a defect or without one."""
    skips = () if mutant is None or mutant.scope in GENERATED else tuple(f"{name}.*" for name in GENERATED)
    selection = Selection(skips=skips)
    if mutant and mutant.scope in SEQUENCES:
        selection = Selection(checks=(f"{mutant.scope}.*",))
    elif mutant:
        selection = Selection(skips=(*skips, *(f"{name}.*" for name in SEQUENCES)))
    return prepare(target, Scope(profiles=profiles, selection=selection, seed=seed))


def planned(
    target: Target, mutant: Mutant | None, seed: int, profiles: tuple[str, ...]
) -> tuple[Plan, tuple[Profile, ...]]:
    """What is judged of the reference bank with a defect or without one."""
    plan, chosen = prepared(target, mutant, seed, profiles)
    return lean(plan, mutant, seed), chosen


DATASETS = tuple(
    f"hkma.{name}"
    for name in (
        "monetary-statistics", "daily-figures-interbank-liquidity", "capital-adequacy", "register-ais-lros",
        "banks-atm-locator", "tender-results-gov-bonds-ibip", "tender-results-gov-bonds-ibpgsbp-hkd",
        "list-outstanding-govbonds-ibpgsbp", "hk-interbank-ir-daily",
    )
)  # fmt: skip
"""Datasets of every kind: series by month, day and quarter, registers in languages, tenders, segments."""


TOLD = frozenset(
    (profile, base)
    for profile, bases in {
        "phase1": ("open",),
        "phase2": ("open",),
        "phase3": ("open", "openid", "fapi1", "ciba"),
        "phase4": ("open", "cavage-signature", "message-signature"),
    }.items()
    for base in bases
)
"""The profiles and bases with so many mutants that it pays to see first what each case depends on."""


@cache
def dependencies(profile: str, base: str) -> dict[str, frozenset[Decision]]:
    """The decisions of a right bank that each case of a profile depends on."""
    return once(f"dependencies-{profile}-{base}", partial(told_dependencies, profile, base))


def told_dependencies(profile: str, base: str) -> dict[str, frozenset[Decision]]:
    """The same, told by judging the right bank."""
    reads, clock, still = Reads(), Clock(), Timeline()
    policy = BASES[base](POLICY)
    told = telling(policy, reads)
    usual, low = application(None, 0, told, clock), application(None, 0, limited(told), still)
    for bank in (usual, low):
        assert isinstance(bank, Bank)
        bank.state = TellingState(reads)
    hosts = {LIMITED_URL.partition("//")[2]: low}
    wire = MemoryWire(lambda e, start: hosts.get(e["HTTP_HOST"].lower(), usual)(e, start), clock=still)
    target, _ = memory(None, 0, policy, clock)
    selection = Selection(skips=tuple(f"{name}.*" for name in (*GENERATED, *SEQUENCES)))
    plan, chosen = prepare(target, Scope(profiles=(profile,), selection=selection))
    with open_session(target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        return consulted(plan, session, reads)


def reached(plan: Plan, mutant: Mutant, profiles: tuple[str, ...]) -> Plan:
    """The plan without the cases that depend on nothing that the defect changes."""
    if mutant.on_the_wire or len(profiles) > 1 or (profiles[0], mutant.base) not in TOLD:
        return plan
    known = dependencies(profiles[0], mutant.base)
    change = tuple(changed(BASES[mutant.base](POLICY), mutant.policy(POLICY)))
    kept = tuple(
        case
        for case in plan.cases
        if case.check in mutant.kills or case.id not in known or reaches(change, known[case.id])
    )
    return replace(plan, cases=kept)


PLANS: dict[tuple[str, str, str], tuple[Plan, tuple[Profile, ...]]] = {}


def planned_once(
    target: Target, mutant: Mutant | None, seed: int, profiles: tuple[str, ...]
) -> tuple[Plan, tuple[Profile, ...]]:
    """What is planned: prepared once for all mutants of a scope and a base that publish the same."""
    if mutant is None or not profiles[0].startswith("phase"):
        return planned(target, mutant, seed, profiles)
    key = (profiles[0], mutant.base, mutant.scope)
    if key not in PLANS:
        PLANS[key] = prepared(target, mutant, seed, profiles)
    plan, chosen = PLANS[key]
    return lean(plan, mutant, seed), chosen


@cache
def results(
    mutant: Mutant | None,
    seed: int = 0,
    profiles: tuple[str, ...] = ("phase1",),
    base: str = "open",
    *,
    whole: bool = False,
) -> tuple[Result, ...]:
    """The results of the reference bank in memory; ``base`` names the conformant one without a mutant.

    A mutant is judged by the cases that its defect reaches, or by the ``whole`` plan.
    """
    clock = Clock()
    policy = POLICY if mutant else BASES[base](POLICY)
    if embedded_hkma.PROFILE in profiles:
        target, wire = embedded_hkma.memory(mutant, seed, DATASETS, clock)
    else:
        target, wire = memory(mutant, seed, policy, clock)
    plan, chosen = planned_once(target, mutant, seed, profiles)
    if mutant and not whole:
        plan = reached(plan, mutant, profiles)
    with open_session(target, chosen, plan, wire=wire, clock=clock, sleep=clock.sleep) as session:
        return judge(plan, session)


def fired(found: tuple[Result, ...]) -> dict[str, list[str]]:
    """The checks that found something, each with what it found."""
    checks: dict[str, list[str]] = {}
    for result in found:
        if result.verdict in (Verdict.FAIL, Verdict.OBSERVATION) or result.findings:
            said = [
                f"{result.case.id}: expected {f.expected}, got {f.actual} at {f.at}" for f in result.findings
            ]
            checks.setdefault(result.case.check, []).extend(said)
    return checks
