"""What an error answer is: its media type, its shape, its truth."""

from __future__ import annotations

from typing import Any

from conformance import probe
from conformance.answer import Answer
from conformance.document import Document, NotJson, parse, shown
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_STATUS_NAMES = frozenset(
    {"httpcode", "httpstatus", "httpstatuscode", "statuscode", "status_code", "status", "http_status"}
)


@check(requests=3)
def media_type(tsp: Tsp, operation: Operation) -> Findings:
    """Sends error bodies, where there are any, as JSON that can be read."""
    for provoked in _with_body(tsp, operation):
        answer = provoked.answer
        if not answer.is_json:
            actual = f"Content-Type {shown(answer.header('Content-Type') or 'absent')}"
        elif _document(answer) is None:
            actual = f"a body that is no JSON: {shown(answer.text()[:60])}"
        else:
            continue
        yield Finding(
            expected="an error body in JSON, or none",
            actual=f"{actual} with the {answer.status} for {provoked.wrong}",
            at=f"error for {provoked.wrong}",
            exchange=answer.exchange,
        )


@check(requests=3)
def shape(tsp: Tsp, operation: Operation) -> Findings:
    """Gives error bodies one shape: the one that the bank declares, else the same members for every error."""
    known: tuple[str, frozenset[str]] | None = None
    for provoked in _with_body(tsp, operation):
        document = _document(provoked.answer)
        if document is None:
            continue
        at = f"error for {provoked.wrong}"
        for name, path in operation.error_paths.items():
            found = document.first(path)
            if found in (None, ""):
                yield Finding(
                    expected=f"the {name} of the error at {path}, as the bank declares",
                    actual=f"{shown(document.value)} with the {provoked.answer.status}",
                    at=at,
                    exchange=provoked.answer.exchange,
                )
        if operation.error_paths:
            continue
        members = _members(document.value)
        if known is None:
            known = provoked.wrong, members
        elif not members & known[1]:
            yield Finding(
                expected=f"members as in the error for {known[0]}: {shown(', '.join(sorted(known[1])))}",
                actual=shown(", ".join(sorted(members)) or document.value),
                at=at,
                exchange=provoked.answer.exchange,
            )


@check(requests=3)
def status_agrees(tsp: Tsp, operation: Operation) -> Findings:
    """Tells in an error body, where it tells one, the status that the answer has."""
    for provoked in _with_body(tsp, operation):
        answer = provoked.answer
        document = _document(answer)
        if document is None:
            continue
        for place, told in _statuses(document.value):
            if told != answer.status:
                yield Finding(
                    expected=f"{answer.status}, the status of the answer",
                    actual=f"{told} for {provoked.wrong}",
                    at=place,
                    exchange=answer.exchange,
                )


@check(requests=3)
def content_language(tsp: Tsp, operation: Operation) -> Findings:
    """Names in Content-Language, where an error answer has one, a language that its text can be in."""
    for provoked in _with_body(tsp, operation):
        answer = provoked.answer
        named = (answer.header("Content-Language") or "").strip().lower()
        document = _document(answer)
        text = " ".join(_texts(document.value)) if document is not None else ""
        chinese = any("一" <= character <= "鿿" for character in text)
        if not text or not named or "," in named:
            continue
        if named.split("-")[0] == "zh" and not chinese and " " in text:
            actual = f"{shown(named)} over {shown(text[:80])}"
        elif named.split("-")[0] == "en" and chinese:
            actual = f"{shown(named)} over Chinese text"
        else:
            continue
        yield Finding(
            expected="a Content-Language that is the language of the message, or none",
            actual=actual,
            at="header Content-Language of errors",
            exchange=answer.exchange,
        )


def _with_body(tsp: Tsp, operation: Operation) -> tuple[probe.Provoked, ...]:
    """The errors that say anything; raises ``NotApplicable`` where all are empty, as they may be."""
    found = tuple(one for one in probe.errors(tsp, operation) if one.answer.body.strip())
    if not found:
        raise NotApplicable("no error answer has a body")
    return found


def _document(answer: Answer) -> Document | None:
    if not answer.is_json:
        return None
    try:
        return parse(answer.body)
    except NotJson:
        return None


def _members(value: Any) -> frozenset[str]:
    """The names of an error's members, one level into what wraps them."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), {})
    if not isinstance(value, dict):
        return frozenset()
    inner = [v for v in value.values() if isinstance(v, dict)]
    return frozenset(value) if len(value) > 1 or not inner else frozenset(inner[0]) | frozenset(value)


def _statuses(value: Any) -> list[tuple[str, int]]:
    """What a body says of the HTTP status, as (JSON Pointer, status), down to the object inside a wrapper."""
    found = []
    waiting = [("", value, 0)]
    while waiting:
        place, node, depth = waiting.pop()
        if not isinstance(node, dict):
            continue
        for name, member in node.items():
            pointer = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
            told = _status(member) if name.lower() in _STATUS_NAMES else None
            if told is not None:
                found.append((pointer, told))
            if depth < 2:
                waiting.append((pointer, member, depth + 1))
    return found


def _status(value: Any) -> int | None:
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 100 <= value < 600 else None


def _texts(value: Any) -> list[str]:
    texts: list[str] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            texts.append(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return texts
