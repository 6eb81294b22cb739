"""The token response (RFC 6749, 5.1) and what it grants."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from conformance.answer import Answer
from conformance.checks.token.experiment import gave_token
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.chance import guessable
from conformance.oauth.grant import Grant, members_of, told
from conformance.registry import Findings, check


def response(access: Access) -> Answer:
    """The token response of the grant that checks share."""
    answer = access.grant().tokens.answer
    access.tsp.exchanges.append(answer.exchange)
    return answer


@check(requests=8, logins=("grant",))
def not_kept(access: Access) -> Findings:
    """Lets no cache keep a token response."""
    answer = response(access)
    value = ", ".join(answer.values("Cache-Control"))
    if "no-store" not in value.lower():
        yield Finding("Cache-Control: no-store", value[:80] or "none", "Cache-Control", answer.exchange)


@check(requests=8, logins=("grant",))
def json_sent(access: Access) -> Findings:
    """Sends tokens as application/json."""
    answer = response(access)
    if answer.media_type != "application/json":
        yield Finding("application/json", answer.media_type or "none", "Content-Type", answer.exchange)


@check(requests=8, logins=("grant",))
def kind_told(access: Access) -> Findings:
    """Names the kind of the access token: DPoP where it is bound by DPoP, Bearer otherwise."""
    answer = response(access)
    expected = "DPoP" if access.constraint == "dpop" else "Bearer"
    kind = access.grant().tokens.token_type
    if kind.lower() != expected.lower():
        yield Finding(f"token_type {expected}", kind[:40] or "none", "/token_type", answer.exchange)


@check(requests=8, logins=("grant",))
def lifetime_told(access: Access, *, longest: int = 31_536_000) -> Findings:
    """Tells in whole positive seconds how long an access token is good for."""
    answer = response(access)
    value = members_of(answer).get("expires_in")
    whole = isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)
    if not whole or not 0 < int(value or 0) <= longest:
        shown = repr(value)[:40] if value is not None else "none"
        yield Finding(f"from 1 to {longest} seconds", shown, "/expires_in", answer.exchange)


@check(requests=10, logins=("grant of less",))
def scope_not_widened(access: Access) -> Findings:
    """Grants no scope that was not asked for."""
    scopes = access.scope_for(access.client).split()
    if len(scopes) < 2:
        raise NotApplicable("the TSP is registered for one scope only")
    narrow = " ".join(scopes[:-1])
    grant: Grant = access.grant(scope=narrow)
    extra = sorted(set((grant.tokens.scope or narrow).split()) - set(narrow.split()))
    if extra:
        yield Finding(
            f"at most {narrow}", f"{', '.join(extra)} as well", "/scope", grant.tokens.answer.exchange
        )


@check(requests=6)
def machine_scope_not_widened(access: Access) -> Findings:
    """Grants a TSP in its own name no scope that was not asked for, and none of a customer's."""
    tokens = access.machine()
    asked = access.settings.machine_scope.split()
    extra = sorted(set((tokens.scope or "").split()) - set(asked)) if asked else []
    if extra:
        yield Finding(f"at most {' '.join(asked)}", ", ".join(extra), "/scope", tokens.answer.exchange)


@check(requests=4)
def machine_without_customer(access: Access) -> Findings:
    """Gives a TSP in its own name no token with a customer's scopes."""
    own = {scope for told in _own_scopes(access) for scope in told.split()}
    wanted = [
        s for s in access.scope_for(access.client).split() if s not in own | {"openid", "offline_access"}
    ]
    if not wanted:
        raise NotApplicable("the TSP asks for no scope of a customer")
    if set((access.machine().scope or "").split()) & set(wanted):
        return  # machine_scope_not_widened tells of it
    answer = access.token({"grant_type": "client_credentials", "scope": " ".join(wanted)})
    scope = members_of(answer).get("scope")
    if gave_token(answer) and (not isinstance(scope, str) or set(scope.split()) & set(wanted)):
        yield Finding("a customer's scope refused", "an access token", "scope", answer.exchange)


def _own_scopes(access: Access) -> Iterator[str]:
    """The scopes that bank.yaml says a TSP asks for in its own name: for consents, for enquiries."""
    yield access.settings.machine_scope
    writes = access.target.writes
    for rule in (access.settings.consent, writes.consent if writes else None):
        yield rule.scope if rule is not None else ""
    yield writes.read_scope if writes else ""


@check(requests=2)
def machine_not_refreshed(access: Access) -> Findings:
    """Gives no refresh token for the client credentials grant."""
    tokens = access.machine()
    if tokens.refresh_token:
        yield Finding("no refresh token", "one", "/refresh_token", tokens.answer.exchange)


@check(requests=60)
def unguessable(access: Access, *, count: int = 20) -> Findings:
    """Makes access tokens that nobody can guess: long, random, never the same."""
    answers = _issued(access, count)
    values = [str(members_of(answer).get("access_token", "")) for answer in answers]
    if not all(values):
        raise Inconclusive(f"a token request was answered {told(answers[-1])}")
    problem = guessable([_random_part(value) for value in values])
    if problem:
        yield Finding(
            "access tokens with 128 bits of entropy", problem, "/access_token", answers[-1].exchange
        )


def _issued(access: Access, count: int) -> list[Answer]:
    """Token responses, by client credentials or else by refreshing, each time with the newest token."""
    if access.acts_alone:
        form = {"grant_type": "client_credentials", "scope": access.settings.machine_scope or None}
        return [access.token(form) for _ in range(count)]
    tokens, answers = access.fresh().tokens, []
    for _ in range(count):
        if not tokens.refresh_token:
            raise Inconclusive("there is no grant type that gives tokens without a login each")
        answers.append(access.refresh(tokens))
        renewed = access.tokens(answers[-1], tokens.client)
        tokens = renewed if renewed.refresh_token else tokens
    return answers


def _random_part(token: str) -> str:
    """What nobody can make without the server's key: the signature of a JWT, else the whole token."""
    return token.rpartition(".")[2] if token.count(".") == 2 else token


@check(requests=60, logins=(6,))
def codes_unguessable(access: Access, *, count: int = 6) -> Findings:
    """Makes authorization codes that nobody can guess: long, random, never the same."""
    codes = [access.code() for _ in range(count)]
    problem = guessable([code.value for code in codes])
    if problem:
        exchange = codes[-1].landing.answer.exchange
        yield Finding("codes with 128 bits of entropy", problem, "code", exchange)


@check(requests=10, logins=(3, "grant"))
def refresh_unguessable(access: Access, *, count: int = 4) -> Findings:
    """Makes refresh tokens that nobody can guess: long, random, never the same."""
    values = []
    exchange = None
    for number in range(count):
        grant = access.fresh() if number else access.grant()
        if not grant.tokens.refresh_token:
            raise NotApplicable("the bank gives no refresh token")
        values.append(grant.tokens.refresh_token)
        exchange = grant.tokens.answer.exchange
    problem = guessable(values)
    if problem:
        yield Finding("refresh tokens with 128 bits of entropy", problem, "/refresh_token", exchange)
