"""Requests that differ from the plain one in what should not matter to a limit.

Each variant is a function from a number to a request, so that every request of a series differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from conformance.load.load import Load
from conformance.load.shot import Hit
from conformance.model import Request
from conformance.operation import Paging

Make = Callable[[int], Request]

_ADDRESSES = (
    "X-Forwarded-For",
    "X-Real-IP",
    "True-Client-IP",
    "X-Client-IP",
    "CF-Connecting-IP",
    "X-Originating-IP",
    "X-Remote-IP",
    "X-Remote-Addr",
    "X-Cluster-Client-IP",
    "X-Forwarded",
    "Forwarded-For",
    "Client-IP",
    "Fastly-Client-IP",
    "Akamai-Client-IP",
    "X-Azure-ClientIP",
    "X-Envoy-External-Address",
)
_NAMES = (
    "X-Request-Id",
    "X-Correlation-Id",
    "X-Client-Id",
    "X-User-Id",
    "X-Session-Id",
    "X-Device-Id",
    "Apikey",
)
_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
ROUNDS = 3
_SERIES = 4
_FLOOD = 3
"""Plain requests between two of a variant."""
_REFUSED = 0.6
"""The part of the plain requests that must be refused: twelve of a variant are then not served by chance."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A variant that was served while the plain request was refused, and the refusals around it."""

    name: str
    hits: tuple[Hit, ...]
    controls: tuple[Hit, ...]


def forwarded(plain: Request) -> Mapping[str, Make]:
    """Header fields in which proxies name the client: ever another address (RFC 5737), or the bank's own."""

    def claimed(address: str) -> Request:
        request = plain.with_header("Forwarded", f"for={address}")
        for name in _ADDRESSES:
            request = request.with_header(name, address)
        return request

    return {
        "header fields that name another client address": lambda n: claimed(f"198.51.100.{1 + n % 250}"),
        "header fields that name the bank itself as the client": lambda _: claimed("127.0.0.1"),
        "another host in X-Forwarded-Host": _headed(plain, "X-Forwarded-Host", "made-up-{}.example"),
    }


def spelled(plain: Request) -> Mapping[str, Make]:
    """Other spellings of the path."""
    parts = urlsplit(plain.url)
    path, host = parts.path, parts.netloc.rpartition("@")[2]
    head, _, last = path.rpartition("/")
    made: dict[str, Make] = (
        {} if host == host.upper() else {"a host in capitals": _headed(plain, "Host", host.upper())}
    )
    return made | {
        "a slash at the end of the path": lambda _: _at(plain, f"{path}/"),
        "a path in capitals": lambda _: _at(plain, f"{head}/{last.upper()}"),
        "a double slash in the path": lambda _: _at(plain, f"{head}//{last}"),
        "a percent-encoded letter in the path": lambda _: _at(
            plain, f"{head}/%{ord(last[:1] or 'a'):02X}{last[1:]}"
        ),
        "a dot segment in the path": lambda _: _at(plain, f"{head}/./{last}"),
        "a path parameter": lambda number: _at(plain, f"{path};v={number}"),
    }


def queried(plain: Request, paging: Paging | None) -> Mapping[str, Make]:
    """A query that changes nothing, or next to nothing."""
    joined = "&" if urlsplit(plain.url).query else "?"

    def added(text: str) -> Make:
        return lambda number: _to(plain, f"{plain.url}{joined}{text.format(number)}")

    made = {"an unknown query parameter": added("_={}"), "an ampersand in the query": added("&")}
    if paging is not None and not plain.body and f"{paging.parameter}=" not in plain.url:
        made["a query parameter for the first page"] = added(f"{paging.parameter}={paging.first}")
    return made


def overridden(plain: Request) -> Mapping[str, Make]:
    """The method named once more in a header field."""
    return {f"header {name}": _headed(plain, name, plain.method) for name in _OVERRIDES}


