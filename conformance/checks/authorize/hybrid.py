"""The ID token of the front channel, where the bank lists the hybrid flow (FAPI 1.0 Advanced, 5.2.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

from conformance import jose
from conformance.errors import Inconclusive, NotApplicable
from conformance.jose import Jws
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import Asked, Code, Tokens, members_of
from conformance.oauth.login import Landing
from conformance.registry import Findings, check

TYPE = "code id_token"
PERSONAL = (
    "name", "given_name", "family_name", "birthdate", "email", "phone_number", "address", "hkid",
    "identity_card", "passport", "account_number", "national_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    """A hybrid response: what was asked, where it landed, and the ID token that came beside the code."""

    asked: Asked
    landing: Landing
    token: Jws


def front(access: Access) -> Front:
    """A hybrid login, made once in a round. Raises ``NotApplicable`` where the flow is not listed."""
    if TYPE not in {" ".join(sorted(t.split())) for t in access.server.listed("response_types_supported")}:
        raise NotApplicable(f"the metadata do not list the response type {TYPE}")
    access.needs_openid()

    def fetch() -> Front:
        asked = access.ask(response_type=TYPE, response_mode=None)
        landing, _ = access.landing(asked)
        parameters = access.response_of(landing)
        if landing.error in ("unauthorized_client", "unsupported_response_type"):
            raise NotApplicable(f"the TSP is not registered for the response type {TYPE}")
        if not parameters.get("code") or not parameters.get("id_token"):
            raise Inconclusive("the hybrid login did not end with a code and an ID token")
        if parameters["id_token"].count(".") == 4:
            raise NotApplicable("the ID token is encrypted")
        try:
            return Front(asked, landing, jose.taken_apart(parameters["id_token"]))
        except jose.BadJws as problem:
            raise Inconclusive(f"the ID token {problem}") from None

    found: Front = access.memory.once(("authorize", "hybrid"), fetch)
    return found


@check(requests=10, logins=("hybrid",))
def detached_signature(access: Access) -> Findings:
    """Signs code and state by the hashes in the ID token that comes beside them."""
    found = front(access)
    exchange, claims = found.landing.answer.exchange, found.token.claims
    answer = access.tsp.get(access.server.endpoint("jwks_uri"))
    keys = members_of(answer).get("keys")
    try:
        jose.verified(found.token, keys if isinstance(keys, list) else [])
    except jose.BadJws as problem:
        yield Finding("a signature of a published key", f"it {problem}", "ID token", exchange)
        return
    code = access.response_of(found.landing)["code"]
    if claims.get("c_hash") != jose.half_hash(code, found.token.algorithm):
        actual = "another" if claims.get("c_hash") else "none"
        yield Finding("the hash of the code", actual, "ID token, c_hash", exchange)
    right = jose.half_hash(found.asked.state or "", found.token.algorithm)
    fapi = "fapi1" in access.target.capabilities
    if (fapi or "s_hash" in claims) and claims.get("s_hash") != right:
        actual = "another" if claims.get("s_hash") else "none"
        yield Finding("the hash of the state", actual, "ID token, s_hash", exchange)
    if claims.get("nonce") != found.asked.nonce:
        yield Finding("the nonce that was sent", "another", "ID token, nonce", exchange)


@check(requests=10, logins=("hybrid",))
def front_token_private(access: Access) -> Findings:
    """Puts nothing about the person into the ID token that passes the browser."""
    found = front(access)
    told = [name for name in PERSONAL if name in found.token.claims]
    if told:
        actual = f"the claims {', '.join(told)}"
        yield Finding("no personal data", actual, "ID token", found.landing.answer.exchange)


@check(requests=10, logins=("hybrid",))
def hybrid_in_fragment(access: Access) -> Findings:
    """Sends what a hybrid response carries in the fragment, which no server sees, never in the query."""
    found = front(access)
    if not found.landing.fragment and not found.landing.posted:
        yield Finding(
            "the response in the fragment", "in the query", "redirect", found.landing.answer.exchange
        )


@check(requests=11, logins=("hybrid",))
def hybrid_subject_kept(access: Access) -> Findings:
    """Names the same customer in the ID token of the browser and in that of the token endpoint."""
    found = front(access)

    def fetch() -> Tokens:
        parameters = access.response_of(found.landing)
        code = Code(parameters["code"], found.asked, found.landing, parameters)
        return access.tokens(access.redeem(code), found.asked.client)

    tokens: Tokens = access.memory.once(("authorize", "hybrid tokens"), fetch)
    try:
        behind = jose.taken_apart(tokens.id_token).claims
    except jose.BadJws:
        raise NotApplicable("the token endpoint gave no ID token that can be read") from None
    for name in ("iss", "sub"):
        if behind.get(name) != found.token.claims.get(name):
            yield Finding(f"{name} as in the browser", "another", f"ID token, {name}", tokens.answer.exchange)
