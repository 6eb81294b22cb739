"""The throttle before the bank: who is counted, who is refused, and what the answers say of it."""

from __future__ import annotations

import hmac
import math
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from conformance.bank.authorization.stores import stores
from conformance.bank.http import Refusal
from conformance.bank.limiter import KINDS, Decision, Limiter
from conformance.bank.limits import LimitPolicy

if TYPE_CHECKING:
    from conformance.bank.app import Bank

TOKEN_PATH = "/oauth/token"
_FORWARDED = (
    "X-Forwarded-For",
    "X-Real-IP",
    "True-Client-IP",
    "X-Client-IP",
    "CF-Connecting-IP",
    "Forwarded",
)
_DECISION = "bank.limit.decision"
_LIMITER = "bank.limit.limiter"

Key = tuple[str, ...]


@dataclass(slots=True)
class Counts:
    """The limiters of one bank by caller, and callers that stay refused until a moment."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    limiters: dict[Key, Limiter] = field(default_factory=dict)
    locked: dict[Key, float] = field(default_factory=dict)


def admit(bank: Bank, request: Request) -> None:
    """Count a request; raise the refusal of one that is too many."""
    policy = bank.policy.limits
    if policy.kind == "none":
        return
    client = _client(bank, request)
    if (policy.token_endpoint_exempt and request.path == TOKEN_PATH) or (
        policy.strangers_exempt and not client
    ):
        return
    if policy.own_address_exempt and request.headers.get("X-Forwarded-For") == "127.0.0.1":
        return
    key = _key(policy, request, client)
    counts, now = bank.state.of(Counts), bank.now()
    with counts.lock:
        limiter = counts.limiters.setdefault(key, KINDS[policy.kind](policy))
        decision = limiter.take(now)
        if now < counts.locked.get(key, 0.0):
            decision = Decision(False, 0, counts.locked[key] - now)
        if not decision.served and policy.lockout:
            counts.locked[key] = now + policy.lockout
    request.environ[_DECISION], request.environ[_LIMITER] = decision, limiter
    if not decision.served and policy.shapes:
        _hold_back(bank, counts, limiter, decision)
    elif not decision.served:
        raise _refusal(bank, policy, decision)
    elif policy.strain and decision.remaining < policy.quota / 2:
        _strain(bank, policy, decision)


def finish(bank: Bank, request: Request, response: Response) -> Response:
    """Add what the answer says of the limit; count out what does not count, or is no longer under way."""
    policy = bank.policy.limits
    decision: Decision | None = request.environ.get(_DECISION)
    if decision is None:
        return response
    counts, limiter = bank.state.of(Counts), request.environ[_LIMITER]

    def refund() -> None:
        with counts.lock:
            limiter.refund()

    if decision.served and policy.kind == "concurrency":
        response.call_on_close(refund)
    elif decision.served and policy.failures_exempt and response.status_code >= 400:
        refund()
    if any(fnmatchcase(request.path, pattern) for pattern in policy.fields_on):
        _tell(policy, response, decision)
    if not decision.served and not policy.shapes:
        _reshape(policy, response)
    return response


def _strain(bank: Bank, policy: LimitPolicy, decision: Decision) -> None:
    if policy.strain == "slow":
        bank.rest(4.0)
    elif decision.remaining % 4 == 0:
        raise Refusal(500, "internal_error", "The bank has a fault.")


def _hold_back(bank: Bank, counts: Counts, limiter: Limiter, decision: Decision) -> None:
    """Wait until the request may pass; whoever comes later waits behind it."""
    while not decision.served:
        bank.rest(decision.wait + 1e-6)
        with counts.lock:
            taken = limiter.take(bank.now())
        decision.served, decision.wait = taken.served, taken.wait


def _refusal(bank: Bank, policy: LimitPolicy, decision: Decision) -> Refusal:
    headers = {}
    wait = math.ceil(max(0.0, decision.wait) + policy.retry_after_offset)
    if policy.retry_after == "seconds":
        headers["Retry-After"] = str(max(0, wait))
    elif policy.retry_after == "date":
        headers["Retry-After"] = http_date(math.ceil(bank.now() + wait))
    elif policy.retry_after != "absent":
        headers["Retry-After"] = policy.retry_after
    if policy.cacheable:
        headers["Cache-Control"] = "public, max-age=300"
    return Refusal(policy.status, "too_many_requests", "Too many requests. See Retry-After.", headers)


def _tell(policy: LimitPolicy, response: Response, decision: Decision) -> None:
    headers = response.headers
    remaining = policy.quota if policy.remaining_frozen else decision.remaining
    quota, window = policy.quota_told or policy.quota, max(1, round(policy.window))
    reset = max(0, math.ceil(decision.wait))
    if policy.fields in ("draft", "both"):
        form = "limit={}, window={}s" if policy.malformed else '"default";q={};w={}'
        headers["RateLimit-Policy"] = form.format(quota, window)
        form = "remaining={}, reset={}s" if policy.malformed else '"default";r={};t={}'
        headers["RateLimit"] = form.format(remaining, reset)
    if policy.fields in ("x", "both"):
        headers["X-RateLimit-Limit"] = str(policy.x_quota_told or quota)
        headers["X-RateLimit-Remaining"] = str(remaining)
        headers["X-RateLimit-Reset"] = str(reset)


def _reshape(policy: LimitPolicy, response: Response) -> None:
    if policy.body == "empty":
        response.set_data(b"")
    elif policy.body == "html":
        response.set_data("<!doctype html><title>429</title><h1>Too Many Requests</h1>")
        response.content_type = "text/html"
    elif policy.body == "other":
        response.set_data('{"fault": {"faultstring": "Rate limit quota violation"}}')


def _client(bank: Bank, request: Request) -> str:
    """The registered client that a request comes from; "" for a stranger."""
    name, secret = request.headers.get("ClientID", ""), request.headers.get("ClientSecret", "")
    for known, its_secret in bank.policy.products.clients:
        if name == known and hmac.compare_digest(secret.encode(), its_secret.encode()):
            return known
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "dpop") and token:
        found = stores(bank).access.get(token.strip())
        return found.grant.client_id if found else ""
    return ""


def _key(policy: LimitPolicy, request: Request, client: str) -> Key:
    address = request.remote_addr or ""
    caller = ("client", client) if client else ("address", address)
    if policy.key == "forwarded":
        told = next((request.headers[name] for name in _FORWARDED if name in request.headers), "")
        caller = ("address", told) if told else caller
    if request.path == TOKEN_PATH:
        return ("token", *caller)
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path)
    extra = {
        "path": raw.partition("?")[0],
        "target": raw,
        "method": f"{request.method} {request.headers.get('X-HTTP-Method-Override', '')}",
        "connection": str(request.environ.get("REMOTE_PORT", "")),
        "token": request.headers.get("Authorization", ""),
        "request": request.headers.get("X-Request-Id", ""),
        "host": request.headers.get("Host", ""),
        "version": str(request.environ.get("SERVER_PROTOCOL", "")),
    }
    if policy.key in extra:
        return (*caller, extra[policy.key])
    if policy.key == "claimed" and "ClientID" in request.headers:
        return ("client", request.headers["ClientID"])
    if policy.key == "everybody":
        return ("everybody",)
    return ("address", address) if policy.key == "address" else caller
