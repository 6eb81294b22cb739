"""What answers say of a rate limit, in the forms that are in use.

``RateLimit-Policy`` and ``RateLimit`` as structured fields (draft-ietf-httpapi-ratelimit-headers 08 to 11,
and the dictionary of 07), ``RateLimit-Limit`` and its sisters (drafts 00 to 06), and ``X-RateLimit-…``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from conformance.load.shot import Hit

_ITEM = (
    r'(?:"(?:[^"\\\x00-\x1f\x7f-\uffff]|\\["\\])*"'  # string
    r"|[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*"  # token
    r"|-?[0-9]{1,15}(?:\.[0-9]{1,3})?|:[A-Za-z0-9+/=]*:|\?[01])"  # number, bytes, boolean
)
_KEY = r"[a-z*][a-z0-9_.*-]*"
_PARAMETERS = rf"(?:[ ]*;[ ]*{_KEY}(?:={_ITEM})?)*"
_LIST = re.compile(rf"{_ITEM}{_PARAMETERS}(?:[ \t]*,[ \t]*{_ITEM}{_PARAMETERS})*")
_DICTIONARY = re.compile(
    rf"{_KEY}(?:={_ITEM})?{_PARAMETERS}(?:[ \t]*,[ \t]*{_KEY}(?:={_ITEM})?{_PARAMETERS})*"
)
_PARAMETER = re.compile(rf";[ ]*({_KEY})=(-?[0-9]+)")
_MEMBER = re.compile(rf"(?:^|,)[ \t]*({_KEY})=(-?[0-9]+)")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]+)?")

STRUCTURED = ("ratelimit", "ratelimit-policy")
_SINGLE = re.compile(r"(?:x-)?rate-?limit-(limit|remaining|reset)(?:-.+)?")


@dataclass(frozen=True, slots=True)
class Told:
    """What one form of one answer says: quotas and windows in pairs, and what remains; None where untold."""

    form: str
    quotas: tuple[tuple[int, int | None], ...] = ()
    remaining: int | None = None


def names(hit: Hit) -> tuple[str, ...]:
    """The names, in lower case, of the fields about rate limits in an answer."""
    lower = dict.fromkeys(name.lower() for name, _ in hit.headers)
    return tuple(name for name in lower if name in STRUCTURED or _SINGLE.fullmatch(name))


def malformed(hit: Hit) -> Iterator[tuple[str, str, str]]:
    """Name, value and fault of every field about rate limits that cannot be read."""
    for name in names(hit):
        value = (hit.header(name) or "").strip()
        if name in STRUCTURED:
            if not (_LIST.fullmatch(value) or _DICTIONARY.fullmatch(value)):
                yield name, value, "no list and no dictionary of structured fields (RFC 9651)"
        else:
            # Drafts 03 to 06 let the quota be followed by policies: 100, 100;w=60.
            first = value.split(",")[0].strip()
            date = name.endswith("reset") and moment(value) is not None
            if not _NUMBER.fullmatch(first) and not date:
                yield name, value, "no number"


def told(hit: Hit) -> tuple[Told, ...]:
    """What an answer says, one entry for each form that it uses."""
    found = []
    policy, limit = hit.header("RateLimit-Policy"), hit.header("RateLimit")
    if policy is not None or limit is not None:
        quotas = tuple(
            (members["q"], members.get("w"))
            for item in (policy or "").split(",")
            if "q" in (members := _numbers(_PARAMETER, item))
        )
        dictionary = _numbers(_MEMBER, limit or "")
        remaining = [
            members["r"]
            for item in (limit or "").split(",")
            if "r" in (members := _numbers(_PARAMETER, item))
        ]
        if "limit" in dictionary:
            quotas = quotas or ((dictionary["limit"], None),)
        left = min(remaining) if remaining else dictionary.get("remaining")
        found.append(Told("RateLimit", quotas, left))
    for prefix in ("RateLimit", "X-RateLimit", "X-Rate-Limit"):
        quota, left = _integer(hit.header(f"{prefix}-Limit")), _integer(hit.header(f"{prefix}-Remaining"))
        if quota is not None or left is not None:
            found.append(Told(f"{prefix}-…", ((quota, None),) if quota is not None else (), left))
    return tuple(found)


def _numbers(pattern: re.Pattern[str], text: str) -> Mapping[str, int]:
    return {name: int(number) for name, number in pattern.findall(text)}


def _integer(value: str | None) -> int | None:
    first = (value or "").split(",")[0].strip()
    return int(first) if first.isascii() and first.isdigit() and len(first) < 16 else None


def moment(value: str) -> float | None:
    """An HTTP-date in seconds since the epoch; None for any other text."""
    if not re.fullmatch(r"[A-Z][a-z]{2,8}, .+ GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} .+", value.strip()):
        return None
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def delay(hit: Hit, now: float) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, a date counted from ``now``; None when it cannot be read."""
    value = (hit.header("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    at = moment(value)
    return None if at is None else at - (moment(hit.header("Date") or "") or now)
