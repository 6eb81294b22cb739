"""To whom a refresh token gives tokens, and which."""

from __future__ import annotations

from typing import Any

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import Grant, Tokens, told
from conformance.protected import Protected, tried
from conformance.registry import Findings, check

PLACE = "token endpoint"


def renewable(protected: Protected, **options: Any) -> Grant:
    """A grant of one's own with a refresh token; raises ``NotApplicable`` where the bank gives none."""
    grant = protected.fresh(**options)
    if not grant.tokens.refresh_token:
        raise NotApplicable("the bank gives no refresh tokens")
    return grant


def renewed(protected: Protected, tokens: Tokens, **form: Any) -> Tokens:
    """The tokens of a right refresh, with the refresh token to use from now on.

    Raises ``Inconclusive`` when it is refused.
    """
    answer = protected.access.refresh(tokens, **form)
    if not answer.ok:
        raise Inconclusive(f"control request refused: a right refresh was answered {told(answer)}")
    return protected.access.tokens(answer, tokens.client)


def current(tokens: Tokens, before: Tokens) -> Tokens:
    """Tokens by which to go on: those with the newest refresh token."""
    return tokens if tokens.refresh_token else before


def given(answer: Answer | None) -> bool:
    """Whether an answer has a token."""
    return answer is not None and answer.ok and b"access_token" in answer.body


@check(requests=10, logins=(1,))
def client_compared(protected: Protected) -> Findings:
    """Gives nothing for a refresh token in the hands of another TSP."""
    other = protected.access.second
    tokens = renewable(protected).tokens
    answer = tried(protected.access.refresh, tokens, client=other)
    if answer is not None and given(answer):
        yield Finding("a refusal of another TSP's refresh token", told(answer), PLACE, answer.exchange)
        return
    renewed(protected, tokens)


@check(requests=12, logins=(1,))
def altered_refused(protected: Protected) -> Findings:
    """Gives nothing for a refresh token that it did not make."""
    tokens = renewable(protected).tokens
    value = tokens.refresh_token
    middle = len(value) // 2
    changed = value[:middle] + ("A" if value[middle] != "A" else "9") + value[middle + 1 :]
    for how, wrong in (("changed", changed), ("cut short", value[: len(value) * 2 // 3]), ("empty", "")):
        answer = tried(protected.access.refresh, tokens, refresh_token=wrong)
        if answer is not None and given(answer):
            yield Finding(f"a refusal of a refresh token {how}", told(answer), PLACE, answer.exchange)
            return
    renewed(protected, tokens)


@check(requests=10, logins=(1, "grant of all"))
def access_token_new(protected: Protected) -> Findings:
    """Gives another access token, which opens what the first one opened."""
    operation = protected.probe()
    before = renewable(protected).tokens
    after = renewed(protected, before)
    if after.access_token == before.access_token:
        yield Finding("a new access token", "the one before", PLACE, after.answer.exchange)
        return
    answer = protected.access.call(after, protected.request(operation))
    if not answer.ok:
        yield Finding(
            "the refreshed token to open the data", f"status {answer.status}", f"function {operation.id}",
            answer.exchange,
        )  # fmt: skip


@check(requests=10, logins=(1,))
def scope_not_widened(protected: Protected) -> Findings:
    """Gives no wider scope than the customer granted."""
    whole = protected.access.scope_for(protected.access.client).split()
    if len(whole) < 2:
        raise NotApplicable("the TSP has only one scope, so none is wider")
    grant = renewable(protected, scope=" ".join(whole[:-1]))
    answer = tried(lambda: protected.access.refresh(grant.tokens, scope=" ".join(whole)))
    if answer is not None and given(answer):
        scope = protected.access.tokens(answer, grant.client).scope
        if scope is not None and whole[-1] in scope.split():
            yield Finding("no scope that was not granted", scope[:80], "member scope", answer.exchange)
            return
    else:
        renewed(protected, grant.tokens)


@check(requests=10, logins=(1,))
def scope_narrowed(protected: Protected) -> Findings:
    """Gives a narrower scope where one is asked for."""
    tokens = renewable(protected).tokens
    whole = (tokens.scope or protected.access.scope_for(tokens.client)).split()
    if len(whole) < 2:
        raise NotApplicable("the TSP has only one scope, so none is narrower")
    after = renewed(protected, tokens, scope=" ".join(whole[:-1]))
    if after.access_token == tokens.access_token or after.scope is None:
        return
    if whole[-1] in after.scope.split():
        yield Finding("the scope that was asked for", after.scope[:80], "member scope", after.answer.exchange)


@check(requests=10, logins=(2,))
def subject_kept(protected: Protected) -> Findings:
    """Names in a refreshed ID token the same issuer, customer and time of the login as before."""
    before = renewable(protected).tokens
    if before.id_token:  # the customer logs in anew, elsewhere, and later
        protected.tsp.wait(1.1)
        protected.fresh()
    after = renewed(protected, before)
    if not before.id_token or not after.id_token:
        raise NotApplicable("the bank gives no ID token with a refresh")
    try:
        old, new = (jose.taken_apart(each.id_token).claims for each in (before, after))
    except jose.BadJws as fault:
        raise Inconclusive(f"an ID token {fault}") from None
    told = ("iss", "sub", *(("auth_time",) if "auth_time" in old and "auth_time" in new else ()))
    for name in told:
        if old.get(name) != new.get(name):
            yield Finding(
                f"{name} as before", str(new.get(name))[:60], f"claim {name}", after.answer.exchange
            )


@check(requests=10, logins=(1,))
def not_rotated(protected: Protected) -> Findings:
    """Lets a refresh token be used again, so that a lost answer does not cost the customer's consent."""
    tokens = renewable(protected).tokens
    renewed(protected, tokens)
    answer = protected.access.refresh(tokens)
    if not given(answer):
        yield Finding("the refresh token to work again", told(answer), PLACE, answer.exchange)


@check(requests=11)
def rotated_refused(protected: Protected) -> Findings:
    """Gives nothing for a refresh token that a newer one has replaced."""
    before = renewable(protected).tokens
    after = renewed(protected, before)
    if not after.refresh_token or after.refresh_token == before.refresh_token:
        yield Finding("a new refresh token", "none", "member refresh_token", after.answer.exchange)
        return
    renewed(protected, after)
    answer = tried(protected.access.refresh, before)
    if answer is not None and given(answer):
        yield Finding("a refusal of the replaced refresh token", told(answer), PLACE, answer.exchange)


@check(requests=12)
def reuse_ends_grant(protected: Protected) -> Findings:
    """Ends the grant when a replaced refresh token is used, since it was stolen then or now."""
    before = renewable(protected).tokens
    after = renewed(protected, before)
    if not after.refresh_token or after.refresh_token == before.refresh_token:
        raise NotApplicable("the refresh token was not replaced")
    if given(tried(protected.access.refresh, before)):
        return
    answer = tried(protected.access.refresh, after)
    if answer is not None and given(answer):
        yield Finding("the newer refresh token to end too", told(answer), PLACE, answer.exchange)
