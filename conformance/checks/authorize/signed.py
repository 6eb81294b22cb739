"""Signed authorization requests (RFC 9101; FAPI 1.0 Advanced, 5.2.2; FAPI 2.0 Message Signing, 5.3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance import jose
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth import dpop
from conformance.oauth.access import Access
from conformance.oauth.client import Client, assertion
from conformance.oauth.grant import Attempt
from conformance.registry import Findings, check


def attempted(access: Access, client: Client | None = None, **options: Any) -> Attempt:
    """A signed request with something changed, up to the login page."""
    asked = access.probe(client=client)
    return access.attempt(asked, request=access.request_object(asked, **options))


def control(access: Access) -> None:
    """A right signed request, once in a round; raises ``NotApplicable`` where none is supported."""
    metadata = access.server.metadata
    wanted = ("request_parameter_supported", "require_signed_request_object")
    if not any(metadata.get(name) is True for name in wanted):
        raise NotApplicable("the authorization server does not take signed requests")
    if access.client.key is None:
        raise NotApplicable("the TSP has no key to sign requests with")

    def fetch() -> Attempt:
        return attempted(access)

    made: Attempt = access.memory.once(("authorize", "signed"), fetch)
    if not made.accepted:
        access.control()
        raise Inconclusive(f"control request refused: a right signed request: {made.words}")


def wrong(access: Access, what: str, **options: Any) -> Findings:
    """Findings for a signed request that was taken although something in it is wrong."""
    control(access)
    made = attempted(access, **options)
    if made.accepted:
        yield Finding(f"a signed request {what} refused", made.words, "request", made.answer.exchange)


def unverified(access: Access) -> bool:
    """Whether signed requests are taken whatever their signature is."""

    def fetch() -> bool:
        asked = access.probe()
        return access.attempt(asked, request=jose.flipped(access.request_object(asked), 2)).accepted

    control(access)
    found: bool = access.memory.once(("authorize", "unverified"), fetch)
    return found


@check(requests=4)
def request_object_verified(access: Access) -> Findings:
    """Refuses a signed request in which one bit of the signature was changed."""
    if unverified(access):
        asked = access.probe()
        made = access.attempt(asked, request=jose.flipped(access.request_object(asked), 2))
        if made.accepted:
            expected = "a signed request with a changed signature refused"
            yield Finding(expected, made.words, "request", made.answer.exchange)


@check(requests=8)
def request_object_none(access: Access) -> Findings:
    """Refuses an unsigned request object, however its alg none is written."""
    if unverified(access):
        return
    for spelling in ("none", "None", "NONE"):
        found = list(wrong(access, f"with alg {spelling}", header={"alg": spelling}, algorithm="none"))
        yield from found
        if found:
            return


@check(requests=8)
def request_object_public_key(access: Access) -> Findings:
    """Refuses a request object with a MAC that is keyed with the client's public key."""
    if unverified(access):
        return
    key = access.client.signing_key
    pem = jose.public_pem(key)
    for secret in (pem, pem.strip(), jose.compact(jose.jwk_of(key))):
        options: Mapping[str, Any] = {"header": {"alg": "HS256"}, "key": secret, "algorithm": "HS256"}
        found = list(wrong(access, "with HS256 and the public key as secret", **options))
        yield from found
        if found:
            return


@check(requests=6)
def request_object_other_key(access: Access) -> Findings:
    """Refuses a request object that another client's key signed."""
    if unverified(access):
        return
    other = access.second
    if other.key is None:
        raise NotApplicable("the second TSP has no key to sign with")
    header = {"alg": other.algorithm, "kid": other.key_id or None}
    yield from wrong(access, "signed with another client's key", key=other.key, header=header)


@check(requests=6)
def request_object_header_key(access: Access) -> Findings:
    """Trusts no key that the request object itself brings."""
    if unverified(access):
        return
    key = jose.fresh_key()
    for name, value in {"jwk": jose.jwk_of(key), "jku": "https://elsewhere.example/jwks"}.items():
        header = {"alg": "ES256", "kid": None, name: value}
        yield from wrong(access, f"signed with the key of its own {name}", key=key, header=header)


@check(requests=4)
def request_object_critical(access: Access) -> Findings:
    """Refuses a request object with a critical header member that it does not know."""
    header = {"crit": ["conformance"], "conformance": True}
    yield from wrong(access, "with an unknown critical header", header=header)


@check(requests=4)
def request_object_weak(access: Access, *, algorithm: str = "RS256") -> Findings:
    """Refuses a request object with an algorithm that the profile bars."""
    if unverified(access):
        return
    for name in ("client", "second"):
        client: Client = getattr(access, name)
        if client.key is not None and jose.jwk_of(client.key)["kty"] == "RSA":
            made = attempted(access, client, header={"alg": algorithm})
            if made.accepted:
                expected = f"a request signed with {algorithm} refused"
                yield Finding(expected, made.words, "request", made.answer.exchange)
            return
    raise NotApplicable(f"no TSP has an RSA key to sign with {algorithm}")


@check(requests=6)
def request_object_audience(access: Access) -> Findings:
    """Refuses a request object that was made for another server."""
    yield from wrong(access, "for another server", claims={"aud": "https://elsewhere.example"})


