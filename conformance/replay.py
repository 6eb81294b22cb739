"""Replay: the exact bytes that showed a finding, sent once more, and what the bank answers now.

The results file holds no secret. What was masked is filled in from the bank's file, a token is fetched anew,
for which a customer is logged in anew; a request that held a value which is kept nowhere is not sent.
"""

from __future__ import annotations

import base64
import re
import shlex
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from conformance.answer import Answer
from conformance.document import NotJson, parse, pointer, resolve
from conformance.errors import ConfigurationError
from conformance.generate.identities import GARBAGE
from conformance.model import SAFE_METHODS, Exchange, Finding, Request, Result
from conformance.offer import operations
from conformance.protected import guarded
from conformance.redaction import MASK
from conformance.registry import all_checks
from conformance.replay_token import Bearer, bearer, issued
from conformance.results import Run, visible
from conformance.secret import UNKEPT, Vault
from conformance.session import Session, bank_phases
from conformance.target import Target
from conformance.tsp import Tsp

_VARIABLE = re.compile(r"\$([A-Z0-9_]+)")
PROVING = ("authorization", "dpop")
"""Header fields that are made anew with a token."""
PASSING = frozenset(("age", "connection", "content-length", "date", "keep-alive", "transfer-encoding", "via"))
"""Header fields of one message, or of what lies on its way."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange, the first result that it belongs to, and the findings that it shows, with their cases."""

    result: Result
    exchange: Exchange
    findings: tuple[tuple[str, Finding], ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came when a request was sent again; ``changes`` is empty when it is what came before."""

    shown: Shown
    answer: Answer
    changes: tuple[str, ...]


def wanted(run: Run, what: str) -> list[Shown]:
    """The exchanges behind a case or a requirement, or the one behind findings by its number.

    Raises ``ConfigurationError`` for what the results do not have.
    """
    found: dict[int, Shown] = {}
    for result in run.results:
        for finding in result.findings:
            exchange = run.exchanges.get(finding.exchange or 0)
            if exchange is not None and what in (*_names(result), str(exchange.id)):
                held = found.get(exchange.id, Shown(result, exchange))
                found[exchange.id] = replace(held, findings=(*held.findings, (result.case.id, finding)))
        if what in _names(result) and not result.findings and result.exchanges:
            exchange = run.exchanges.get(result.exchanges[-1])
            if exchange is not None:
                found.setdefault(exchange.id, Shown(result, exchange))
    if not found:
        raise ConfigurationError(
            f"{run.path}: {what}: neither a case or requirement with an exchange that is kept, nor the "
            "number of one; the report names both beside each finding"
        )
    return list(found.values())


def _names(result: Result) -> tuple[str, str]:
    return result.case.id, result.case.requirement


def admitted(shown: Shown, target: Target) -> None:
    """Raises ``ConfigurationError`` for a request that the target does not allow."""
    case, exchange = shown.result.case, shown.exchange
    check = all_checks().get(case.check)
    reads = exchange.method in SAFE_METHODS or _is_read(shown, target)
    intrudes = check is not None and check.intrusive
    why = ""
    if target.is_production and (not reads or intrudes or (check is not None and check.writes)):
        why = "the target is production, where only passive checks send"
    elif not reads and "writes" not in target.allow:
        why = f"{exchange.method} may change the bank's state: the target does not allow writes"
    elif intrudes and "intrusive" not in target.allow:
        why = f"{case.check} is intrusive: the target does not allow it"
    if why:
        raise ConfigurationError(f"exchange {exchange.id} is not sent: {why}")


def _is_read(shown: Shown, target: Target) -> bool:
    """Whether the request is the plain read of a function, which some banks ask for with POST."""
    operation = operations(target, bank_phases()).get(shown.result.case.function)
    path = urlsplit(shown.exchange.url).path
    return (
        operation is not None
        and operation.reads
        and operation.method == shown.exchange.method
        and path.endswith(operation.path.partition("?")[0])
    )


def sent(shown: Shown, run: Run, session: Session, *, renew: bool = False) -> Replayed:
    """Sends a request again. ``renew`` puts another key in place of one that is used only once.

    Raises ``ConfigurationError`` where its bytes cannot be made again.
    """
    tsp = Tsp(session.traffic, "replay", session.memory(0))
    tsp.hide(GARBAGE, "GARBAGE")
    held = _bearer(shown, run, session, tsp)
    request = _request(shown, run, tsp, session.target, held)
    if renew:
        for name, _ in request.headers:
            if "idempot" in name.lower():
                request = request.with_header(name, str(uuid.uuid4()))
    answer = held.send(request) if held is not None else tsp.send(request, patient=False)
    changes = (
        *_changes(shown.exchange, answer, tsp.vault),
        *_fields(shown, answer, tsp.vault),
        *_values(shown, answer, tsp.vault),
    )
    return Replayed(shown, answer, changes)


PASSING_STATUS = (429, 502, 503, 504)
"""What a bank answers for a while, whatever it is asked."""


def vain(shown: Shown, made: Replayed, session: Session) -> str:
    """Why an answer says nothing about the finding; empty where it does.

    A refusal speaks only where the plain request of the function, under the same credentials, is accepted.
    """
    before, now = shown.exchange.status, made.answer.status
    if now == before:
        return ""
    if now in PASSING_STATUS:
        return f"the bank answers {now} for the time being; try again later"
    if now not in (401, 403) or before in (401, 403):
        return ""
    offered = operations(session.target, bank_phases())
    tokens = session.target.authorization is not None
    plainly = [o for o in offered.values() if o.reads and not (tokens and guarded(o.function))]
    own = (o for o in plainly if o.id == shown.result.case.function)
    operation = next(own, next(iter(plainly), None))
    if operation is None:
        return ""
    plain = Tsp(session.traffic, "replay", session.memory(0)).call(operation)
    if plain.status not in (401, 403):
        return ""
    refused = f"the bank refuses the plain request of {operation.id} as well ({plain.status})"
    return f"{refused}; check the credentials"


def _bearer(shown: Shown, run: Run, session: Session, tsp: Tsp) -> Bearer | None:
    """What stands in for the token of a request that carried one; None for other requests, and where the
    bank knows its TSP by a token of its own kind."""
    exchange, case = shown.exchange, shown.result.case
    fields = {name.lower(): name for name, value in exchange.request_headers if MASK in value}
    carriers = {name.lower() for name in session.target.authentication.carriers}
    if "authorization" not in fields or "authorization" in carriers:
        return None
    told = _variable(exchange, fields["authorization"])
    return bearer(run, session, tsp, (case.check, case.function), told, proof="dpop" in fields)


def _request(shown: Shown, run: Run, tsp: Tsp, target: Target, held: Bearer | None) -> Request:
    exchange, check = shown.exchange, shown.result.case.check
    again = shlex.join(["conformance", "run", run.header.target.file or "BANK.yaml", "--check", check])
    anew = PROVING if held is not None else ()
    sent_again = [(k, v) for k, v in exchange.request_headers if k.lower() not in anew]
    masked = {name for name, value in sent_again if MASK in value}
    headers = [(name, value) for name, value in sent_again if name not in masked]
    known = {name: value for name, value in _by_variables(exchange, tsp.vault).items() if name in masked}
    carriers = {name.lower() for name in target.authentication.carriers}
    left = [name for name in masked if name not in known and name.lower() not in carriers]
    unkept = [name for name in masked if name not in known and MASK in _variable(exchange, name)]
    url = _moved(exchange.url, run.header.target.base_url, tsp.base_url)
    if left or unkept or MASK in url:
        what = ", ".join(sorted({*left, *unkept})) or "the address"
        raise ConfigurationError(
            f"exchange {exchange.id}: {what} held a value that is kept nowhere; run the case again: {again}"
        )
    order = {name: place for place, (name, _) in enumerate(exchange.request_headers)}
    filled = sorted([*headers, *known.items()], key=lambda pair: order[pair[0]])
    request = Request(exchange.method, url, tuple(filled), _body(exchange))
    return tsp.authorized(request) if masked - known.keys() else request


def _by_variables(exchange: Exchange, vault: Vault) -> dict[str, str]:
    """The masked header fields that the command line tells by variables which the bank's file names."""
    found = {}
    for name, value in exchange.request_headers:
        variables = _variable(exchange, name)
        if MASK not in value or issued(variables):
            continue
        told = re.sub(_VARIABLE, lambda m: vault.value_of(m[1]) or MASK, variables)
        if MASK not in told:
            found[name] = told
    return found


def _variable(exchange: Exchange, name: str) -> str:
    """A header field as the command line has it, with variables for secrets."""
    try:
        words = shlex.split(exchange.curl)
    except ValueError:
        return MASK
    fields = (word.partition(": ") for before, word in pairwise(words) if before == "-H")
    return next((value for field, _, value in fields if field == name), MASK)


def _body(exchange: Exchange) -> bytes:
    if exchange.request_base64:
        return base64.b64decode(exchange.request_base64)
    if UNKEPT in exchange.curl[-len(UNKEPT) - 1 :]:
        raise ConfigurationError(
            f"exchange {exchange.id}: its body was too long to be kept; run the case again"
        )
    if MASK in exchange.request_body:
        raise ConfigurationError(f"exchange {exchange.id}: its body held a secret, which is kept nowhere")
    return exchange.request_body.encode()


def _moved(url: str, before: str, now: str) -> str:
    """An address below another base than the one of the results."""
    return now.rstrip("/") + url.removeprefix(before.rstrip("/")) if url.startswith(before) else url


def _changes(exchange: Exchange, answer: Answer, vault: Vault) -> Iterator[str]:
    if answer.status != exchange.status:
        yield f"status {exchange.status or 'none'}, now {answer.status}"
    before = next((v for k, v in exchange.response_headers if k.lower() == "content-type"), "")
    now = answer.header("Content-Type") or ""
    if before.partition(";")[0].strip().lower() != now.partition(";")[0].strip().lower():
        yield f"Content-Type {before or 'none'}, now {now or 'none'}"
    text = visible(vault.body(answer.body, now))
    if text != exchange.response_body and answer.status == exchange.status:
        held, came = _outline(exchange.response_body), _outline(text)
        if held is None or came is None:
            yield f"a body of {exchange.response_bytes} bytes, now {len(answer.body)}"
        elif held != came:
            lost, added = sorted(held - came)[:3], sorted(came - held)[:3]
            yield f"body: {', '.join([*(f'without {x}' for x in lost), *(f'with {x}' for x in added)])}"


def _fields(shown: Shown, answer: Answer, vault: Vault) -> Iterator[str]:
    """Header fields that came or went, and the value of the one that the finding is about."""
    before = {name.lower(): value for name, value in shown.exchange.response_headers}
    now = {name.lower(): value for name, value in vault.headers(answer.headers)}
    judged = {finding.at.lower().removeprefix("header ") for _, finding in shown.findings}
    for name in sorted((before.keys() | now.keys()) - PASSING):
        if (name in before) != (name in now):
            yield f"header {name} {'gone' if name in before else 'there'} now"
        elif name in judged and before[name] != now[name]:
            yield f"header {name} {before[name]}, now {now[name]}"


def _values(shown: Shown, answer: Answer, vault: Vault) -> Iterator[str]:
    """The value that the finding points to, and those beside it that it tells of, where they are others."""
    if answer.status != shown.exchange.status:
        return
    text = visible(vault.body(answer.body, answer.header("Content-Type") or ""))
    try:
        held, came = (parse(body.encode("utf-8", "replace")) for body in (shown.exchange.response_body, text))
    except NotJson:
        return
    for finding in dict.fromkeys(finding for _, finding in shown.findings if finding.at.startswith("/")):
        yield from _told(finding, held.value, came.value)


def _told(finding: Finding, held: Any, came: Any) -> Iterator[str]:
    row, _, _ = finding.at.rpartition("/")
    try:
        before, now = resolve(held, row), resolve(came, row)
    except LookupError:
        return
    if not isinstance(before, Mapping) or not isinstance(now, Mapping):
        return
    for name in (name for name in before if name in now):
        value, place = before[name], f"{row}{pointer([name])}"
        if isinstance(value, Mapping | list) or value == now[name]:
            continue
        if place == finding.at or (isinstance(value, str | int | Decimal) and str(value) in finding.actual):
            yield f"{place} {value}, now {now[name]}"


def _outline(text: str) -> frozenset[str] | None:
    """The members of a JSON text with the types of their values, rows of a list taken together; or None."""
    try:
        return frozenset(_members(parse(text.encode("utf-8", "replace")).value, ""))
    except NotJson:
        return None


def _members(value: Any, at: str) -> Iterator[str]:
    yield f"{at or 'the body'} as {type(value).__name__}"
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _members(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner, f"{at}/*")
