"""Where a token may stand in a request, and after which word."""

from __future__ import annotations

from urllib.parse import urlencode

from conformance.answer import Answer
from conformance.model import Finding, Request
from conformance.oauth.grant import Tokens
from conformance.protected import Protected, tried
from conformance.registry import Findings, check

FORM = "application/x-www-form-urlencoded"


@check(requests=2, logins=("grant of all",))
def token_in_query_refused(protected: Protected) -> Findings:
    """Takes no token from the address, where logs and browsers keep it."""
    operation = protected.probe()
    tokens = protected.tokens(operation)
    request = protected.request(operation, query=(("access_token", tokens.access_token),))
    answer = _without_header(protected, request, tokens)
    if answer is not None and answer.ok:
        yield Finding(
            "a refusal of a token in the query", f"status {answer.status}", "parameter access_token",
            answer.exchange,
        )  # fmt: skip
    protected.control(operation)


@check(requests=2, logins=("grant of all",))
def token_in_form_refused(protected: Protected) -> Findings:
    """Takes no token from the form of a GET, whose body means nothing."""
    operation = protected.probe()
    tokens = protected.tokens(operation)
    plain = protected.request(operation).with_header("Content-Type", FORM)
    request = Request(
        plain.method, plain.url, plain.headers, urlencode({"access_token": tokens.access_token}).encode()
    )
    answer = _without_header(protected, request, tokens)
    if answer is not None and answer.ok:
        yield Finding(
            "a refusal of a token in the body", f"status {answer.status}", "form access_token",
            answer.exchange,
        )  # fmt: skip
    protected.control(operation)


def _without_header(protected: Protected, request: Request, tokens: Tokens) -> Answer | None:
    proof = protected.proof(request, tokens) if protected.access.constraint == "dpop" else None
    return tried(protected.access.call, "", request, scheme="", proof=proof, client=tokens.client)


@check(requests=3, logins=("grant of all",))
def scheme_case_ignored(protected: Protected) -> Findings:
    """Understands the authentication scheme in any case."""
    operation = protected.probe()
    tokens = protected.tokens(operation)
    word = "DPoP" if protected.access.constraint == "dpop" else "Bearer"
    for spelling in (word.lower(), word.upper()):
        answer = protected.access.call(tokens, protected.request(operation), scheme=spelling)
        if answer.status in (400, 401, 403):
            yield Finding(
                f"the scheme {word} in any case", f"status {answer.status} for {spelling}",
                "header Authorization", answer.exchange,
            )  # fmt: skip
            break
    protected.control(operation)


@check(requests=4, logins=("grant of all",))
def other_schemes_refused(protected: Protected) -> Findings:
    """Takes a token for what it is only after the scheme of its type."""
    operation = protected.probe()
    tokens = protected.tokens(operation)
    for word in ("Basic", "Token", "MAC"):
        request = protected.request(operation)
        answer = tried(protected.access.call, tokens, request, scheme=word)
        if answer is not None and answer.ok:
            yield Finding(
                "a refusal of a token after another scheme", f"status {answer.status} for {word}",
                "header Authorization", answer.exchange,
            )  # fmt: skip
            break
    protected.control(operation)
