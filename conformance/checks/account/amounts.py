"""Amounts, balances and currencies of a customer's accounts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from conformance.currency import exponent
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.path_values import places_in, plain
from conformance.protected import Protected
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

MONEY = (
    "amount", "balance", "limit", "available", "minimum", "outstanding", "next_payment_amount", "premium",
    "sum_insured", "value",
)  # fmt: skip
"""Fields that are amounts of money in the row's currency."""
SEVERAL = ("multi", "foreign")
"""Words in the kind of an account that holds more than one currency."""
BOOKED = ("current", "booked", "ledger", "closing_booked")
"""Types of balances that change with a booked entry."""
AT_ONCE = timedelta(seconds=2)
"""An entry so near to the instant of a balance may be in it or not."""
MOST = 10


def _fits(value: Decimal, currency: str | None) -> bool:
    places = value.normalize().as_tuple().exponent
    return not currency or not isinstance(places, int) or -places <= exponent(currency)


def _readings(protected: Protected, operation: Operation) -> Iterator[Reading]:
    for reading in protected.readings(operation.id):
        if reading.answer().status == 200:
            yield reading


@check(requests=4, logins=("grant of all",))
def decimals_fit_currency(protected: Protected, operation: Operation) -> Findings:
    """Writes no amount with more decimals than its currency has."""
    found = 0
    for reading in _readings(protected, operation):
        for row in reading.rows():
            for name in MONEY:
                value, currency = row.decimal(name), row.text("currency")
                if value is None or currency is None or found >= MOST:
                    continue
                if not _fits(value, currency):
                    found += 1
                    yield Finding(
                        f"at most {exponent(currency)} decimals in {currency}", f"{value:f}"[:40],
                        row.place(name), reading.answer().exchange,
                    )  # fmt: skip


@check(requests=4, logins=("grant of all",))
def rows_belong_to_object(protected: Protected, operation: Operation) -> Findings:
    """Gives under an object's address the rows of that object alone."""
    names = places_in(operation)
    if not names:
        raise NotApplicable("the function is not asked for one object")
    known = operation.resource.schema.get("properties", {}) if operation.resource else {}
    field = next((name for name in known if plain(name) == plain(names[0])), names[0])
    for identifier in protected.identifiers(names[0])[:6]:
        reading = protected.reading(_one(protected, operation, identifier))
        if reading.answer().status != 200:
            continue
        for row in reading.rows():
            told = row.text(field)
            if told is not None and told != identifier:
                yield Finding(f"the {field} that was asked for", "another one", row.place(field),
                              reading.answer().exchange)  # fmt: skip
                return


def _one(protected: Protected, operation: Operation, identifier: str) -> Operation:
    return next(each for each in protected.objects(operation) if identifier in each.path + str(each.query))


@check(requests=4, logins=("grant of all",))
def accounts_agree(protected: Protected) -> Findings:
    """Lists the same accounts, in the same currencies, wherever it lists a customer's accounts."""
    lists = []
    for listing, field in (("accounts.status", "id"), ("accounts.availability", "account_id")):
        rows = protected.reading(protected.operation(listing)).rows()
        lists.append({row.text(field): row for row in rows if row.text(field)})
    whole, available = lists
    if missing := set(whole) ^ set(available):
        yield Finding("the same accounts in both lists", f"{len(missing)} in one only", "list of accounts")
    for identifier in set(whole) & set(available):
        here, there = whole[identifier].text("currency"), available[identifier].text("currency")
        if here and there and here != there:
            yield Finding("one currency for one account", f"{here} and {there}",
                          available[identifier].place("currency"))  # fmt: skip
            return


@check(requests=4, logins=("grant of all",))
def currency_is_the_accounts(protected: Protected, operation: Operation) -> Findings:
    """Gives balances and entries in the currency of their account, unless it holds several."""
    accounts = protected.reading(protected.operation("accounts.status")).rows()
    known = {
        row.text("id"): row.text("currency")
        for row in accounts
        if not any(word in (row.text("kind") or "").lower() for word in SEVERAL)
    }
    for reading in _readings(protected, operation):
        for row in reading.rows():
            expected, told = known.get(row.text("account_id")), row.text("currency")
            if expected and told and expected != told:
                yield Finding(f"the account's currency {expected}", told, row.place("currency"),
                              reading.answer().exchange)  # fmt: skip
                return


@check(requests=6, logins=("grant of all",))
def balance_runs(protected: Protected, operation: Operation) -> Findings:
    """Carries the balance from each entry to the next by exactly the amount between them."""
    sides = {} if operation.canonical else _sides(protected)
    for account, (rows, exchange) in _accounts(protected, operation).items():
        groups = _groups(rows)
        signs = (row.decimal("balance") or 0 for group in groups for row in group)
        unsigned = not operation.canonical and min(signs, default=0) >= 0
        wrong = _breaks(groups, unsigned=unsigned, owned=sides.get(account) is False)
        if wrong:
            yield Finding(
                "the balance before, and the amount", f"another balance after {len(wrong)} entries",
                wrong[0].place("balance"), exchange,
            )  # fmt: skip
            return


def _sides(protected: Protected) -> dict[str, bool]:
    """Whether money is owed on each account, by what the bank tells of its booked balance."""
    if "accounts.balances" not in protected.operations:
        return {}
    found = _accounts(protected, protected.operation("accounts.balances"))
    told = ((account, row) for account, (rows, _) in found.items() for row in rows)
    return {account: _signed(row) < 0 for account, row in told if row.text("type") in BOOKED}


