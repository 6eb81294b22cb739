"""One product by its identifier: where the canonical API has it, or where the bank's own description does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit, urlunsplit

from conformance.absence import alike
from conformance.answer import Answer
from conformance.checks.product import listed
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.openapi import ApiDescription
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row
from conformance.tsp import Tsp

UNKNOWN = "conformance-no-such-row"


@check(requests=8)
def detail_agrees_with_list(tsp: Tsp, reading: Reading, described: ApiDescription | None) -> Findings:
    """Serves under a product's own path the row that its list has."""
    if described is not None and not reading.operation.canonical:
        yield from listed.differing(tsp, reading, described)
        return
    row = _identified(reading)
    answer = _asked(tsp, reading, str(row.text("id")))
    place = f"{reading.operation.path}/{{id}}"
    if answer.status != 200:
        yield Finding("status 200 for an id of the list", f"status {answer.status}", place, answer.exchange)
        return
    try:
        detail = answer.json()
    except NotJson as error:
        yield Finding("JSON", error.reason, place, answer.exchange)
        return
    data = detail.get("data") if isinstance(detail, dict) else None
    if not isinstance(data, dict):
        yield Finding("the row as an object under data", "none", place, answer.exchange)
        return
    differing = [name for name in sorted({*row.value, *data}) if row.value.get(name) != data.get(name)]
    if differing and row.get("last_updated") == data.get("last_updated"):
        names = ", ".join(differing)[:160]
        yield Finding("the values of the list", f"others in {names}", place, answer.exchange)


@check(requests=3)
def unknown_identifier_is_not_found(tsp: Tsp, reading: Reading) -> Findings:
    """Answers 404, or another refusal, to an identifier that no row has."""
    identifier = str(_identified(reading).text("id"))
    control = _asked(tsp, reading, identifier)
    if control.status in (404, 405, 501):
        raise NotApplicable("the bank serves no row by its identifier")
    if not control.ok:
        raise Inconclusive(f"control request refused: a known id answered {control.status}")
    for unknown in (next(_unlisted(reading, identifier), UNKNOWN), UNKNOWN):
        answer = _asked(tsp, reading, unknown)
        if answer.status >= 500 or (answer.ok and not _is_row(answer, unknown)):
            place = f"{reading.operation.path}/{{id}}"
            yield Finding("404 for an unknown id", f"status {answer.status}", place, answer.exchange)
            return


def _unlisted(reading: Reading, identifier: str) -> Iterator[str]:
    """Identifiers in the form of a known one that no row of the first page has."""
    listed = [row.text("id") or "" for row in reading.first_rows()]
    return alike(identifier, listed)


def _is_row(answer: Answer, identifier: str) -> bool:
    """Whether an answer is a row of that identifier, which a page not asked for may list."""
    try:
        document = answer.json()
    except NotJson:
        return False
    data = document.get("data") if isinstance(document, dict) else None
    return (
        isinstance(data, dict)
        and data.get("id") == identifier
        and any(data.get(name) for name in ("name", "title", "description"))
    )


def _identified(reading: Reading) -> Row:
    if not reading.operation.canonical:
        raise NotApplicable("the bank does not speak the canonical API, which gives each row a path")
    row = next((row for row in reading.first_rows() if row.text("id")), None)
    if row is None:
        raise NotApplicable("the rows have no identifier")
    return row


def _asked(tsp: Tsp, reading: Reading, identifier: str) -> Answer:
    request = tsp.request(reading.operation)
    parts = urlsplit(request.url)
    path = f"{parts.path.rstrip('/')}/{quote(identifier, safe='')}"
    return tsp.send(replace(request, url=urlunsplit(parts._replace(path=path, query=""))))
