"""What a consent opens: its own permissions, its own transactions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from conformance.checks.consent.rule import rule_of
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.consent import HONG_KONG, instant
from conformance.operation import Operation
from conformance.protected import Protected, tried
from conformance.registry import Findings, check
from conformance.row import Row


@check(requests=6, logins=("half of the permissions", "the other half of the permissions", "grant of all"))
def permission_opens_only_its_own(protected: Protected, operation: Operation) -> Findings:
    """Opens a function only to a consent that names its permission."""
    rule = rule_of(protected, "permissions")
    own = operation.function.permission
    if not own or not operation.reads:
        raise NotApplicable("the function is no read that a permission opens")
    every = tuple(sorted({o.function.permission for o in protected.operations.values()} - {""}))
    halves = tuple(_names(half) for half in (every[::2], every[1::2]))
    known = set(rule.permissions or _names(every))
    if not set(own.split()) <= known:
        raise NotApplicable("bank.yaml names permissions of the bank's own, and not which opens the function")
    if every.index(own) % 2:
        halves = halves[::-1]
    with_it, without = halves
    if set(own.split()) <= set(without) or not without:
        raise NotApplicable("no consent can be made that opens other functions and not this one")
    read = protected.objects(operation)[0]
    request = protected.request(read)
    answer = tried(lambda: protected.access.call(protected.access.grant(without), request))
    if answer is not None and answer.ok:
        yield Finding(
            f"a refusal without the permission {own}", f"status {answer.status}", f"function {operation.id}",
            answer.exchange,
        )  # fmt: skip
    protected.control(read, protected.access.grant(with_it).tokens)


@check(requests=16, logins=(1, "grant of all"))
def window_honoured(protected: Protected) -> Findings:
    """Shows the transactions within the consent's window, and none outside."""
    rule = rule_of(protected, "transaction_from", "transaction_to")
    operation = protected.fullest(protected.operation("accounts.transactions"))
    whole = [row for row in protected.reading(operation).rows() if row.instant("booked_at")]
    moments = sorted({_moment(row) for row in whole})
    if len(moments) < 6:
        raise NotApplicable("no account has transactions at six different times")
    first, last = moments[len(moments) // 4], moments[len(moments) * 3 // 4]
    begins, ends = first, last
    if "_on}" in json.dumps(rule.create.json_):  # days are told, each of which is within from end to end
        begins, ends = _midnight(first), _midnight(last) + timedelta(days=1)
    consent = protected.access.consent(
        protected.permissions,
        transaction_from=instant(first.timestamp()),
        transaction_to=instant(last.timestamp()),
    )
    reading = protected.reading(operation, tokens=protected.fresh(consent=consent).tokens)
    pages = list(reading.pages())
    rows = [row for page in pages for row in reading.rows_of(page).rows]
    seen: dict[str, Row] = {_name(row): row for row in rows}
    repeated = len(seen) < len(rows)
    early = [row for row in seen.values() if row.instant("booked_at") and _moment(row) < begins]
    late = [row for row in seen.values() if row.instant("booked_at") and _moment(row) > ends]
    for rows_outside, side in ((early, "before the window"), (late, "after the window")):
        if rows_outside:
            count, place = len(rows_outside), rows_outside[0].place("booked_at")
            yield Finding(f"no transaction {side}", f"{count} of them", place)
    within = {_name(row) for row in whole if first < _moment(row) < last}
    if not repeated and (missing := within - set(seen)):
        yield Finding("every transaction within the window", f"{len(missing)} are missing", "window")


def _names(permissions: tuple[str, ...]) -> tuple[str, ...]:
    """The names that a consent has to have so that it opens what these open."""
    return tuple(sorted({name for each in permissions for name in each.split()}))


def _midnight(moment: datetime) -> datetime:
    """The beginning of a moment's day in Hong Kong."""
    return moment.astimezone(HONG_KONG).replace(hour=0, minute=0, second=0, microsecond=0)


def _moment(row: Row) -> datetime:
    found = row.instant("booked_at")
    return found if found is not None else datetime.min.replace(tzinfo=UTC)


def _name(row: Row) -> str:
    return row.text("id") or repr(sorted(row.value.items(), key=str))
