"""Lists whose pages each say how to ask for the next one: whether a walk gives every row, and once."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

from conformance.answer import Answer
from conformance.checks.paging.pages import PARTS, count, keys_of
from conformance.document import resolve
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.reading import MAX_PAGES, Reading
from conformance.registry import Findings


def repeated(reading: Reading) -> Findings:
    """What stands on two pages of the list: a row that says all the same, in a list that ends."""
    seen: dict[str, int] = {}
    for number, answer in enumerate(reading.pages()):
        came = dict(_written(reading, answer))
        again = [key for text, key in came.items() if seen.get(text, number) != number]
        seen |= dict.fromkeys(came, number)
        if again:
            yield Finding(
                "rows that no earlier page had",
                f"{len(again)} of {len(came)} again, such as {again[0][:60]}",
                f"page {number + 1}",
                answer.exchange,
            )
            return


def lost(reading: Reading) -> Findings:
    """What a walk in smaller steps does not give although the plain walk does, or the other way round."""
    astray = reading.astray()
    if astray:
        at, last = reading.operation.path, list(reading.pages())[-1]
        if _inside(astray) and not _inside(last.request.url):
            yield Finding("a next page at a host of the public", astray[:160], at, last.exchange)
            return
    _followed(astray)
    rule = reading.operation.continuation
    if rule is None or not rule.size_parameter:
        raise NotApplicable("the bank declares no parameter for the size of a page")
    whole = list(reading.pages())
    keys = _keys(reading, whole)
    if len(keys) < PARTS or len(whole) > MAX_PAGES:
        raise NotApplicable("the list has too few rows to be cut, or more pages than are read")
    size = max(1, min(len(keys) // PARTS, len(_keys(reading, whole[:1])) - 1))
    parts = list(reading.pages_of(size))
    cut = _keys(reading, parts)
    for name, some, other in (("smaller", cut, keys), ("usual", keys, cut)):
        missing = [key for key in other if key not in set(some)]
        if missing and len(parts) <= MAX_PAGES:
            yield Finding(
                "every row on one of the pages",
                f"{len(missing)} of {len(other)} rows on none of the {name} ones, such as {missing[0][:60]}",
                reading.operation.path,
                parts[-1].exchange,
            )
            return


def untrue_total(reading: Reading) -> Findings:
    """A total that is not the number of rows that the walk gives."""
    rule = reading.operation.continuation
    if rule is None or not rule.total:
        raise NotApplicable("the bank declares no total")
    _followed(reading.astray())
    answers = list(reading.pages())
    counts = [reading.counts(answer) for answer in answers]
    # A page with rows, but none of this function's, does not tell how many they are.
    hidden = any(not n and _lists(reading.document_of(a).value) for n, a in zip(counts, answers, strict=True))
    lengths = tuple(sum(parts) for parts in zip_longest(*counts, fillvalue=0)) or (0,)
    if len(answers) > MAX_PAGES or (lengths == (0,) and reading.first_rows().problems):
        return
    for number, answer in enumerate(answers):
        total = count(reading.document_of(answer).first(rule.total))
        if total is None or total in lengths:
            continue
        if not hidden or total < min(lengths):
            rows = " or ".join(map(str, lengths))
            at = f"page {number + 1}"
            yield Finding("a total of as many rows as came", f"{total}, and {rows} rows", at, answer.exchange)
            return


def too_many(reading: Reading) -> Findings:
    """More than one row on the first page when it is asked to hold one."""
    rule = reading.operation.continuation
    if rule is None or not rule.size_parameter:
        raise NotApplicable("the bank declares no parameter for the size of a page")
    if min(reading.counts(reading.success()), default=0) < 2:
        raise NotApplicable("the list has fewer than two rows, so it has no second page")
    try:
        first = next(reading.pages_of(1))
    except Inconclusive as error:
        raise NotApplicable(f"the bank gives no page of one row: {error.reason}") from None
    rows = min(reading.counts(first), default=0)
    if rows > 1:
        yield Finding("one row", f"{rows} rows", f"parameter {rule.size_parameter}", first.exchange)


def _followed(astray: str) -> None:
    if astray:
        raise Inconclusive(
            f"the next page is at {urlsplit(astray).netloc[:100]}, which was not asked: the file does not "
            "name it under hosts:"
        )


def _inside(url: str) -> bool:
    """Whether a host is one that nobody outside a bank can reach by its name or address."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".intranet", ".corp", ".lan"))


def _keys(reading: Reading, answers: Iterable[Answer]) -> list[str]:
    return [key for answer in answers for key in keys_of(reading, answer)]


def _written(reading: Reading, answer: Answer) -> Iterator[tuple[str, str]]:
    """All that the bank says of each identified row, so that two alike are one row twice, and its key."""
    resource = reading.operation.resource
    document = reading.document_of(answer).value
    for row in reading.rows_in_all_languages(answer).rows:
        key = row.key(resource) if resource is not None else None
        if key is not None:
            said = [key, row.value, resolve(document, row.pointer)]
            yield json.dumps(said, sort_keys=True, default=str), json.dumps(key, default=str)


def _lists(value: Any, depth: int = 8) -> bool:
    """Whether a document lists any object."""
    if isinstance(value, list):
        return any(isinstance(inner, dict | list) for inner in value)
    return isinstance(value, dict) and depth > 0 and any(_lists(v, depth - 1) for v in value.values())