@check(requests=4)
def request_object_issuer(access: Access) -> Findings:
    """Refuses a request object whose iss is not the client."""
    yield from wrong(access, "with another iss", claims={"iss": "conformance-somebody"})


@check(requests=4)
def request_object_client(access: Access) -> Findings:
    """Refuses a request object that names another client than the request does."""
    yield from wrong(access, "with another client_id inside", claims={"client_id": access.second.client_id})


@check(requests=4)
def request_object_kind(access: Access) -> Findings:
    """Refuses as request object a JWT that says to be of another kind."""
    yield from wrong(access, "with typ dpop+jwt", header={"typ": "dpop+jwt"})


@check(requests=4)
def request_object_expired(access: Access) -> Findings:
    """Refuses a request object that ended five minutes ago."""
    now = int(access.now())
    claims = {"exp": now - 300, "nbf": now - 600, "iat": now - 600}
    yield from wrong(access, "that ended five minutes ago", claims=claims)


@check(requests=4)
def request_object_expiry_needed(access: Access) -> Findings:
    """Refuses a request object that never ends."""
    yield from wrong(access, "without exp", claims={"exp": None})


@check(requests=4)
def request_object_start_needed(access: Access) -> Findings:
    """Refuses a request object that does not say from when it is good."""
    yield from wrong(access, "without nbf", claims={"nbf": None})


@check(requests=4)
def request_object_start_honoured(access: Access) -> Findings:
    """Refuses a request object that begins to be good in ten minutes."""
    now = int(access.now())
    yield from wrong(access, "with nbf in ten minutes", claims={"nbf": now + 600, "exp": now + 660})


@check(requests=6)
def request_object_lifetime(access: Access) -> Findings:
    """Refuses a request object that is good for more than an hour, or since more than an hour."""
    now = int(access.now())
    for what, claims in {
        "that is good for 70 minutes": {"nbf": now, "exp": now + 70 * 60},
        "that began 70 minutes ago": {"nbf": now - 70 * 60, "exp": now + 60},
    }.items():
        found = list(wrong(access, what, claims=claims))
        yield from found
        if found:
            return


@check(requests=4)
def request_object_nested(access: Access) -> Findings:
    """Refuses a request object that refers to another one."""
    claims = {"request_uri": "urn:ietf:params:oauth:request_uri:conformance"}
    yield from wrong(access, "with a request_uri inside", claims=claims)


@check(requests=4)
def request_object_needed(access: Access) -> Findings:
    """Refuses a request that is not signed, where it says that requests must be."""
    if access.server.metadata.get("require_signed_request_object") is not True:
        raise NotApplicable("the authorization server does not require signed requests")
    control(access)
    made = access.attempt(access.probe(), sign=False)
    if made.accepted:
        yield Finding("an unsigned request refused", made.words, "request", made.answer.exchange)


@check(requests=8)
def request_object_variety(access: Access) -> Findings:
    """Takes right request objects of every form: a list in aud, each spelling of typ, a clock ahead."""
    control(access)
    now = int(access.now())
    forms: dict[str, dict[str, Any]] = {
        "with another server beside it in aud": {
            "claims": {"aud": [access.audience, "https://elsewhere.example"]}
        },
        "with typ JWT": {"header": {"typ": "JWT"}},
        "without typ": {"header": {"typ": None}},
        "with nbf 8 seconds ahead": {"claims": {"nbf": now + 8, "iat": now + 8}},
    }
    for what, options in forms.items():
        made = attempted(access, **options)
        if not made.accepted:
            yield Finding(f"a signed request {what} accepted", made.words, "request", made.answer.exchange)


@check(requests=16, logins=(2,))
def outside_ignored(access: Access) -> Findings:
    """Takes no parameter from outside a signed or pushed request: neither in its place nor beside it."""
    if not access.pushes() and not access.signs():
        raise NotApplicable("requests are neither pushed nor signed")
    other = "conformance-outside"
    for what, state in (("instead of its own", "conformance-inside"), ("in addition", None)):
        asked = access.ask(state=state)
        options: dict[str, Any] = {"beside": {"state": other}} if access.pushes() else {}
        if access.signs():
            options["outside"] = {"state": other}
        try:
            landing, _ = access.landing(asked, **options)
        except Inconclusive:
            continue  # refused altogether, which is right as well
        if access.response_of(landing).get("state") == other:
            expected = "parameters of the signed or pushed request alone"
            yield Finding(expected, f"one from outside taken {what}", "state", landing.answer.exchange)
    access.control()


@check(requests=4)
def request_object_others(access: Access) -> Findings:
    """Refuses as request object the other JWTs that a TSP makes: client assertions and DPoP proofs."""
    if unverified(access):
        return
    client, url = access.client, access.server.endpoint("token_endpoint")
    asked = access.probe()
    plain = {k: v for k, v in asked.parameters.items() if isinstance(v, str)}
    for what, text in {
        "a client assertion": assertion(client, access.audience, access.now()),
        "a DPoP proof": dpop.proof(client.signing_key, "POST", url, access.now()),
    }.items():
        made = access.attempt(asked, request=text, outside=plain)
        if made.accepted:
            yield Finding(f"{what} refused as request", made.words, "request", made.answer.exchange)
            return
