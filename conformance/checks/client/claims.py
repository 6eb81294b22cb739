"""What a client assertion must say (RFC 7523, 3; OpenID Connect Core, 9; FAPI 2.0, 5.3.2.1)."""

from __future__ import annotations

import secrets

from conformance.checks.client.place import (
    control,
    form_for,
    let_in,
    places,
    signs,
    tried,
    unverified,
    wrong_assertion,
)
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.client import BY_CERTIFICATE, asserted, assertion
from conformance.oauth.grant import error_of, told
from conformance.registry import Findings, check


@check(requests=4)
def expiry_needed(access: Access) -> Findings:
    """Refuses a client assertion that never ends."""
    signs(access)
    yield from wrong_assertion(access, "without exp", {"claims": {"exp": None}})


@check(requests=4)
def expired_refused(access: Access) -> Findings:
    """Refuses a client assertion that ended five minutes ago."""
    now = int(access.now())
    claims = {"exp": now - 300, "iat": now - 360, "nbf": now - 360}
    yield from wrong_assertion(access, "that ended five minutes ago", {"claims": claims})


@check(requests=4)
def expiry_bounded(access: Access) -> Findings:
    """Refuses a client assertion that is good for years."""
    claims = {"exp": int(access.now()) + 3 * 365 * 86400}
    yield from wrong_assertion(access, "that is good for three years", {"claims": claims})


@check(requests=4)
def not_before_honoured(access: Access) -> Findings:
    """Refuses a client assertion that begins to be good in more than a minute."""
    now = int(access.now())
    yield from wrong_assertion(
        access, "with nbf in ten minutes", {"claims": {"nbf": now + 600, "exp": now + 660}}
    )


@check(requests=4)
def issue_time_honoured(access: Access) -> Findings:
    """Refuses a client assertion that says to be made in more than a minute."""
    now = int(access.now())
    yield from wrong_assertion(
        access, "with iat in ten minutes", {"claims": {"iat": now + 600, "exp": now + 660}}
    )


@check(requests=4)
def skew_tolerated(access: Access, *, seconds: int = 8) -> Findings:
    """Takes a client assertion whose times lie some seconds ahead, since clocks differ."""
    client = signs(access)
    place = places(access)[-1]
    control(access, place)
    now = int(access.now())
    claims = {"iat": now + seconds, "nbf": now + seconds, "exp": now + 60}
    text = assertion(client, access.audience, access.now(), claims=claims)
    answer = tried(access, place, asserted(text))
    if not let_in(answer) and answer is not None:
        expected = f"an assertion with nbf {seconds} s ahead accepted"
        yield Finding(expected, told(answer), f"client_assertion at {place}", answer.exchange)


@check(requests=4)
def audience_checked(access: Access) -> Findings:
    """Refuses a client assertion that was made for another server."""
    for what, audience in {
        "for another server": "https://elsewhere.example",
        "without aud": None,
    }.items():
        found = list(wrong_assertion(access, what, {"claims": {"aud": audience}}))
        yield from found
        if found:
            return


def _any_audience(access: Access) -> bool:
    def fetch() -> bool:
        client = signs(access)
        text = assertion(client, "https://elsewhere.example", access.now())
        return any(let_in(tried(access, place, asserted(text))) for place in places(access))

    found: bool = access.memory.once(("client", "any audience"), fetch)
    return found


@check(requests=6)
def audience_exact(access: Access) -> Findings:
    """Refuses an audience that only looks like the server's."""
    signs(access)
    if _any_audience(access):
        return  # audience_checked tells of it
    issuer = access.audience
    scheme, _, rest = issuer.partition("://")
    for what, audience in {
        "for a longer issuer": f"{issuer}.elsewhere.example",
        "for the issuer in capitals": f"{scheme}://{rest.upper()}",
    }.items():
        if audience == issuer:
            continue
        found = list(wrong_assertion(access, what, {"claims": {"aud": audience}}))
        yield from found
        if found:
            return


