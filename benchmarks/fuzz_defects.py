"""Which defects of the third bank are seeded together, and which of them a failure tells of.

A run per defect would take hours, so defects are seeded in groups whose members show in different places. A
failure is attributed by its operation, its kind and, where a rule of input is broken, by judging the failing
request with the bank's own rules.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from tests.third_bank.app import PATHS
from tests.third_bank.faults import FAULTS, Fault
from tests.third_bank.rules import allowed, description, validators

BODIES = {
    "PayeeData": ("addPayee", "changePayee"),
    "TransferData": ("transfer",),
    "HookData": ("addHook",),
}
LISTS = ("accounts", "entries", "payees", "transfers")
WRITES = ("addPayee", "changePayee", "transfer", "addHook")
ONES = ("account", "payee")
WHERE: dict[str, tuple[str, ...]] = {
    "unchecked_limit": LISTS, "unchecked_offset": LISTS, "unchecked_currency": ("accounts",),
    "unchecked_kind": ("entries",), "unchecked_sort": ("accounts",), "unchecked_from_date": ("entries",),
    "unchecked_base": ("rates",), "unchecked_q": ("search",), "unchecked_Idempotency-Key": ("transfer",),
    "any_media_type": WRITES, "duplicates_accepted": WRITES, "cut_body_mended": WRITES,
    "broken_json_crashes": WRITES, "nul_crashes": WRITES, "long_text_crashes": WRITES,
    "debits_lost": ("entries",), "second_removal_crashes": ("removePayee",), "total_missing": LISTS,
    "total_is_a_word": LISTS, "etag_missing": ONES, "location_missing": ("addPayee",),
    "payee_answers_202": ("addPayee",), "rates_gone": ("rates",), "limit_ignored": LISTS,
    "offset_ignored": LISTS, "pages_overlap": LISTS, "pages_skip": LISTS, "filter_ignored": ("accounts",),
    "kind_ignored": ("entries",), "filter_drops": ("accounts",), "sort_ignored": ("accounts",),
    "sort_loses": ("accounts",), "payee_not_kept": ("addPayee", "payee"), "payee_not_listed": ("payees",),
    "name_cut": ("addPayee",), "amount_rounded": ("transfer",), "location_leads_nowhere": ("addPayee",),
    "change_forgotten": ("changePayee",), "change_appends": ("changePayee",),
    "change_counts": ("changePayee",), "removal_forgotten": ("removePayee", "payee"),
    "cancel_forgotten": ("cancelTransfer", "oneTransfer"), "key_ignored": ("transfer",),
    "key_reused_for_another": ("transfer",), "condition_ignored": ONES,
    "stale_change_accepted": ("changePayee",), "accounts_is_open": ("accounts",),
    "addPayee_is_open": ("addPayee",), "accounts_of_others_readable": ("account", "entries"),
    "payees_of_others_readable": ("payee",), "payees_of_others_writable": ("changePayee", "removePayee"),
    "account_owner_unchecked": ("transfer",), "mass_assignment": ("addPayee", "changePayee", "transfer"),
    "sql_injection": ("search",), "sql_error_shown": ("search",), "operators_read": ("search",),
    "template_injection": ("search",), "header_injection": ("search",), "path_traversal": ("document",),
    "hook_is_fetched": ("addHook",), "entities_expanded": WRITES,
}  # fmt: skip
"""The operations in whose answers a defect shows; those that are not named show in all."""
KINDS: dict[str, tuple[str, ...]] = {
    "negative.undescribed_methods_are_refused": ("ST204", "ST205"),
    "negative": ("ST201", "ST203"),
    "contract.input_never_fails_the_server": ("ST101",),
    "contract.media_types_are_described": ("ST104", "ST105", "ST106"),
    "contract.header_fields_are_as_described": ("ST107", "ST108"),
    "contract.statuses_are_described": ("ST103",),
    "contract.refusals_are_described": ("ST103",),
    "contract.described_operations_exist": ("ST103",),
    "contract.bodies_are_as_described": ("ST108", "ST109", "ST110", "ST111"),
    "identity.credentials": ("ST401",),
    "identity.members_of_the_bank_cannot_be_set": ("ST201",),
    "identity": ("ST402",),
    "relation": ("ST301", "ST302"),
    "injection": ("ST101",),
}
"""What schemathesis calls the kinds of defects, by the beginning of the check of ours."""


@dataclass(frozen=True)
class Failure:
    """One failure that a tool told of: its kind, the operation (``POST /payees``), the request that shows it
    and that request's number among all that the bank served."""

    kind: str
    operation: str
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    number: int = 0


def operations(fault: Fault) -> frozenset[str]:
    """The operations in which a defect shows, as ``POST /payees``; empty for all of them."""
    if fault.loosened:
        names = BODIES[fault.loosened[0].partition("/")[0]]
    else:
        names = (fault.operation,) if fault.operation in PATHS else WHERE.get(fault.name, ())
    return frozenset(label(name) for name in names)


