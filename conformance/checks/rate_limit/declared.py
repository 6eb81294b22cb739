"""What answers say of a rate limit, in the forms that are in use.

``RateLimit-Policy`` and ``RateLimit`` as structured fields (draft-ietf-httpapi-ratelimit-headers 08 to 11,
and the dictionary of 07), ``RateLimit-Limit`` and its sisters (drafts 00 to 06), and ``X-RateLimit-…``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
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

_NAMED = re.compile(r"name=[^,;]{1,200},[ ]*([0-9]{1,15})[ ]*(?:;[ ]*|$)")

_EPOCH = 1e9
"""A reset above it is a moment in seconds since the epoch: as a time from now it were 30 years."""
_MILLISECONDS = 1e11
"""A reset above it is a moment in milliseconds."""

STRUCTURED = ("ratelimit", "ratelimit-policy")
# A policy names its quota as q, or is a number as in drafts up to 07; what remains is r, or a member there.
_POLICY = re.compile(r"""(?:^|,)[ \t]*"?([^",;=]+)"?(?=[ ]*(?:;|,|$))""")
_MEANT = {
    "ratelimit": re.compile(
        r'(?:^|,)[ \t]*(?:"|[A-Za-z*])[^,]*;[ ]*r=[0-9]+|(?:^|,)[ \t]*(?:limit|remaining)=[0-9]+'
    ),
    "ratelimit-policy": re.compile(r";[ ]*q=[0-9]+|(?:^|,)[ \t]*[0-9]+[ ]*(?:;|,|$)"),
}
_LACKING = {
    "ratelimit": "no policy whose remaining quota it tells (r, a number of 0 or more)",
    "ratelimit-policy": "no policy whose quota it tells (q, a number of 0 or more)",
}
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


def _line(hit: Hit, name: str) -> str | None:
    """The value of a field; of a structured one all its lines, which make one list (RFC 9110, 5.3)."""
    lines = [value for key, value in hit.headers if key.lower() == name.lower()]
    if not lines:
        return None
    return ", ".join(lines) if name.lower() in STRUCTURED else lines[0]


def malformed(hit: Hit) -> Iterator[tuple[str, str, str]]:
    """Name, value and fault of every field about rate limits that cannot be read.

    No standard governs the X- forms: numbers are read, moments in any usual form, and a list of limits
    with their names, as IBM's gateway writes it.
    """
    for name in names(hit):
        value = (_line(hit, name) or "").strip()
        if name in STRUCTURED:
            if not (_LIST.fullmatch(value) or _DICTIONARY.fullmatch(value)):
                yield name, value, "no list and no dictionary of structured fields (RFC 9651)"
            elif not _MEANT[name].search(value):
                yield name, value, _LACKING[name]
        else:
            # Drafts 03 to 06 let the quota be followed by policies: 100, 100;w=60.
            first = value.split(",")[0].strip()
            date = "reset" in name and (moment(value) is not None or _iso(value) is not None)
            if not _NUMBER.fullmatch(first) and not date and not _named(value):
                yield name, value, "no number"


def told(hit: Hit) -> tuple[Told, ...]:
    """What an answer says, one entry for each form that it uses."""
    found = []
    policy, limit = _line(hit, "RateLimit-Policy"), _line(hit, "RateLimit")
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
        numbers = _integers(hit.header(f"{prefix}-Limit"))
        lefts = _integers(hit.header(f"{prefix}-Remaining"))
        if numbers or lefts:
            quotas = tuple((number, None) for number in numbers)
            found.append(Told(f"{prefix}-…", quotas, min(lefts, default=None)))
    return tuple(found)


def _numbers(pattern: re.Pattern[str], text: str) -> Mapping[str, int]:
    return {name: int(number) for name, number in pattern.findall(text)}


def _integers(value: str | None) -> tuple[int, ...]:
    """The first number, or those of all limits where each has its name."""
    text = (value or "").strip()
    if named := _named(text):
        return named
    first = text.split(",")[0].strip()
    return (int(first),) if first.isascii() and first.isdigit() and len(first) < 16 else ()


def _named(value: str) -> tuple[int, ...]:
    """The numbers of ``name=default,100;name=burst,10;``; none where the text has another form."""
    rest, numbers = value.strip(), []
    while rest and (found := _NAMED.match(rest)):
        numbers.append(int(found[1]))
        rest = rest[found.end() :]
    return () if rest else tuple(numbers)


def _iso(value: str) -> float | None:
    """An instant of ISO 8601 with its offset, in seconds since the epoch; None for any other text."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}(?:Z|[+-][0-9]{2}:?[0-9]{2})", value):
        return None
    try:
        return datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError):
        return None


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


def unnamed(hit: Hit) -> tuple[str, ...]:
    """The policies that ``RateLimit`` tells of and that ``RateLimit-Policy`` beside it does not have."""
    policy, limit = _line(hit, "RateLimit-Policy"), _line(hit, "RateLimit")
    if policy is None or limit is None:
        return ()
    known = set(_POLICY.findall(policy))
    return tuple(name for name in _POLICY.findall(limit) if name not in known)


@dataclass(frozen=True, slots=True)
class Reset:
    """When a quota is whole again, as one form says: in so many seconds.

    ``moment`` where it is written as a moment and not as a time from now, ``standard`` where a draft governs
    the form, which has seconds from now only. How long it is to a moment an answer without ``Date`` leaves
    open, since clocks differ: None.
    """

    form: str
    text: str
    seconds: float | None
    moment: bool
    standard: bool


def resets(hit: Hit) -> tuple[Reset, ...]:
    """What every form says of the reset."""
    limit = _line(hit, "RateLimit") or ""
    members = [_numbers(_PARAMETER, item).get("t") for item in limit.split(",")]
    members.append(_numbers(_MEMBER, limit).get("reset"))
    at = moment(hit.header("Date") or "")
    found = [_reset("RateLimit", str(number), at) for number in members if number is not None]
    for prefix in ("RateLimit", "X-RateLimit", "X-Rate-Limit"):
        form, text = f"{prefix}-Reset", (hit.header(f"{prefix}-Reset") or "").strip()
        date = moment(text) or _iso(text)
        if date is not None:
            found.append(_moment(form, text, date, at))
        elif _NUMBER.fullmatch(text):
            found.append(_reset(form, text, at))
    return tuple(found)


def _reset(form: str, text: str, at: float | None) -> Reset:
    number = float(text) / 1000 if float(text) > _MILLISECONDS else float(text)
    if number > _EPOCH:
        return _moment(form, text, number, at)
    return Reset(form, text, number, moment=False, standard=form.startswith("RateLimit"))


def _moment(form: str, text: str, date: float, at: float | None) -> Reset:
    seconds = None if at is None else date - at
    return Reset(form, text, seconds, moment=True, standard=form.startswith("RateLimit"))


def wanted(hit: Hit, now: float) -> float | None:
    """Seconds that a refusal asks to wait: by ``Retry-After``, else by the latest reset; or None."""
    asked = delay(hit, now)
    if asked is not None:
        return asked
    return max((each.seconds for each in resets(hit) if each.seconds is not None), default=None)