def adorned(plain: Request) -> Mapping[str, Make]:
    """What else may be taken for an identity, made up: a token, a key, a cookie, a browser."""
    given = {name.lower() for name, _ in plain.headers}
    made = {
        "a made-up token": ("Authorization", "Bearer made-up-{}"),
        "a made-up key": ("X-Api-Key", "made-up-{}"),
        "a made-up cookie": ("Cookie", "session=made-up-{}"),
        "another User-Agent": ("User-Agent", "made-up/{}"),
    }
    found = {
        what: _headed(plain, name, value)
        for what, (name, value) in made.items()
        if name.lower() not in given or name == "User-Agent"
    }
    free = [name for name in _NAMES if name.lower() not in given]

    def named(number: int) -> Request:
        request = plain
        for name in free:
            request = request.with_header(name, f"made-up-{number}")
        return request

    found["made-up names of a request, session or device"] = named
    if "origin" not in given:
        found["a made-up origin"] = _headed(plain, "Origin", "https://made-up-{}.example")
    found["another language"] = _headed(plain, "Accept-Language", "en;q=0.{}")
    return found


def passing(
    load: Load, variants: Mapping[str, Make], *, fresh: bool = False, version: str = "1.1"
) -> Iterator[Passed]:
    """The variants that are served again and again where the plain request is refused.

    With ``fresh`` each goes over a connection of its own, in another ``version`` of HTTP too.

    From a limit that refuses, series of one variant among plain requests; only a series that is served whole
    while most of those are refused counts, and only when that repeats.
    """
    found = load.refusing()
    plain = load.request()
    numbers = iter(range(1, 1 << 30))
    left = dict(variants)
    proofs: dict[str, Passed] = {}
    with load.alone():
        for turn in range(ROUNDS):
            if not left:
                break
            if turn:
                # What was served has limits of its own, which must not end it.
                load.refresh(found, whole=True)
            load.exhaust(found)
            for name, make in tuple(left.items()):
                passed = _series(load, name, plain, make, numbers, fresh, version)
                if passed is None:
                    del left[name]
                    proofs.pop(name, None)
                else:
                    proofs.setdefault(name, passed)
        load.leave(found)
    yield from proofs.values()


def _series(
    load: Load,
    name: str,
    plain: Request,
    make: Make,
    numbers: Iterator[int],
    fresh: bool,
    version: str,
) -> Passed | None:
    """One series; None when any of the variant is refused. Begins again when the limit has let go.

    The plain request is sent throughout, so that the limit stays exhausted however slowly requests leave.
    """
    for _ in range(3):
        made = [make(next(numbers)) for _ in range(max(1, min(_SERIES, load.measured().run // 2)))]
        flood = [plain] * _FLOOD
        if fresh:
            # Another version differs by that alone where the plain request has a new connection too.
            alike = version != "1.1"
            before = load.burst(flood, fresh=alike).hits
            varied = load.burst(made, fresh=True, version=version).hits
            plains = (*before, *load.burst(flood, fresh=alike).hits)
        else:
            mixed = [request for each in made for request in (*flood, each)] + flood
            hits = load.burst(mixed).hits
            varied = tuple(hit for place, hit in enumerate(hits, 1) if place % (_FLOOD + 1) == 0)
            plains = tuple(hit for place, hit in enumerate(hits, 1) if place % (_FLOOD + 1))
        if not all(200 <= hit.status < 300 for hit in varied):
            return None
        refused = tuple(hit for hit in plains if not hit.ok)
        if len(refused) >= len(plains) * _REFUSED:
            return Passed(name, tuple(varied), refused[:2])
        load.exhaust(load.refusing())
    return None


def _headed(plain: Request, name: str, value: str) -> Make:
    return lambda number: plain.with_header(name, value.format(number))


def _at(request: Request, path: str) -> Request:
    parts = urlsplit(request.url)
    return _to(request, urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")))


def _to(request: Request, url: str) -> Request:
    return Request(request.method, url, request.headers, request.body)