def label(name: str) -> str:
    """``POST /payees`` for the operation of an operationId."""
    return next(
        f"{method.upper()} {path}"
        for path, item in description()["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and operation.get("operationId") == name
    )


def kinds(fault: Fault) -> frozenset[str]:
    """The codes of schemathesis under which a defect can be told."""
    found: set[str] = set()
    for check in fault.checks:
        known = next((codes for name, codes in KINDS.items() if check.startswith(name)), ())
        found.update(known)
    return frozenset(found)


def told(failures: Iterable[Failure], group: Sequence[Fault]) -> tuple[dict[str, int], list[Failure]]:
    """The defects that failures tell of, with the number of the first request, and what none explains."""
    found: dict[str, int] = {}
    rest: list[Failure] = []
    for failure in sorted(failures, key=lambda f: f.number or sys.maxsize):
        names = [f.name for f in group if _explains(f, failure)]
        if not names:
            rest.append(failure)
        for name in names:
            found.setdefault(name, failure.number)
    return found, rest


def _explains(fault: Fault, failure: Failure) -> bool:
    where = operations(fault)
    if failure.kind not in fault.checks | kinds(fault):
        return False
    if where and failure.operation not in where and not failure.kind.startswith(("relation", "identity.o")):
        return False
    if fault.loosened:
        return fault.loosened[0] in broken(failure)
    if fault.name.startswith("unchecked_"):
        return fault.name.removeprefix("unchecked_") in broken(failure)
    if any(c.startswith("negative.") for c in fault.checks) and failure.kind == "ST201":
        return _form(fault.name, failure)
    return True


def _form(name: str, failure: Failure) -> bool:
    """Whether the form of a body is what was let in."""
    try:
        twice: list[bool] = []
        json.loads(failure.body, object_pairs_hook=lambda p: twice.append(len(dict(p)) < len(p)))
        form = "duplicates_accepted" if any(twice) else "any_media_type"
    except ValueError:
        form = "cut_body_mended"
    return name == form


def broken(failure: Failure) -> set[str]:
    """The rules that a request breaks: pointers below the schemas, and names of parameters."""
    method, _, template = failure.operation.partition(" ")
    item = description()["paths"].get(template, {})
    found: set[str] = set()
    parts = urlsplit(failure.url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    for parameter in (*item.get("parameters", ()), *item.get(method.lower(), {}).get("parameters", ())):
        if "$ref" in parameter:
            parameter = description()["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        name = parameter["name"]
        text = failure.headers.get(name.lower()) if parameter["in"] == "header" else given.get(name)
        missing = text is None and parameter.get("required")
        wrong = text is not None and not allowed(parameter["schema"], text)
        if parameter["in"] != "path" and (missing or wrong):
            found.add(name)
    name = item.get(method.lower(), {}).get("operationId", "")
    schema = next((schema for schema, users in BODIES.items() if name in users), "")
    if schema and failure.body:
        try:
            body = json.loads(failure.body)
        except ValueError:
            return found
        for pointer in _pointers(schema):
            if not validators(())[name].is_valid(body) and _lets_in(name, pointer, body):
                found.add(pointer)
    return found


@cache
def _pointers(schema: str) -> tuple[str, ...]:
    return tuple(p for f in FAULTS for p in f.loosened if p.startswith(f"{schema}/"))


def _lets_in(name: str, pointer: str, body: object) -> bool:
    """Whether the bank without one rule finds fewer faults in a body than the right one."""
    strict = sum(1 for _ in validators(())[name].iter_errors(body))
    return sum(1 for _ in validators((pointer,))[name].iter_errors(body)) < strict


def groups() -> list[list[Fault]]:
    """All defects in as few groups as keep their places apart."""
    made: list[tuple[list[Fault], set[str]]] = []
    for fault in sorted(FAULTS, key=lambda f: -len(spots(f))):
        taken = spots(fault)
        free = [group for group in made if not taken & group[1]]
        home = min(free, key=lambda group: len(group[0]), default=None)
        if home is None:
            home = ([], set())
            made.append(home)
        home[0].append(fault)
        home[1].update(taken)
    return [group for group, _ in made]


def spots(fault: Fault) -> set[str]:
    """What a defect has for itself in its group: a member, an operation under a kind, all refusals."""
    if fault.loosened:
        schema, _, rest = fault.loosened[0].partition("/")
        member = re.sub(r"^required=|/(?:required=\w+|[a-zA-Z]+)$", "", rest.replace("properties/", ""))
        return {f"{schema}/{member}"}
    if fault.name.startswith("unchecked_"):
        return {"rates" if fault.name == "unchecked_base" else fault.name}
    refusals = {"errors_in_html", "refusals_with_418"}
    if fault.operation == "problem" or fault.name in refusals or fault.name == "any_method_works":
        return {"refusals"}
    if any(check.startswith("identity.credentials") for check in fault.checks):
        return {"credentials"}
    if fault.operation == "rates" or fault.name == "rates_gone":
        return {"rates"}
    every = operations(fault) or frozenset(("everywhere",))
    if fault.name == "payee_not_kept":  # nothing that is done with a payee afterwards shows
        every = frozenset(map(label, ("addPayee", "payee", "changePayee", "removePayee")))
        return {f"{o} {k}" for o in every for k in (*KINDS, "relation", "identity", "contract", "ST101")}
    own = {"Location"} if fault.name.startswith("location_") else set()
    return own | {
        f"{o} {k}" for o in every for k in (*kinds(fault), *(c.partition(".")[0] for c in fault.checks))
    }
