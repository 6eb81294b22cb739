"""Whether a token opens more than it was given for: other functions, other resources."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable, Outcome
from conformance.model import Finding
from conformance.oauth.grant import Tokens, members_of
from conformance.oauth.login import same_place
from conformance.operation import Operation
from conformance.path_values import places_in
from conformance.protected import OWN_NAME, Protected, tried
from conformance.registry import Findings, check

NOBODY = "a token for no customer"
OPENID = frozenset({"openid", "profile", "email", "address", "phone", "offline_access"})
"""The scopes that OpenID Connect Core, 5.4 and 11, defines; each opens UserInfo at most."""
MOST_SCOPES = 2
"""Scopes that are left out, one at a time; each costs a login."""


def _beyond(protected: Protected) -> Iterator[tuple[str, Operation, Tokens]]:
    """Tokens with a function that their scope does not cover, by what is wrong."""
    access, read = protected.access, protected.probe()
    rule = access.settings.consent
    customer = protected.tokens(read)
    granted = set((customer.scope or access.scope_for(customer.client)).split())
    own = [
        o
        for o in protected.operations.values()
        if o.reads and o.function.resource in OWN_NAME and not places_in(o)
    ]
    if rule is not None and rule.scope and rule.scope not in granted:
        yield from ((f"a customer's token without scope {rule.scope}", o, customer) for o in own)
    yield from _lesser(protected, read)
    if access.acts_alone:
        machine = access.machine(rule.scope if rule is not None and rule.scope else None)
        yield NOBODY, read, machine


def _lesser(protected: Protected, read: Operation) -> Iterator[tuple[str, Operation, Tokens]]:
    """A customer's tokens of a lesser scope, with functions that bank.yaml says it does not open.

    Where it says nothing, and no consent tells what is open, the scopes of OpenID alone open no function.
    """
    access = protected.access
    whole = access.scope_for(access.client).split()
    own = [each for each in whole if each not in OPENID]
    needs = {o.scope: o for o in protected.reads() if set(o.scope.split()) & set(own)}
    for scope, operation in list(needs.items())[:MOST_SCOPES]:
        left = [each for each in whole if each not in scope.split()]
        tokens = _granted(protected, left)
        if tokens is not None and not set(scope.split()) <= set((tokens.scope or "").split()):
            yield f"a customer's token without scope {scope}", protected.objects(operation)[0], tokens
    left = [each for each in whole if each in OPENID]
    if not needs and left and own and access.settings.consent is None:
        tokens = _granted(protected, left)
        if tokens is not None and not set(own) & set((tokens.scope or "").split()):
            yield f"a customer's token for {' '.join(left)} alone", read, tokens


def _granted(protected: Protected, scopes: list[str]) -> Tokens | None:
    """A customer's token for some scopes; None where the bank gives none for so few."""
    access = protected.access
    wanted = " ".join(scopes)
    if not scopes or not access.attempt(access.probe(scope=wanted)).accepted:
        return None
    try:
        return access.grant(protected.permissions, scope=wanted).tokens
    except Inconclusive:
        return None


@check(requests=5, logins=("grant of all", "grant of less"))
def scope_required(protected: Protected) -> Findings:
    """Opens to a token only the functions that its scope covers."""
    tried_any = False
    for what, operation, tokens in _beyond(protected):
        tried_any = True
        request = protected.request(operation)
        answer = tried(protected.access.call, tokens, request)
        if answer is not None and answer.ok:
            yield Finding(
                f"a refusal of {what}", f"status {answer.status}", f"function {operation.id}", answer.exchange
            )
        protected.control(operation)
    if not tried_any:
        raise NotApplicable("the bank has no second scope or kind of token to be confused with")


@check(requests=3, logins=("grant of all",))
def insufficient_scope_status(protected: Protected) -> Findings:
    """Answers a valid token that does not cover a function with 403, not as if it were invalid."""
    for what, operation, tokens in _beyond(protected):
        answer = protected.access.call(tokens, protected.request(operation))
        # A kind of token that the resource does not know may be called invalid "for other reasons".
        unfit = what == NOBODY and "invalid_token" in " ".join(answer.values("WWW-Authenticate"))
        if answer.status in (400, 401) and not unfit:
            yield Finding(f"status 403 for {what}", f"status {answer.status}", "status", answer.exchange)
            break
    protected.control(protected.probe())


@check(requests=14, logins=(1, "grant of all"))
def audience_compared(protected: Protected) -> Findings:
    """Refuses a token that was made for another resource."""
    operation, server = protected.probe(), protected.access.server
    if not server.has("userinfo_endpoint"):
        raise NotApplicable("the bank has no second resource to ask a token for")
    other = server.endpoint("userinfo_endpoint")
    if same_place(protected.request(operation).url, other):
        raise NotApplicable("the only resource that is read is UserInfo itself")
    try:
        tokens = protected.fresh(resource=other).tokens
    except Inconclusive:
        raise NotApplicable("the bank makes no tokens for one resource (RFC 8707)") from None
    if set(_audience(protected, tokens)) != {other}:
        raise NotApplicable("the bank does not tell that its token is for the one resource asked for")
    answer: Answer | None = tried(lambda: protected.access.call(tokens, protected.request(operation)))
    if answer is not None and answer.ok:
        yield Finding(
            "a refusal of a token for another resource",
            f"status {answer.status}",
            "audience",
            answer.exchange,
        )
    protected.control(operation)


def _audience(protected: Protected, tokens: Tokens) -> tuple[str, ...]:
    """The resources that a token is for, as introspection tells."""
    try:
        told = members_of(protected.access.introspect(tokens.access_token)).get("aud")
    except Outcome:
        return ()
    listed = told if isinstance(told, list) else [told]
    return tuple(each for each in listed if isinstance(each, str))
