"""What account data show that they need not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.protected import Protected
from conformance.reading import values
from conformance.registry import Findings, check

MASK = re.compile(r"[*xX•·●…#]")
UNMASKED = re.compile(r"[0-9](?:[ -]?[0-9]){8,}")
"""Nine digits or more, as full account numbers in Hong Kong have."""
PRIVATE = {
    "an identity card number": re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,2}[0-9]{6}(?:\(|%28)[0-9A](?:\)|%29)"),
    "an e-mail address": re.compile(r"[A-Za-z0-9._-]+(?:@|%40)[A-Za-z0-9-]+\.[A-Za-z]"),
    "a telephone number": re.compile(r"(?:\+|%2[Bb])852[0-9]{8}"),
}


@check(requests=1, logins=("grant of all",))
def number_masked(protected: Protected, operation: Operation) -> Findings:
    """Shows no account number in full."""
    reading = protected.reading(operation)
    reading.success()
    for row in reading.rows():
        number = row.text("number")
        if number and UNMASKED.search(number) and not MASK.search(number):
            yield Finding("a number with digits masked", "a number in full", row.place("number"),
                          reading.answer().exchange)  # fmt: skip
            return


@check(requests=1, logins=("grant of all",))
def addresses_private(protected: Protected, operation: Operation) -> Findings:
    """Puts nothing personal into addresses: those it links to, and those made of its identifiers."""
    read = protected.objects(operation)[0]
    answer = protected.call(read)
    if not answer.ok:
        raise NotApplicable(f"the function answered {answer.status}")
    for place, url in _addresses(answer.json(), read.path):
        for what, pattern in PRIVATE.items():
            if pattern.search(url):
                yield Finding("an address without personal data", what, place, answer.exchange)
                return


def _addresses(document: Any, path: str) -> Iterator[tuple[str, str]]:
    """Addresses with their places: of links, and of the call itself."""
    yield "path", path
    for place, _, value in values(document):
        linked = "/links/" in f"{place}/" or "/_links/" in f"{place}/"
        if isinstance(value, str) and (linked or value.startswith(("https://", "http://"))):
            yield place, value


@check(requests=10, logins=("grant of all", "grant of all, customer 3"))
def no_accounts_is_no_error(protected: Protected) -> Findings:
    """Answers a customer without accounts with an empty list."""
    operation = protected.probe()
    number = len(protected.access.configured.customers) - 1
    if number < 2:
        raise NotApplicable("no third customer is configured, one without accounts")
    answer = protected.call(operation, number)
    if answer.ok and len(protected.reading(operation, number).rows()):
        raise NotApplicable("every customer has accounts")
    if not answer.ok:
        yield Finding("an empty list", f"status {answer.status}", f"function {operation.id}", answer.exchange)
    protected.control(operation)
