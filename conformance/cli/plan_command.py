"""``conformance plan``: what a run would send."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.options import Choice, scope
from conformance.model import Case, Profile
from conformance.writing.settings import Writes

if TYPE_CHECKING:
    from conformance.target import Target


def _each(case: Case, writes: Writes | None) -> str:
    """The amount that one run of a case may move at a time; empty for what moves no money."""
    from conformance.registry import all_checks

    if not case.creates or writes is None:
        return ""
    amount: Any = writes.model_dump()
    for step in (all_checks()[case.check].each or "amount").split("/"):
        amount = amount.get(step) if isinstance(amount, dict) else None
    return "" if amount is None else str(amount)


def _cost(case: Case, writes: Writes | None) -> str:
    """What one run of a case may move: how often, how much, from which account."""
    amount = _each(case, writes)
    if not amount or writes is None:
        return "  moves no money"
    return f"  at most {case.creates} x {writes.currency} {amount} from {writes.account}"


def _written(case: Case, writes: Writes | None) -> dict[str, object]:
    """The same as data."""
    fact: dict[str, object] = {"case": case.id, "check": case.check, "at_most": 0}
    amount = _each(case, writes)
    if amount and writes is not None:
        fact["at_most"] = case.creates
        fact |= {"amount": amount, "currency": writes.currency, "account": writes.account}
    return fact


LOGINS = "more where a bank gives up a code after a wrong try, and for what is to be confirmed"


def _chained(target: Target, profiles: tuple[Profile, ...], cases: Sequence[Case]) -> list[str]:
    """What a run follows from one operation of the bank's description to others."""
    if not any(case.check.startswith(("relation.", "contract.")) for case in cases):
        return []
    from conformance.errors import NotApplicable
    from conformance.generate.chains import lines
    from conformance.supply import contract_of

    try:
        return [str(line) for line in lines(contract_of(target, profiles))]
    except NotApplicable:
        return []


@click.command("plan")
@scope
@click.option("--json", "as_json", is_flag=True, help="The whole plan as JSON.")
def command(choice: Choice, as_json: bool) -> int:
    """Shows the cases, the requests they need, what they would write, and the digest; sends nothing."""
    from conformance.cli.targets import opened, scoped
    from conformance.conduct import estimate, logins, prepare
    from conformance.results import plain

    with opened(choice, resolve=False) as target:
        plan, profiles = prepare(target, scoped(choice))
    going = [case for case in plan.cases if case.settled is None]
    writes = [case for case in going if case.writes]
    chained = _chained(target, profiles, going)
    if as_json:
        facts = {
            "digest": plan.digest,
            "seed": plan.seed,
            "requests": estimate(plan),
            "logins": logins(plan),
            "profiles": [profile.name for profile in profiles],
            "writes": [_written(case, target.writes) for case in writes],
            "sequences": chained,
            "cases": [plain(case) for case in plan.cases],
        }
        click.echo(json.dumps(facts, indent=2, default=str))
        return 0
    for profile in profiles:
        click.echo(f"profile   {profile.name}  {profile.title}")
    click.echo(f"cases     {len(going)} to run, {len(plan.cases) - len(going)} settled beforehand")
    click.echo(f"requests  about {estimate(plan)} at the most; reads that cases share are sent once")
    click.echo(f"logins    about {logins(plan)} of customers; {LOGINS}")
    click.echo(f"writes    {len(writes)}")
    for case in writes:
        click.echo(f"          {case.id}  {case.check}{_cost(case, target.writes)}")
    if target.writes is not None and any(case.creates for case in writes):
        click.echo(f"budget    {target.writes.currency} {target.writes.budget}, which a run never exceeds")
    if chained:
        click.echo(f"sequences {len(chained)}, of the API description")
    for line in chained:
        click.echo(f"          {line}")
    intrusive = [case for case in going if case.intrusive]
    click.echo(f"intrusive {len(intrusive)}")
    click.echo(f"digest    {plan.digest}")
    click.echo()
    for case in plan.cases:
        note = f"{case.settled[0]}: {case.settled[1]}" if case.settled else case.check
        click.echo(f"{case.id}  {note}")
    return 0
