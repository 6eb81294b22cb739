"""Whom a limit counts: each TSP by itself, strangers, failures, and those who guess at the token endpoint."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from conformance.errors import Inconclusive, NotApplicable
from conformance.load.load import Load
from conformance.model import Finding, Request
from conformance.registry import Findings, check

_SERIES = 3
_STOPS = frozenset({0, 403, 423, 429, 503})


@check(intrusive=True, requests=80)
def others_served(load: Load) -> Findings:
    """Serves one TSP while another one, from the same address, is refused for asking too much."""
    found = load.refusing()
    other, plain = load.request(who="second"), load.request()
    with load.alone():
        load.refresh(found)
        if not load.burst([other]).hits[0].ok:
            raise Inconclusive("the second TSP is not served even when nobody asks too much")
        for _ in range(3):
            load.exhaust(found)
            hits = load.burst([plain, *[other] * _SERIES, plain]).hits
            if any(hit.ok for hit in (hits[0], hits[-1])):
                continue
            starved = [hit for hit in hits[1:-1] if not hit.ok]
            load.leave(found)
            if len(starved) == _SERIES:
                yield Finding(
                    expected="the second TSP served, whose own requests are few",
                    actual=f"status {starved[0].status}, {_SERIES} of {_SERIES} times",
                    at="second TSP, same address",
                    exchange=starved[0].exchange,
                )
            return
        raise Inconclusive("the limit lets go too fast for another TSP to be tried meanwhile")


@check(intrusive=True, requests=80)
def failures_counted(load: Load) -> Findings:
    """Limits requests that fail as well, such as those for what does not exist."""
    plain = load.request()
    parts = urlsplit(plain.url)
    nowhere = urlunsplit(
        (parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/x7f3nowhere", parts.query, "")
    )
    yield from _bounded(load, Request(plain.method, nowhere, plain.headers, plain.body), "requests that fail")


@check(intrusive=True, requests=80)
def strangers_limited(load: Load) -> Findings:
    """Limits requests without credentials, which it refuses, as well."""
    if load.anonymous:
        raise NotApplicable("the bank asks nobody who they are, so that everybody is a stranger")
    yield from _bounded(load, load.request(who="stranger"), "requests without credentials")


def _bounded(load: Load, request: Request, what: str) -> Findings:
    found = load.refusing()
    wanted = found.usual
    with load.alone():
        load.refresh(found)
        first = load.burst([request]).hits[0]
        if first.ok or first.status in (0, wanted):
            raise NotApplicable(f"{what} are answered {first.status or 'not at all'} from the first one on")
        count = min(load.caps.requests, load.needed(found) * 2)
        volley = load.burst([request] * count, until=lambda hit: hit.status == wanted)
        load.leave(found)
    if any(hit.status == wanted for hit in volley.hits):
        return
    yield Finding(
        expected=f"status {wanted} at some point, as for requests that succeed",
        actual=f"status {volley.hits[-1].status}, {len(volley.hits)} times at {volley.achieved:.0f} a second",
        at=what,
        exchange=volley.hits[-1].exchange,
    )


@check(intrusive=True, requests=120)
def token_endpoint_limited(load: Load, *, attempts: int) -> Findings:
    """Limits attempts at the token endpoint with wrong credentials of a client that does not exist."""
    url = load.token_endpoint
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))

    def guess(number: int) -> Request:
        form = {
            "grant_type": "client_credentials",
            "client_id": "no-such-client",
            "client_secret": f"guess-{number}",
        }
        return Request("POST", url, headers, urlencode(form).encode())

    with load.alone():
        guesses = [guess(number) for number in range(min(attempts, load.caps.requests))]
        volley = load.burst(guesses, until=lambda hit: hit.status == 429)
    if not volley.hits or all(hit.status == 0 for hit in volley.hits):
        raise Inconclusive("the token endpoint gave no answer")
    if any(hit.ok for hit in volley.hits):
        raise Inconclusive("the token endpoint gave a token to a client that does not exist")
    usual = volley.hits[0].status
    if any((hit.status in _STOPS or hit.status >= 500) and hit.status != usual for hit in volley.hits):
        return
    if usual == 429:
        return
    last = volley.hits[-1]
    if last.ended - last.due > 10 * max(volley.hits[0].seconds, 0.02):
        return  # answers that come ever later bound guessing as well
    yield Finding(
        expected=f"429, or answers that come ever later, within {len(volley.hits)} attempts",
        actual=f"status {last.status} each time, {volley.achieved:.0f} a second",
        at="token endpoint",
        exchange=last.exchange,
    )
