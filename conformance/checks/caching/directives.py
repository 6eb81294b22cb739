"""What an answer says about how long it may be kept, by whom and for which request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from conformance import probe
from conformance.answer import Answer
from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import LanguageCarrier, Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_DIRECTIVE = re.compile(r"""\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s,;"=]+))?\s*(?:,|$)""")
_SECONDS = frozenset({"max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"})


@check()
def directives(reading: Reading) -> Findings:
    """Gives in Cache-Control, where it is sent, directives that can be read and agree with each other."""
    answer = probe.read(reading)
    values = answer.values("Cache-Control")
    if not values:
        return
    text = ", ".join(values)
    given = cache_control(text)
    if given is None:
        problem = "directives separated by commas"
    elif unread := next((n for n in _SECONDS & given.keys() if not _digits(given[n])), ""):
        problem = f"{unread} in whole seconds"
    elif "public" in given and "private" in given:
        problem = "either public or private"
    elif "no-store" in given and (
        "public" in given or any(int(given.get(n) or 0) for n in ("max-age", "s-maxage"))
    ):
        problem = "either no-store or leave to keep the answer"
    else:
        return
    yield Finding(
        expected=f"{problem} in Cache-Control",
        actual=shown(text),
        at="header Cache-Control",
        exchange=answer.exchange,
    )


def cache_control(text: str) -> Mapping[str, str] | None:
    """The directives by lower-case name, values unquoted; None when the text cannot be read."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _DIRECTIVE.match(text, position)
        if match is None:
            rest = text[position:].lstrip(" \t")
            if rest.startswith(","):
                position = len(text) - len(rest) + 1
                continue
            return None if rest else found
        found[match[1].lower()] = (match[2] or "").strip('"')
        position = match.end()
    return found


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


@check()
def vary_names_language(reading: Reading) -> Findings:
    """Names in Vary the header by which the language is chosen, unless the answer may not be stored."""
    operation = reading.operation
    rule = operation.language
    if rule is None or rule.carrier is not LanguageCarrier.HEADER or len(operation.languages) < 2:
        raise NotApplicable("the bank does not choose the language by a header")
    answer = probe.read(reading)
    other = reading.answer(operation.languages[1])
    if not other.ok or other.body == answer.body:
        return
    stored = cache_control(", ".join(answer.values("Cache-Control"))) or {}
    named = {name.strip().lower() for value in answer.values("Vary") for name in value.split(",")}
    if "no-store" in stored or "*" in named or rule.name.lower() in named:
        return
    yield Finding(
        expected=f"{rule.name} among the fields of Vary, since the answer depends on it",
        actual=f"Vary {shown(', '.join(answer.values('Vary')) or 'absent')}",
        at="header Vary",
        exchange=answer.exchange,
    )


@check(requests=1)
def date_true(tsp: Tsp, operations: tuple[Operation, ...], *, skew: timedelta) -> Findings:
    """Carries, where it has a Date, one that can be read and is the present moment."""
    answer = probe.control(tsp, probe.sample(tsp, operations))
    now = tsp.now()
    text = answer.header("Date")
    if text is None:
        return
    moment = http_date(text)
    age = answer.header("Age") or "0"
    if moment is None:
        actual = shown(text)
    else:
        off = moment - now + (int(age) if _digits(age) else 0)
        if abs(off) <= skew.total_seconds() + answer.seconds:
            return
        actual = f"{shown(text)}, {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the suite's clock"
    yield Finding(
        expected=f"an HTTP date within {skew.total_seconds():.0f} s of now",
        actual=actual,
        at="header Date",
        exchange=answer.exchange,
    )


def http_date(text: str) -> float | None:
    """Seconds since the epoch of an HTTP date (RFC 9110, 5.6.7), or None."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


@check()
def age_sane(reading: Reading) -> Findings:
    """Gives in Age, where it is sent, whole seconds within the lifetime of the answer."""
    answer = probe.read(reading)
    text = answer.header("Age")
    if text is None:
        return
    given = cache_control(", ".join(answer.values("Cache-Control"))) or {}
    lifetime = given.get("s-maxage", given.get("max-age", ""))
    if not _digits(text.strip()):
        expected = "Age in whole seconds"
    elif _digits(lifetime) and int(text) > int(lifetime) and "stale-while-revalidate" not in given:
        expected = f"Age within the lifetime of {lifetime} s"
    else:
        return
    yield Finding(expected=expected, actual=shown(text), at="header Age", exchange=answer.exchange)


@check()
def last_modified_past(reading: Reading) -> Findings:
    """Carries, where it has a Last-Modified, an HTTP date that is not later than its Date."""
    answer = probe.read(reading)
    text, now = answer.header("Last-Modified"), answer.header("Date")
    if text is None:
        return
    moment, sent = http_date(text), http_date(now or "")
    if moment is not None and (sent is None or moment <= sent + 1):
        return
    yield Finding(
        expected="an HTTP date that is not later than the Date of the answer",
        actual=f"{shown(text)}, sent at {shown(now or 'an unknown time')}",
        at="header Last-Modified",
        exchange=answer.exchange,
    )


@check()
def protected_data_not_shared(tsp: Tsp, reading: Reading) -> Findings:
    """Does not let shared caches keep what is for registered TSPs or a customer alone."""
    operation = reading.operation
    personal = bool(operation.function.permission)
    names = {name.lower() for name in probe.credential_fields(tsp, operation)} if operation.reads else set()
    if not personal and not names:
        raise NotApplicable("the function is open to everybody")
    answer = probe.read(reading)
    text = ", ".join(answer.values("Cache-Control"))
    given = cache_control(text) or {}
    varied = {name.strip().lower() for value in answer.values("Vary") for name in value.split(",")}
    if "no-store" in given or "private" in given:
        return
    expires = "" if given or names == {"authorization"} else _lasts(answer)
    if not personal and (names <= varied or not (_shared(given, names) or expires)):
        return
    yield Finding(
        expected="Cache-Control no-store or private",
        actual=shown(text or (f"Expires: {expires}" if expires else "no Cache-Control")),
        at="header Cache-Control",
        exchange=answer.exchange,
    )


def _lasts(answer: Answer) -> str:
    """Expires, where it gives a cache a time to keep the answer that has no Cache-Control."""
    text = answer.header("Expires") or ""
    until, sent = http_date(text), http_date(answer.header("Date") or "")
    return text if until is not None and sent is not None and until > sent else ""


def _shared(given: Mapping[str, str], names: set[str]) -> bool:
    """Whether a shared cache may keep the answer; with Authorization only when told so (RFC 9111, 3.5)."""
    told = {"public", "s-maxage"} if names == {"authorization"} else {"public", "s-maxage", "max-age"}
    return bool(told & given.keys())