@check(requests=6)
def audience_issuer_only(access: Access) -> Findings:
    """Refuses a client assertion whose audience is an endpoint, not the issuer."""
    signs(access)
    if _any_audience(access):
        return
    for name in ("token_endpoint", "pushed_authorization_request_endpoint"):
        if not access.server.has(name):
            continue
        made = {"claims": {"aud": access.server.endpoint(name)}}
        found = list(wrong_assertion(access, f"with the {name} as audience", made))
        yield from found
        if found:
            return


@check(requests=4)
def audience_no_list(access: Access) -> Findings:
    """Refuses a client assertion whose audience is a list."""
    signs(access)
    if _any_audience(access):
        return
    made = {"claims": {"aud": [access.audience, "https://elsewhere.example"]}}
    yield from wrong_assertion(access, "with a list as audience", made)


@check(requests=4)
def issuer_checked(access: Access) -> Findings:
    """Refuses a client assertion whose iss is not the client."""
    yield from wrong_assertion(access, "with another iss", {"claims": {"iss": "conformance-somebody"}})


@check(requests=4)
def subject_needed(access: Access) -> Findings:
    """Refuses a client assertion without sub, such as a request object."""
    yield from wrong_assertion(access, "without sub", {"claims": {"sub": None}})


@check(requests=4)
def subject_checked(access: Access) -> Findings:
    """Refuses a client assertion whose sub is another client."""
    signs(access)
    other = access.second.client_id
    yield from wrong_assertion(access, "with another client as sub", {"claims": {"sub": other}})


@check(requests=4)
def identifier_needed(access: Access) -> Findings:
    """Refuses a client assertion without jti, which could be replayed unseen."""
    yield from wrong_assertion(access, "without jti", {"claims": {"jti": None}})


@check(requests=4)
def replay_refused(access: Access) -> Findings:
    """Refuses a client assertion that it has seen before."""
    client = signs(access)
    if unverified(access):
        return
    for place in places(access):
        text = assertion(client, access.audience, access.now(), claims={"jti": secrets.token_urlsafe(24)})
        first = tried(access, place, asserted(text))
        if not let_in(first):
            control(access, place)
            raise Inconclusive("control request refused: a right client assertion")
        again = tried(access, place, asserted(text))
        if let_in(again) and again is not None:
            expected = "a client assertion refused the second time"
            yield Finding(expected, told(again), f"jti at {place}", again.exchange)
            return


@check(requests=4)
def kind_checked(access: Access) -> Findings:
    """Refuses as client assertion a JWT that says to be of another kind."""
    for typ in ("dpop+jwt", "at+jwt", "oauth-authz-req+jwt"):
        found = list(wrong_assertion(access, f"with typ {typ}", {"header": {"typ": typ}}))
        yield from found
        if found:
            return


@check(requests=4)
def client_id_agrees(access: Access) -> Findings:
    """Refuses a request that names another client than the one that authenticates itself."""
    other = access.second
    if access.client.method in BY_CERTIFICATE:
        raise NotApplicable("the TSP authenticates by certificate; see other_certificate_refused")
    for place in places(access):
        control(access, place)
        # The assertion is the first client's.
        form = {**form_for(access, place), "client_id": other.client_id}
        answer = tried(access, place, form)
        if let_in(answer) and answer is not None:
            yield Finding(
                "another client's client_id refused", told(answer), f"client_id at {place}", answer.exchange
            )
            return


@check(requests=6)
def refusal_form(access: Access) -> Findings:
    """Refuses a client that it cannot authenticate with invalid_client and status 401, or 400."""
    if access.client.method != "private_key_jwt":
        raise NotApplicable("the TSP does not authenticate by private_key_jwt")
    place = places(access)[0]
    control(access, place)
    text = assertion(access.client, "https://elsewhere.example", access.now())
    answer = tried(access, place, asserted(text))
    if answer is None or answer.ok:
        return
    if answer.status not in (400, 401):
        yield Finding("status 401 or 400", told(answer), f"status at {place}", answer.exchange)
    elif error_of(answer) != "invalid_client":
        actual = error_of(answer) or "none"
        yield Finding("error invalid_client", actual, f"/error at {place}", answer.exchange)
