"""That a refresh token is of no use without what makes the TSP the TSP (RFC 6749, 6; FAPI 2.0, 5.3.2.1)."""

from __future__ import annotations

from conformance.checks.refresh.token import PLACE, given, renewable, renewed
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.client import BY_CERTIFICATE
from conformance.oauth.grant import told
from conformance.protected import Protected, tried
from conformance.registry import Findings, check
from conformance.wire import UNCERTIFIED


@check(requests=10, logins=(1,))
def authentication_needed(protected: Protected) -> Findings:
    """Gives nothing for a refresh token to whoever does not authenticate as its TSP."""
    access = protected.access
    tokens = renewable(protected).tokens
    shown = UNCERTIFIED if tokens.client.method in BY_CERTIFICATE else None
    answer = tried(
        lambda: access.refresh(
            tokens, _authenticated=False, _certified=shown, client_id=tokens.client.client_id
        )
    )
    if answer is not None and given(answer):
        yield Finding("a refresh without client authentication refused", told(answer), PLACE, answer.exchange)
        return
    renewed(protected, tokens)


@check(requests=10, logins=(1,))
def holder_needed(protected: Protected) -> Findings:
    """Gives nothing for a refresh token to whoever shows neither certificate nor proof to bind tokens to."""
    access = protected.access
    fapi = {"fapi1", "fapi2"} & set(access.target.capabilities)
    if access.constraint == "none" or not (access.configured.sender_constraint or fapi):
        raise NotApplicable("the bank does not say that every token is bound to its holder")
    if access.constraint == "mtls" and access.client.method in BY_CERTIFICATE:
        raise NotApplicable("the certificate authenticates the client as well; see client authentication")
    tokens = renewable(protected).tokens
    if access.constraint == "mtls":
        answer = tried(access.refresh, tokens, _certified=UNCERTIFIED)
    else:
        answer = tried(access.refresh, tokens, _proof=None)
    if answer is not None and given(answer):
        expected = f"a refresh without {access.constraint} proof of possession refused"
        yield Finding(expected, told(answer), PLACE, answer.exchange)
        return
    renewed(protected, tokens)
