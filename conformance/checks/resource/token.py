"""Whether a protected function opens without a token, or with one that the bank did not make."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from conformance import jose
from conformance.answer import Answer
from conformance.errors import NotApplicable
from conformance.model import Finding, Request
from conformance.oauth.ended import LEEWAY, LONGEST_WAIT, ended
from conformance.oauth.grant import Tokens
from conformance.operation import Operation
from conformance.protected import Protected, tried
from conformance.registry import Findings, check


def opened(expected: str, answer: Answer, at: str = "header Authorization") -> Finding:
    """The finding that a call which should have been refused was answered."""
    return Finding(expected, f"status {answer.status}", at, answer.exchange)


@check(requests=2, logins=("grant of all",))
def token_required(protected: Protected, operation: Operation) -> Findings:
    """Opens a protected function to nobody who shows no token."""
    if not operation.reads:
        raise NotApplicable("the function changes something, so it is not called without a token")
    read = protected.objects(operation)[0]
    protected.call(read)
    request = protected.request(read)
    answer = tried(protected.access.call, "", request, scheme="", proof=None)
    if answer is not None and answer.ok:
        yield opened("a refusal of a call without a token", answer)
    protected.control(read)


@check(requests=18, logins=(1, "grant of all"))
def altered_tokens_refused(protected: Protected) -> Findings:
    """Refuses tokens that it did not make: invented, changed in one place, cut short or lengthened."""
    operation = protected.probe()
    tokens = protected.fresh().tokens
    for how, value in altered(tokens.access_token).items():
        answer = _called(protected, protected.request(operation), tokens, value)
        if answer is not None and answer.ok:
            yield opened("a refusal of a token that the bank did not make", answer, f"token {how}")
            break
    protected.control(operation, tokens)


def altered(token: str) -> Mapping[str, str]:
    """A token with one thing wrong, by what is wrong."""
    middle = len(token) // 2
    found = {
        "invented": secrets.token_urlsafe(max(16, len(token) * 3 // 4))[: len(token)],
        "with its first character changed": _changed(token, 0),
        "with a character changed": _changed(token, middle),
        "with a character near its end changed": _changed(token, len(token) - 3),
        "cut short": token[: len(token) * 2 // 3],
        "lengthened": token + "AAAA",
    }
    if token.count(".") == 2:
        for part, name in enumerate(("header", "claims", "signature")):
            try:
                found[f"with a bit changed in its {name}"] = jose.flipped(token, part)
            except jose.BadJws:
                continue
        found["without its signature"] = token.rpartition(".")[0] + "."
    return {how: value for how, value in found.items() if value != token}


def _changed(token: str, at: int) -> str:
    other = "A" if token[at] != "A" else "9"
    return token[:at] + other + token[at + 1 :]


def _called(protected: Protected, request: Request, tokens: Tokens, value: str) -> Answer | None:
    """The answer to a call that is right but for the token's own characters."""
    return tried(protected.access.call, value, request, client=tokens.client)


@check(requests=10, logins=(1, "grant of all"))
def other_tokens_refused(protected: Protected) -> Findings:
    """Opens to no refresh token, ID token or code, which are made for other places."""
    operation = protected.probe()
    grant = protected.fresh()
    never = _called(protected, protected.request(operation), grant.tokens, secrets.token_urlsafe(32))
    if never is not None and never.ok:
        return  # altered_tokens_refused tells of it
    others = {
        "a refresh token": grant.tokens.refresh_token,
        "an ID token": grant.tokens.id_token,
        "a code": grant.code.value,
    }
    for what, value in others.items():
        if not value or value == grant.access_token:
            continue
        answer = _called(protected, protected.request(operation), grant.tokens, value)
        if answer is not None and answer.ok:
            yield opened(f"a refusal of {what} in place of an access token", answer)
            break
    protected.control(operation, grant.tokens)


@check(requests=6, logins=(1, "ended", "grant of all"))
def expired_token_refused(protected: Protected, *, longest: float = LONGEST_WAIT) -> Findings:
    """Refuses a token after the time that it was given for."""
    operation = protected.probe()
    tokens = ended(protected.access, lambda: protected.fresh().tokens, longest)
    answer = tried(lambda: protected.access.call(tokens, protected.request(operation)))
    if answer is not None and answer.ok:
        protected.tsp.wait(LEEWAY)
        answer = tried(lambda: protected.access.call(tokens, protected.request(operation)))
    if answer is not None and answer.ok:
        yield opened("a refusal of a token a minute after its expires_in", answer)
    protected.control(operation, protected.fresh().tokens)
