"""Facts that checks leave in a result's notes, at any verdict: TLS of a host, the curve of a rate probe.

``notes["tls"]`` is one of these, or a list of them::

    {"host": "api.bank.hk", "port": 443, "address": "192.0.2.1", "policy": "Mozilla intermediate 5.7",
     "versions": [{"name": "TLS 1.2", "offered": true, "judgement": "good",
                   "suites": [{"name": "TLS_ECDHE_…", "judgement": "weak", "remark": "no AEAD"}]}],
     "chain": [{"subject": "CN=…", "issuer": "CN=…", "not_before": "2026-01-01", "not_after": "2027-01-01",
                "key": "EC P-256", "signature": "SHA-256 with ECDSA", "names": ["api.bank.hk"],
                "judgement": "good", "remark": ""}],
     "facts": [{"what": "early data", "said": "no"}],
     "second": {"by": "sslyze 6.3.1", "made": "2026-01-01", "problem": "",
                "versions": [{"name": "TLS 1.2", "suites": 4}], "told": [{"what": "ROBOT", "said": "no"}],
                "differences": ["TLS 1.0 with … was seen by the report and not here"]}}

``second`` is what another scanner's report says, empty without one. A judgement is ``good``, ``weak``,
``bad`` or absent. ``notes["rate"]`` is one of these, or a list::

    {"subject": "GET /fx-rates", "limit": "token bucket, 20 a second, burst 40", "confidence": "high",
     "points": [{"at": 0.0, "asked": 10, "achieved": 10, "refused": 0}]}

``at`` in seconds from the start, the rest in requests a second. What does not fit the shape is left out:
notes repeat what a bank says, so nothing about them is taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.model import Result

JUDGEMENTS = ("good", "weak", "bad")
_MANY = 1000
_FASTEST = 1e9


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    judgement: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    name: str
    offered: bool
    judgement: str = ""
    suites: tuple[Suite, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    subject: str
    issuer: str = ""
    not_before: str = ""
    not_after: str = ""
    key: str = ""
    signature: str = ""
    names: tuple[str, ...] = ()
    judgement: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What another scanner's report says of the same address; ``versions`` with the number of suites."""

    by: str
    made: str = ""
    problem: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """What was seen of one address's TLS."""

    name: str
    address: str = ""
    policy: str = ""
    versions: tuple[Version, ...] = ()
    chain: tuple[Certificate, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    second: Opinion | None = None


@dataclass(frozen=True, slots=True)
class RatePoint:
    """Requests a second ``at`` seconds after the start."""

    at: float
    asked: float
    achieved: float
    refused: float


@dataclass(frozen=True, slots=True)
class RateCurve:
    subject: str
    limit: str
    confidence: str
    points: tuple[RatePoint, ...]


def hosts(results: Iterable[Result]) -> tuple[Host, ...]:
    """The TLS facts of a run, each host and address once."""
    found: dict[tuple[str, str], Host] = {}
    for note in _notes(results, "tls"):
        name, port = _text(note, "host"), _text(note, "port")
        host = Host(
            name=f"{name}:{port}" if port else name,
            address=_text(note, "address"),
            policy=_text(note, "policy"),
            versions=tuple(
                Version(_text(v, "name"), v.get("offered") is True, _judgement(v), tuple(_suites(v)))
                for v in _mappings(note.get("versions"))
            ),
            chain=tuple(_certificate(c) for c in _mappings(note.get("chain"))),
            facts=tuple((_text(f, "what"), _text(f, "said")) for f in _mappings(note.get("facts"))),
            second=_opinion(note.get("second")),
        )
        if host.name and (host.versions or host.chain):
            found.setdefault((host.name, host.address), host)
    return tuple(found.values())


def curves(results: Iterable[Result]) -> tuple[RateCurve, ...]:
    """The rate curves of a run that have at least two points."""
    found: dict[RateCurve, None] = {}
    for note in _notes(results, "rate"):
        points = [
            RatePoint(*numbers)
            for point in _mappings(note.get("points"))
            if (numbers := _numbers(point, "at", "asked", "achieved", "refused"))
        ]
        if len(points) > 1:
            points.sort(key=lambda point: point.at)
            curve = RateCurve(
                _text(note, "subject") or "requests",
                _text(note, "limit"),
                _text(note, "confidence"),
                tuple(points),
            )
            found[curve] = None
    return tuple(found)


def remarks(results: Iterable[Result]) -> tuple[tuple[str, str, str], ...]:
    """Every other note as case, name and text, in order, without repeats."""
    return tuple(
        dict.fromkeys(
            (result.case.id, str(name), str(value))
            for result in results
            for name, value in result.notes.items()
            if name not in ("tls", "rate")
        )
    )


def _notes(results: Iterable[Result], name: str) -> Iterator[Mapping[str, Any]]:
    for result in results:
        note = result.notes.get(name)
        yield from _mappings(note if isinstance(note, list | tuple) else [note])


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list | tuple):
        return []
    return [item for item in value[:_MANY] if isinstance(item, Mapping)]


def _text(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _judgement(source: Mapping[str, Any]) -> str:
    word = _text(source, "judgement")
    return word if word in JUDGEMENTS else ""


def _suites(version: Mapping[str, Any]) -> Iterator[Suite]:
    for suite in _mappings(version.get("suites")):
        yield Suite(_text(suite, "name"), _judgement(suite), _text(suite, "remark"))


def _opinion(source: Any) -> Opinion | None:
    if not isinstance(source, Mapping) or not _text(source, "by"):
        return None
    told = source.get("differences")
    return Opinion(
        by=_text(source, "by"),
        made=_text(source, "made"),
        problem=_text(source, "problem"),
        versions=tuple((_text(v, "name"), _text(v, "suites")) for v in _mappings(source.get("versions"))),
        told=tuple((_text(t, "what"), _text(t, "said")) for t in _mappings(source.get("told"))),
        differences=tuple(str(one) for one in told[:_MANY]) if isinstance(told, list | tuple) else (),
    )


def _certificate(source: Mapping[str, Any]) -> Certificate:
    names = source.get("names")
    return Certificate(
        subject=_text(source, "subject"),
        issuer=_text(source, "issuer"),
        not_before=_text(source, "not_before"),
        not_after=_text(source, "not_after"),
        key=_text(source, "key"),
        signature=_text(source, "signature"),
        names=tuple(str(name) for name in names[:_MANY]) if isinstance(names, list | tuple) else (),
        judgement=_judgement(source),
        remark=_text(source, "remark"),
    )


def _numbers(source: Mapping[str, Any], *names: str) -> tuple[float, ...]:
    values = [source.get(name) for name in names]
    good = [
        float(value)
        for value in values
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _FASTEST
    ]
    return tuple(good) if len(good) == len(names) else ()
