"""What is no client assertion: broken text, other JWTs, keys from elsewhere (RFC 8725, 3.7 to 3.12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance import jose
from conformance.checks.client.place import control, let_in, places, signs, tried, unverified
from conformance.errors import Inconclusive, NotApplicable
from conformance.listener import PATIENCE, listening, reachable
from conformance.model import Finding
from conformance.oauth import dpop
from conformance.oauth.access import Access
from conformance.oauth.client import Client, asserted, assertion, assertion_claims, header_of
from conformance.oauth.grant import told
from conformance.registry import Findings, check


def _forged(client: Client, claims: bytes) -> str:
    """An assertion whose claims are these bytes, rightly signed."""
    head = jose.encoded(jose.compact(header_of(client)))
    text = f"{head}.{jose.encoded(claims)}"
    return f"{text}.{jose.encoded(jose.signature(text, client.signing_key, client.algorithm))}"


@check(requests=8)
def text_strict(access: Access) -> Findings:
    """Refuses a client assertion whose claims are not JSON in UTF-8."""
    client = signs(access)
    breaks: dict[str, Callable[[bytes], bytes]] = {
        "with a byte that is no UTF-8": lambda right: right[:-1] + b',"note":"\xff\xfe"}',
        "in UTF-16": lambda right: right.decode().encode("utf-16"),
    }
    for what, broken in breaks.items():
        right = jose.compact(assertion_claims(client, access.audience, access.now()))
        text = _forged(client, broken(right))
        for place in places(access):
            answer = tried(access, place, asserted(text), client=client)
            if answer is not None and (let_in(answer) or answer.status >= 500):
                expected, at = f"a client assertion {what} refused", f"client_assertion at {place}"
                yield Finding(expected, told(answer), at, answer.exchange)
                return
    for place in places(access):
        control(access, place)


def _others(access: Access, client: Client) -> Iterator[tuple[str, str]]:
    """JWTs of other kinds that the TSP makes or holds."""
    yield "a request object", access.request_object(access.probe(client=client))
    url = access.server.endpoint("token_endpoint")
    yield "a DPoP proof", dpop.proof(client.signing_key, "POST", url, access.now())
    tokens = access.grant().tokens
    for what, text in (("an ID token", tokens.id_token), ("an access token", tokens.access_token)):
        if text.count(".") == 2:
            yield what, text


@check(requests=10, logins=("grant",))
def others_refused(access: Access) -> Findings:
    """Refuses as client assertion the other JWTs that a TSP has: requests, proofs, ID and access tokens."""
    client = signs(access)
    if unverified(access):
        return
    for what, text in _others(access, client):
        for place in places(access):
            answer = tried(access, place, {"client_id": client.client_id, **asserted(text)}, client=client)
            if answer is not None and let_in(answer):
                at = f"client_assertion at {place}"
                yield Finding(f"{what} refused as client assertion", told(answer), at, answer.exchange)
                return
    for place in places(access):
        control(access, place)


@check(requests=6)
def key_address_not_followed(access: Access) -> Findings:
    """Fetches no key from where the header of a client assertion says (jku, x5u)."""
    client = signs(access)
    if unverified(access):
        return
    if not reachable(access.server.endpoint("token_endpoint")):
        raise NotApplicable("the bank cannot reach this machine, so that nothing shows what it fetches")
    key = jose.fresh_key()
    place = places(access)[-1]
    for name in ("jku", "x5u"):
        published = jose.compact({"keys": [{**jose.jwk_of(key), "kid": "conformance", "use": "sig"}]})
        with listening(published, "application/jwk-set+json") as listener:
            header = {"alg": "ES256", "kid": "conformance", name: listener.url("keys")}
            text = assertion(client, access.audience, access.now(), key=key, header=header)
            answer = tried(access, place, asserted(text), client=client)
            fetched = listener.heard("keys", PATIENCE)
        if answer is None:
            raise Inconclusive("the connection was refused")
        if fetched or let_in(answer):
            actual = "the address was fetched" if fetched else told(answer)
            yield Finding(f"the address in {name} left alone", actual, f"{name} at {place}", answer.exchange)
            break
    control(access, place)


@check(requests=8)
def endpoint_audience_taken(access: Access) -> Findings:
    """Takes each audience that RFC 9126 lets a client name with a pushed request: issuer or endpoint."""
    client, place = signs(access), "pushed_authorization_request_endpoint"
    if "fapi2" in access.target.capabilities:
        raise NotApplicable("FAPI 2.0 wants the issuer alone")
    own, pushed = access.audience, access.server.endpoint(place)
    token = access.server.endpoint("token_endpoint")
    for what, audience in (("the endpoint for pushed requests", pushed), ("the token endpoint", token),
                           ("a list with the issuer", [own])):  # fmt: skip
        text = assertion(client, own, access.now(), claims={"aud": audience})
        answer = tried(access, place, asserted(text), client=client)
        if not let_in(answer):
            control(access, place)
            actual, exchange = ("no answer", None) if answer is None else (told(answer), answer.exchange)
            yield Finding(f"{what} taken as audience", actual, f"aud at {place}", exchange)
            return
