"""Amounts, balances and currencies of a customer's accounts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.path_values import places_in
from conformance.protected import Protected
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

MONEY = (
    "amount", "balance", "limit", "available", "minimum", "outstanding", "next_payment_amount", "premium",
    "sum_insured", "value",
)  # fmt: skip
"""Fields that are amounts of money in the row's currency."""
WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())  # noqa: SIM905
THOUSANDTHS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905
"""Currencies whose minor unit is not a hundredth (ISO 4217)."""
SEVERAL = ("multi", "foreign")
"""Words in the kind of an account that holds more than one currency."""
BOOKED = ("current", "booked", "ledger", "closing_booked")
"""Types of balances that change with a booked entry."""
AT_ONCE = timedelta(seconds=2)
"""An entry so near to the instant of a balance may be in it or not."""
MOST = 10


def digits(currency: str) -> int:
    """Decimals that an amount of a currency can have (ISO 4217)."""
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


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
                exponent = value.normalize().as_tuple().exponent
                if isinstance(exponent, int) and -exponent > digits(currency):
                    found += 1
                    yield Finding(
                        f"at most {digits(currency)} decimals in {currency}", f"{value:f}"[:40],
                        row.place(name), reading.answer().exchange,
                    )  # fmt: skip


@check(requests=4, logins=("grant of all",))
def rows_belong_to_object(protected: Protected, operation: Operation) -> Findings:
    """Gives under an object's address the rows of that object alone."""
    names = places_in(operation)
    if not names:
        raise NotApplicable("the function is not asked for one object")
    for identifier in protected.identifiers(names[0])[:6]:
        reading = protected.reading(_one(protected, operation, identifier))
        if reading.answer().status != 200:
            continue
        for row in reading.rows():
            told = row.text(names[0])
            if told is not None and told != identifier:
                yield Finding(f"the {names[0]} that was asked for", "another one", row.place(names[0]),
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
    for reading in _readings(protected, operation):
        steps = tuple(_steps(reading))
        unsigned = all((row.decimal("balance") or 0) >= 0 for step in steps for row in step)
        wrong = [newer for older, newer in steps if not _adds_up(older, newer, unsigned)]
        if wrong:
            yield Finding(
                "the balance before, and the amount", f"another balance after {len(wrong)} entries",
                wrong[0].place("balance"), reading.answer().exchange,
            )  # fmt: skip
            return


def _steps(reading: Reading) -> Iterator[tuple[Row, Row]]:
    """Neighbouring entries, older and newer, that both have what a running balance needs.

    A list with two entries of one instant has no order that could be known. Of one with pending entries,
    those booked before the first of them are looked at: a bank may count pending ones in or not.
    """
    rows: list[Row] = []
    pending: list[Row] = []
    for row in reading.rows():
        moment, final = row.instant("booked_at"), (row.text("status") or "booked").lower() == "booked"
        if not final and (moment is None or row.decimal("balance") is not None):
            return
        if moment is not None:
            (rows if final else pending).append(row)
    begun = min((moment for row in pending if (moment := row.instant("booked_at"))), default=None)
    rows = [row for row in rows if begun is None or (row.instant("booked_at") or begun) < begun]
    if len({row.text("currency") for row in rows}) > 1:
        return
    moments = {moment: row for row in rows if (moment := row.instant("booked_at"))}
    if len(moments) < len(rows):
        return
    ordered = [moments[moment] for moment in sorted(moments)]
    for older, newer in itertools.pairwise(ordered):
        if all(row.decimal(name) is not None for row in (older, newer) for name in ("balance", "amount")):
            yield older, newer


def _adds_up(older: Row, newer: Row, unsigned: bool) -> bool:
    """Whether the amount lies between two balances, which may both be ``unsigned`` sums owed."""
    before, after = older.decimal("balance") or Decimal(0), newer.decimal("balance")
    change = _signed(newer)
    return after == before + change or (unsigned and after in (abs(before + change), abs(-before + change)))


def _signed(row: Row) -> Decimal:
    amount = row.decimal("amount") or Decimal(0)
    return -abs(amount) if row.text("credit_debit") == "debit" else amount


@check(requests=8, logins=("grant of all",))
def balance_follows_entries(protected: Protected, operation: Operation) -> Findings:
    """Tells as the booked balance of an account the one after its latest booked entry."""
    entries = protected.operation("accounts.transactions")
    if places_in(operation)[:1] != places_in(entries)[:1] or not places_in(operation):
        raise NotApplicable("balances and entries are not both asked for one account")
    compared = False
    for one, other in zip(protected.objects(operation), protected.objects(entries), strict=True):
        balances, reading = protected.reading(one), protected.reading(other)
        if balances.answer().status != 200 or reading.answer().status != 200:
            continue
        rows = tuple(reading.rows())
        for row in balances.rows():
            latest = _latest(rows, row)
            if row.text("type") not in BOOKED or latest is None or row.decimal("amount") is None:
                continue
            compared = True
            told, known = _signed(row), latest.decimal("balance") or Decimal(0)
            waiting = sum((_signed(each) for each in rows if _is_pending(each)), Decimal(0))
            unsigned = told == -known and _unsigned(reading)
            if told not in (known, known + waiting) and not unsigned:
                yield Finding(
                    "the balance after the latest booked entry", "another amount", row.place("amount"),
                    balances.answer().exchange,
                )  # fmt: skip
                return
    if not compared:
        raise NotApplicable("no account tells a booked balance and one after its latest entry")


def _latest(rows: tuple[Row, ...], balance: Row) -> Row | None:
    """The latest booked entry up to the instant of a balance; None where it cannot be told for sure."""
    until, currency = balance.instant("as_of"), balance.text("currency")
    timed = [
        (moment, row)
        for row in rows
        if (moment := row.instant("booked_at")) and not _is_pending(row) and row.text("currency") == currency
    ]
    if until is None or any(abs(moment - until) < AT_ONCE for moment, _ in timed):
        return None
    last = max((moment for moment, _ in timed if moment < until), default=None)
    found = [row for moment, row in timed if moment == last]
    return found[0] if len(found) == 1 and found[0].decimal("balance") is not None else None


def _is_pending(row: Row) -> bool:
    return (row.text("status") or "booked").lower() != "booked"


def _unsigned(reading: Reading) -> bool:
    """Whether the balances after entries are without the sign of what is owed, as some banks write them."""
    return any(not _adds_up(older, newer, unsigned=False) for older, newer in _steps(reading))
