"""The rows of a list at the paths that the bank's own description gives to each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from conformance.answer import Answer
from conformance.checks.product.likeness import counterpart, unlike
from conformance.document import NotJson, resolve
from conformance.errors import NotApplicable, Unreachable
from conformance.model import Finding
from conformance.openapi import ApiDescription, ApiOperation
from conformance.reading import Reading
from conformance.registry import Findings
from conformance.tsp import Tsp

MOST = 6
"""Rows of one list that are asked for by their identifiers, spread over it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A row as the bank wrote it in a page of its list, its identifier, and the answer at its own path."""

    row: Mapping[str, Any]
    identifier: str
    answer: Answer
    page: Answer


def differing(tsp: Tsp, reading: Reading, api: ApiDescription) -> Findings:
    """Rows that the bank does not serve at the path of each, or serves with other values than its list."""
    item = _item(reading, api)
    asked = list(_asked(tsp, reading, item))
    if not any(one.answer.status == 200 for one in asked):
        raise NotApplicable("no row is served at the path of one row by what the file calls its id")
    for one in asked:
        status = one.answer.status
        if (status in (404, 410) or status >= 500) and one.identifier in _now(tsp, reading, item, one):
            said = f"status {status} for {one.identifier[:40]}"
            yield Finding("status 200 for an id of the list", said, item.path, one.answer.exchange)
        if status != 200:
            continue
        try:
            own = counterpart(one.answer.json(), one.row)
        except NotJson as error:
            yield Finding("JSON", error.reason, item.path, one.answer.exchange)
            continue
        places = sorted(unlike(one.row, own)) if own is not None else []
        if places and _now(tsp, reading, item, one).get(one.identifier) == one.row:
            said = f"others for {one.identifier[:40]} in {', '.join(places)}"
            yield Finding("the values of the list", said[:200], item.path, one.answer.exchange)


def _item(reading: Reading, api: ApiDescription) -> ApiOperation:
    """The operation that reads one row of the list."""
    request = reading.answer().request
    found = api.match("GET", urlsplit(request.url).path) if request.method == "GET" else None
    if found is not None:
        for other in api.operations:
            rest = other.path.removeprefix(found[0].path)
            if other.method == "GET" and rest != other.path and re.fullmatch(r"/\{[^{}/]+\}", rest):
                return other
    raise NotApplicable("the description has no path for one row of this list")


def _named(reading: Reading, answer: Answer, item: ApiOperation) -> dict[str, Mapping[str, Any]]:
    """The rows of an answer as the bank wrote them, by what their paths take: the member of that name, else
    what the file calls the id."""
    name = re.sub("[^a-z0-9]", "", item.path.rpartition("{")[2].lower())
    document = reading.document_of(answer).value
    found: dict[str, Mapping[str, Any]] = {}
    for row in reading.rows_of(answer):
        own = resolve(document, row.pointer)
        if not isinstance(own, Mapping):
            continue
        called = next((v for k, v in own.items() if re.sub("[^a-z0-9]", "", k.lower()) == name), None)
        told = called if isinstance(called, str | int) else row.text("id")
        if told is not None and told != "":
            found.setdefault(str(told), own)
    return found


def _asked(tsp: Tsp, reading: Reading, item: ApiOperation) -> Iterator[Listed]:
    rows = [
        (name, row, page) for page in reading.pages() for name, row in _named(reading, page, item).items()
    ]
    if not rows:
        raise NotApplicable("the rows have no identifier")
    count = min(MOST, len(rows))
    chosen = {round(index * (len(rows) - 1) / max(1, count - 1)) for index in range(count)}
    request = tsp.request(reading.operation)
    parts = urlsplit(request.url)
    taken = {parameter.name for parameter in item.parameters if parameter.place == "query"}
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k in taken])
    for index in sorted(chosen):
        identifier, row, page = rows[index]
        path = f"{parts.path.rstrip('/')}/{quote(identifier, safe='')}"
        try:
            answer = tsp.send(replace(request, url=urlunsplit(parts._replace(path=path, query=query))))
        except Unreachable:
            continue
        yield Listed(row, identifier, answer, page)


def _now(tsp: Tsp, reading: Reading, item: ApiOperation, one: Listed) -> Mapping[str, Mapping[str, Any]]:
    """The page of a row once more: what has changed meanwhile is compared with nothing."""

    def ask() -> Mapping[str, Mapping[str, Any]]:
        answer = tsp.send(one.page.request)
        return _named(reading, answer, item) if answer.status == 200 else {}

    key = ("listed now", reading.operation.id, one.page.exchange)
    found: Mapping[str, Mapping[str, Any]] = tsp.memory.once(key, ask)
    return found
