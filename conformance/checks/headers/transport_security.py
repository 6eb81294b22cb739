"""HTTP Strict Transport Security (RFC 6797)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from conformance import probe
from conformance.answer import Answer
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_NAME = "Strict-Transport-Security"
_AGE = re.compile(r'max-age\s*=\s*"?(\d{1,15})"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Promise:
    """A Strict-Transport-Security header; ``max_age`` is None when it cannot be read."""

    text: str
    max_age: timedelta | None


def promise(values: Iterable[str]) -> Promise | None:
    """What the first such header says, or None (RFC 6797, 8.1: only the first counts)."""
    text = next(iter(values), None)
    if text is None:
        return None
    ages = [_AGE.fullmatch(part.strip()) for part in text.split(";")]
    found = [match for match in ages if match]
    if len(found) != 1:
        return Promise(text, None)
    return Promise(text, timedelta(seconds=min(int(found[0][1]), 10**12)))


@check()
def strict_transport_security(reading: Reading, *, min_age: timedelta) -> Findings:
    """Carries Strict-Transport-Security for at least the given age."""
    answer = probe.read(reading)
    _over_https(answer)
    yield from _short(answer, min_age, "header Strict-Transport-Security")


@check(requests=3)
def strict_transport_security_on_errors(
    tsp: Tsp, operation: Operation, reading: Reading, *, min_age: timedelta
) -> Findings:
    """Carries on errors the Strict-Transport-Security that its good answers carry."""
    plain = probe.read(reading)
    _over_https(plain)
    if next(_short(plain, min_age, ""), None) is not None:
        raise NotApplicable("good answers do not carry it either, which is said once")
    for provoked in probe.errors(tsp, operation):
        finding = next(_short(provoked.answer, min_age, "header Strict-Transport-Security of errors"), None)
        if finding is not None:
            yield finding
            return


def _over_https(answer: Answer) -> None:
    if not answer.request.url.lower().startswith("https:"):
        raise NotApplicable("the header counts over https only (RFC 6797, 7.2)")


def _short(answer: Answer, min_age: timedelta, at: str) -> Findings:
    found = promise(answer.values(_NAME))
    expected = f"{_NAME} with a max-age of at least {min_age.days} days"
    if found is None:
        actual = "none"
    elif found.max_age is None:
        actual = f"{shown(found.text)}, which has not one max-age in seconds"
    elif found.max_age < min_age:
        actual = shown(found.text)
    else:
        return
    yield Finding(expected, f"{actual} with status {answer.status}", at, answer.exchange)
