"""Whom a limit counts: each TSP by itself, strangers, failures, and those who guess at the token endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from conformance.errors import Inconclusive, NotApplicable
from conformance.load.load import Load, asked
from conformance.load.search import Measured
from conformance.load.shot import Hit
from conformance.model import Finding, Request
from conformance.registry import Findings, check

_GAPS = (5, 7, 6, 8, 5, 7)
_SERIES = 4
_ROUNDS = 3
_REFUSED = 0.6
"""The part of a flood that may be served and still be a flood that is limited."""
_LOCKED = 0.34
"""The part of its requests that a TSP may still be served when it is locked out, as the limit lets go."""
_NOWHERE = frozenset({404, 405, 410, 501})
_STOPS = frozenset({0, 403, 423, 429, 503})


@check(intrusive=True, requests=160)
def others_served(load: Load) -> Findings:
    """Serves one TSP while another one, from the same address, is refused for asking too much."""
    found = load.refusing()
    other, plain = load.request(who="second"), load.request()
    flood, few = Shares(found.usual), Shares(found.usual)
    # Where few are served at all, the second TSP asks once in a while, so that it never asks too much.
    most, rounds = (found.run // 2, _ROUNDS) if found.run >= _SERIES else (1, _SERIES)
    with load.alone():
        load.refresh(found, whole=most == 1)
        if not load.burst([other]).hits[0].ok:
            raise Inconclusive("the second TSP is not served even when nobody asks too much")
        for _ in range(rounds):
            if most == 1:
                load.refresh(found, whole=True)
            load.exhaust(found)
            hits = load.burst(_between(plain, other, most)).hits
            few.add(hit for hit in hits if hit.shot.request == other)
            flood.add(hit for hit in hits if hit.shot.request == plain)
            starved = few.served <= flood.served + 0.25 and len(few.hits) >= _SERIES
            if flood.served <= _REFUSED and (starved or few.beyond(flood)):
                break
        load.leave(found)
    if flood.served > _REFUSED:
        raise Inconclusive("the limit lets go too fast for another TSP to be tried meanwhile")
    if few.served <= flood.served + 0.25:
        _control(load, found, other, most)
        odd = next(hit for hit in few.hits if not hit.ok)
        yield Finding(
            expected="the second TSP served, whose own requests are few",
            actual=f"status {odd.status}, {few.refused} of {len(few.hits)} times",
            at="second TSP, same address",
            exchange=odd.exchange,
        )
    elif not few.beyond(flood):
        raise Inconclusive(
            f"the second TSP was served {few.served:.0%} of the time, the first one {flood.served:.0%}"
        )


def _control(load: Load, found: Measured, few: Request, count: int) -> None:
    """Raises ``Inconclusive`` where as many of the few requests are refused when nobody asks too much."""
    with load.alone():
        load.refresh(found, whole=True)
        hits = _alone(load, few, count)
        if not all(hit.ok for hit in hits):
            # What was measured was too little; the bank itself may know how long it takes.
            load.rest(max(asked(hit) for hit in hits))
            hits = _alone(load, few, count)
        load.leave(found)
    refused = [hit for hit in hits if not hit.ok]
    if refused:
        raise Inconclusive(
            f"control request refused: the correct request was answered {refused[0].status} "
            f"{len(refused)} of {len(hits)} times when nobody else asks too much"
        )


def _alone(load: Load, few: Request, count: int) -> Sequence[Hit]:
    return load.burst([few] * max(1, min(count, len(_GAPS)))).hits


@dataclass
class Shares:
    """Answers to one TSP, served or refused with the ``usual`` status of the limit, and the part served."""

    usual: int
    hits: list[Hit] = field(default_factory=list)

    def add(self, hits: Iterable[Hit]) -> None:
        # A fault, or a connection that a busy machine drops, says nothing of a limit.
        self.hits += [hit for hit in hits if hit.ok or hit.status == self.usual]

    @property
    def refused(self) -> int:
        return sum(not hit.ok for hit in self.hits)

    @property
    def served(self) -> float:
        return 1 - self.refused / max(1, len(self.hits))

    def beyond(self, other: Shares) -> bool:
        """Whether nearly all were served, which the other's share would give by chance once in 500 times."""
        return self.served >= 0.9 and other.served ** (len(self.hits) - self.refused) < 0.002


def _between(plain: Request, other: Request, most: int) -> list[Request]:
    """The one TSP's requests without a pause, and a few of the other among them, at ``most`` so many.

    So the limit is kept exhausted however slowly requests leave, and at no even gaps, in step with which
    a limit shared by both could let go.
    """
    return [each for gap in _GAPS[: max(1, most)] for each in (*[plain] * gap, other)]


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


@check(intrusive=True, requests=240)
def innocent_served(load: Load) -> Findings:
    """Serves a TSP while somebody else is refused who names it and does not know its secret."""
    found, plain = load.refusing(), load.request()
    guess, most = _guessing(load, plain), found.run // 2
    _control(load, found, plain, most)
    with load.alone():
        load.refresh(found, whole=True)
        if load.burst([guess]).hits[0].ok:
            raise NotApplicable("a wrong secret is accepted, which is judged by itself")
        guessed = _beside(load, found, guess, plain, most)
        if guessed.served > _LOCKED:
            load.leave(found)
            return
        load.refresh(found, whole=True)
        strange = _beside(load, found, load.request(who="stranger"), plain, most)
        load.leave(found)
    _control(load, found, plain, most)
    if strange.served <= _LOCKED:
        raise NotApplicable("requests without credentials have the TSP refused as well: it goes by address")
    odd = next(hit for hit in guessed.hits if not hit.ok)
    yield Finding(
        expected="the TSP served, who has not asked too much itself",
        actual=f"status {odd.status}, {guessed.refused} of {len(guessed.hits)} times",
        at="the TSP while others guess its secret",
        exchange=odd.exchange,
    )


def _guessing(load: Load, plain: Request) -> Request:
    """The request with the TSP's name and a wrong secret."""
    names = [name for name in load.scheme.carriers if re.search("(?i)secret|password", name)]
    if load.scheme.wants_token or not names or len(load.scheme.carriers) < 2:
        raise NotApplicable("no header field names the TSP apart from its secret")
    value = plain.header(names[0]) or ""
    return plain.with_header(names[0], f"{value[::-1]}x")


def _beside(load: Load, found: Measured, flood: Request, plain: Request, most: int) -> Shares:
    """How the plain request is served among a flood of other ones."""
    plains = Shares(found.usual)
    for _ in range(_ROUNDS):
        load.burst([flood] * min(load.caps.requests, load.needed(found)))
        plains.add(hit for hit in load.burst(_between(flood, plain, most)).hits if hit.shot.request == plain)
        if plains.served > _LOCKED:
            break
        load.refresh(found, whole=True)
    return plains


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
    if usual in _NOWHERE:
        raise Inconclusive(f"nothing takes attempts at the token endpoint that the file names: {usual}")
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