def _accounts(protected: Protected, operation: Operation) -> dict[str, tuple[list[Row], int]]:
    """The rows of each account with an answer that has them, whether a bank lists accounts apart or not.

    An account of which a row with an identifier comes twice is left out: that is told where pages repeat.
    """
    repeated: set[str] = set()
    found: dict[str, tuple[list[Row], int]] = {}
    seen: set[tuple[str, str]] = set()
    names = places_in(operation)
    identifiers = protected.identifiers(names[0]) if names else ()
    for number, one in enumerate(protected.objects(operation)):
        reading = protected.reading(one)
        if reading.answer().status == 200:
            for row in reading.rows():
                account = identifiers[number] if identifiers else row.text("account_id") or ""
                rows = found.setdefault(account, ([], reading.answer().exchange))[0]
                rows.append(row)
                if row.text("id") and (account, repr(row.value)) in seen:
                    repeated.add(account)
                seen.add((account, repr(row.value)))
    return {account: rows for account, rows in found.items() if account not in repeated}


def _groups(listed: list[Row]) -> tuple[tuple[Row, ...], ...]:
    """The booked entries that tell what a running balance needs, oldest first, those of one instant together.

    Of a list with pending entries, those booked before the first of them are looked at: a bank may count
    pending ones in or not. Nothing is looked at where an entry in between tells no balance.
    """
    rows: list[Row] = []
    pending: list[Row] = []
    for row in listed:
        moment = row.instant("booked_at")
        if _is_pending(row) and row.decimal("balance") is not None:
            return ()
        if moment is not None:
            (pending if _is_pending(row) else rows).append(row)
    begun = min((moment for row in pending if (moment := row.instant("booked_at"))), default=None)
    if len({row.text("currency") for row in rows}) > 1:
        return ()
    moments: dict[datetime, list[Row]] = {}
    for row in rows:
        moment = row.instant("booked_at")
        if moment is not None and (begun is None or moment < begun):
            moments.setdefault(moment, []).append(row)
    return tuple(tuple(moments[moment]) for moment in sorted(moments))


def _breaks(groups: tuple[tuple[Row, ...], ...], *, unsigned: bool, owned: bool = False) -> list[Row]:
    """The entries of which no order within their instant carries the balance on, from the newest back.

    Balances may be ``unsigned``: sums of which the mapping gives no sign, unless the latest is ``owned``.
    """
    wrong: list[Row] = []
    after: set[Decimal] = set()
    for newer, older in itertools.pairwise((*reversed(groups), ())):
        if not after:
            after = _told(newer)
            after |= {-each for each in after} if unsigned and not owned else set()
        known = not any(row.decimal("amount") is None for row in newer)
        before = {each - sum(map(_signed, newer), Decimal(0)) for each in after if known}
        told = _told(older)
        right = {each for each in before if each in told or (unsigned and abs(each) in told)}
        if before and told and not right:
            wrong.append(newer[0])
        after, owned = right, False
    return wrong


def _told(group: tuple[Row, ...]) -> set[Decimal]:
    """The balances of a group's entries; none where one of them tells none."""
    balances = [row.decimal("balance") for row in group]
    return set() if None in balances else {each for each in balances if each is not None}


def _signed(row: Row) -> Decimal:
    amount = row.decimal("amount") or Decimal(0)
    return -abs(amount) if row.text("credit_debit") == "debit" else amount


@check(requests=8, logins=("grant of all",))
def balance_follows_entries(protected: Protected, operation: Operation) -> Findings:
    """Tells as the booked balance of an account the one after its latest booked entry."""
    entries = _accounts(protected, protected.operation("accounts.transactions"))
    compared = False
    for account, (balances, exchange) in _accounts(protected, operation).items():
        rows = entries[account][0] if account in entries else []
        for row in balances:
            latest = _latest(rows, row)
            if row.text("type") not in BOOKED or not latest or row.decimal("amount") is None:
                continue
            if not _fits(_signed(row), row.text("currency")):
                continue  # told where decimals are
            compared = True
            told = _signed(row)
            waiting = sum((_signed(each) for each in rows if _is_pending(each)), Decimal(0))
            unsigned = -told in latest and bool(_breaks(_groups(rows), unsigned=False))
            held = row.text("type") == "current" and told - waiting in latest  # may count what is on its way
            if told not in latest and not held and not unsigned:
                if not _stand_still(protected, protected.operation("accounts.transactions")):
                    raise NotApplicable("entries are booked while balances are read")
                yield Finding("the balance after the latest booked entry", "another amount",
                              row.place("amount"), exchange)  # fmt: skip
                return
    if not compared:
        raise NotApplicable("no account tells a booked balance and one after its latest entry")


def _stand_still(protected: Protected, operation: Operation) -> bool:
    """Whether the latest entries are still those that were read: life goes on while a run lasts."""
    for one in protected.objects(operation):
        reading = protected.reading(one)
        before, now = reading.rows_of(reading.answer()), reading.rows_of(protected.control(one))
        if [row.value for row in before.rows] != [row.value for row in now.rows]:
            return False
    return True


def _latest(rows: list[Row], balance: Row) -> frozenset[Decimal]:
    """What a balance may be by the latest booked entries before it; empty where that is not for sure."""
    until, currency = balance.instant("as_of"), balance.text("currency")
    timed = [
        (moment, row)
        for row in rows
        if (moment := row.instant("booked_at")) and not _is_pending(row) and row.text("currency") == currency
    ]
    if until is None or any(abs(moment - until) < AT_ONCE for moment, _ in timed):
        return frozenset()
    since = Decimal(0)
    for last in sorted({moment for moment, _ in timed if moment < until}, reverse=True):
        group = tuple(row for moment, row in timed if moment == last)
        if told := _told(group):
            return frozenset(each + since for each in told)
        since += sum(map(_signed, group), Decimal(0))
    return frozenset()


def _is_pending(row: Row) -> bool:
    return (row.text("status") or "booked").lower() != "booked"
