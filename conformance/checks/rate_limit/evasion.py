"""That a limit is not evaded by changing what does not say who is asking."""

from __future__ import annotations

from conformance.checks.rate_limit import variants
from conformance.checks.rate_limit.variants import Passed
from conformance.errors import NotApplicable
from conformance.load.load import Load
from conformance.model import Finding
from conformance.registry import Findings, check

_TOKENS = 4
"""New tokens that are fetched: few, since that strains the authorization server."""


def _evaded(passed: Passed) -> Finding:
    return Finding(
        expected="a refusal, as of the plain request before and after",
        actual=f"{len(passed.hits)} of {len(passed.hits)} served, {variants.ROUNDS} times in a row, while "
        f"the plain request was answered {passed.controls[0].status}",
        at=passed.name,
        exchange=passed.hits[0].exchange,
    )


@check(intrusive=True, requests=120)
def forwarding_ignored(load: Load) -> Findings:
    """Does not count by header fields that anybody can set, such as X-Forwarded-For."""
    yield from map(_evaded, variants.passing(load, variants.forwarded(load.request())))


@check(intrusive=True, requests=120)
def spelling_ignored(load: Load) -> Findings:
    """Counts other spellings of a path, where it serves them, as the same."""
    yield from map(_evaded, variants.passing(load, variants.spelled(load.request())))


@check(intrusive=True, requests=80)
def query_ignored(load: Load) -> Findings:
    """Counts requests with a meaningless query, where it serves them, as the same."""
    yield from map(_evaded, variants.passing(load, variants.queried(load.request(), load.operation.paging)))


@check(intrusive=True, requests=100)
def method_override_ignored(load: Load) -> Findings:
    """Counts requests whose method is named once more in a header field as the same."""
    yield from map(_evaded, variants.passing(load, variants.overridden(load.request())))


@check(intrusive=True, requests=200)
def made_up_identity_ignored(load: Load) -> Findings:
    """Does not count by a token, key, cookie or name that is made up beside the right credentials."""
    yield from map(_evaded, variants.passing(load, variants.adorned(load.request())))


@check(intrusive=True, requests=90)
def connections_ignored(load: Load) -> Findings:
    """Counts requests on new connections as the same."""
    plain = load.request()
    yield from map(
        _evaded, variants.passing(load, {"a new connection for each request": lambda _: plain}, fresh=True)
    )


@check(intrusive=True, requests=180)
def version_ignored(load: Load) -> Findings:
    """Counts requests in another version of HTTP, where it serves them, as the same."""
    plain = load.request()
    for name, version in {"HTTP/1.0": "1.0", "HTTP/2": "2"}.items():
        yield from map(_evaded, variants.passing(load, {name: lambda _: plain}, fresh=True, version=version))


@check(intrusive=True, requests=100)
def new_tokens_ignored(load: Load) -> Findings:
    """Counts requests under new tokens of the same client as the same."""
    if not load.scheme.wants_token:
        raise NotApplicable("the TSP shows who it is without a token")
    bare = load.request(who="stranger")
    load.refresh(load.refusing(), whole=True)
    under = [
        load.scheme.flow(load.tsp.vault).apply(bare, load.tsp.send, load.tsp.now()) for _ in range(_TOKENS)
    ]
    if len({request.headers for request in under}) < _TOKENS:
        raise NotApplicable("the bank gives the same token again")
    made = {"new tokens of the same client": lambda number: under[number % _TOKENS]}
    yield from map(_evaded, variants.passing(load, made))
