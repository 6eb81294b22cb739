"""Attacks on codes, tokens, refresh tokens and their binding to the sender."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from werkzeug.test import Client, TestResponse

from conformance.bank.authorization import jws
from tests.bank_authorization.attack import Attack, fine, fresh_key, keyed, rsa_key, weak
from tests.bank_authorization.provider import BASE, DAY, NOTHING, Provider, b64, decoded
from tests.bank_authorization.world import World

PART = "authorization"
FAPI1 = "fapi1_advanced_jarm"
PLAIN: dict[str, Any] = {"scope": "openid"}


def _works(one: Provider, token: str, **options: Any) -> bool:
    return fine(one.call("/oauth/userinfo", token, **options))


def _told(test: Callable[[dict[str, Any]], bool]) -> Callable[[World], bool]:
    return lambda w: test(w.one.tokens(**PLAIN))


def _answer(test: Callable[[TestResponse], bool]) -> Callable[[World], bool]:
    return lambda w: test(w.one.redeem(w.one.session(**PLAIN)))


def _late_code(w: World) -> bool:
    session = w.one.session(**PLAIN)
    w.clock.seconds += 90
    return fine(w.one.redeem(session))


def _code_twice(w: World) -> bool:
    session = w.one.session(**PLAIN)
    assert fine(w.one.redeem(session))
    return fine(w.one.redeem(session))


def _survives_replay(w: World) -> bool:
    session = w.one.session(**PLAIN)
    token = w.one.redeem(session).get_json()["access_token"]
    w.one.redeem(session)
    return _works(w.one, token)


def _stolen_code(w: World) -> bool:
    w.two.proof_key = w.one.proof_key
    return fine(w.two.redeem(w.one.session(**PLAIN)))


def _raced(w: World) -> bool:
    session = w.one.session(**PLAIN)
    racers = [Provider(w.bank, w.one.identity) for _ in range(2)]
    for racer in racers:
        racer.proof_key, racer.browser = w.one.proof_key, Client(w.bank)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda racer: racer.redeem(session), racers))
    return all(fine(each) for each in answers)


def _wrong_code(w: World) -> TestResponse:
    return w.one.token("authorization_code", code="wrong-code-value", redirect_uri="https://x.example/")


def _password(w: World) -> bool:
    person = w.bank.authorization_fixture.customers[0]
    return fine(w.one.token("password", username=person.username, password=person.password))


def _in_query(w: World) -> bool:
    return fine(w.one.post("/oauth/token", {}, query={"grant_type": "client_credentials"}))


def _as_json(w: World) -> bool:
    body = {
        "grant_type": "client_credentials",
        "client_assertion": w.one.assertion(),
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    proof = w.one.proof("POST", "/oauth/token")
    return fine(w.one.browser.post("/oauth/token", base_url=BASE, json=body, headers={"DPoP": proof}))


def _machine(test: Callable[[dict[str, Any]], bool]) -> Callable[[World], bool]:
    return lambda w: test(w.one.token("client_credentials").get_json())


def _expired(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    w.clock.seconds += 400
    return _works(w.one, token)


def _tampered(w: World) -> bool:
    head, body, signature = w.one.tokens(**PLAIN)["access_token"].split(".")
    claims = decoded(f".{body}.") | {"scope": "openid accounts"}
    return _works(w.one, f"{head}.{b64(json.dumps(claims).encode())}.{signature}")


def _codes(w: World) -> bool:
    return weak([w.one.session(**PLAIN).code for _ in range(3)])


def _values(name: str) -> Callable[[World], bool]:
    return lambda w: weak([w.one.tokens(**PLAIN)[name] for _ in range(3)])


def _refreshed(w: World, told: dict[str, Any], **form: Any) -> TestResponse:
    return w.one.token("refresh_token", refresh_token=told["refresh_token"], **form)


def _rotated(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    renewed = _refreshed(w, told).get_json().get("refresh_token", told["refresh_token"])
    return bool(renewed != told["refresh_token"])


def _old_refresh(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    assert fine(_refreshed(w, told))
    w.clock.seconds += 60
    return fine(_refreshed(w, told))


def _family_lives(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    renewed = _refreshed(w, told).get_json()
    w.clock.seconds += 1
    assert not fine(_refreshed(w, told))
    return fine(_refreshed(w, renewed))


def _stolen_refresh(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    return fine(w.two.token("refresh_token", refresh_token=told["refresh_token"]))


def _refreshed_after(seconds: int) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        told = w.one.tokens(**PLAIN)
        w.clock.seconds += seconds
        return fine(_refreshed(w, told))

    return run


def _rescoped(sent: str, asked: str, extra: str) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        answered = _refreshed(w, w.one.tokens(scope=sent), scope=asked)
        return fine(answered) and extra in answered.get_json()["scope"].split()

    return run


def _refreshed_without_consent(w: World) -> bool:
    consent = w.one.consent()
    told = w.one.tokens(consent_id=consent)
    assert fine(w.one.call(f"/account-access-consents/{consent}", w.one.machine_token(), "DELETE"))
    return fine(_refreshed(w, told))


def _same_access(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    return bool(_refreshed(w, told).get_json()["access_token"] == told["access_token"])


def _unbound(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    return _works(w.one, token, scheme="Bearer", proof=None)


def _other_certificate(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    return _works(w.one, token, certificate=w.two.identity.certificate)


def _no_certificate(w: World) -> bool:
    return _works(w.one, w.one.tokens(**PLAIN)["access_token"], certificate=None)


def _proved(**change: Any) -> Callable[[World], bool]:
    """Call a resource with a proof that is changed in this way; numbers are seconds from now."""

    def run(w: World) -> bool:
        token = w.one.tokens(**PLAIN)["access_token"]
        claims: dict[str, Any] = {
            name: w.one.now() + value if isinstance(value, int) else value for name, value in change.items()
        }
        return _works(w.one, token, proof=w.one.proof("GET", "/oauth/userinfo", token, **claims))

    return run


def _token_proof(make: Callable[[Provider], str]) -> Callable[[World], bool]:
    return lambda w: fine(w.one.token("client_credentials", _proof=make(w.one)))


def _other_key(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    return _works(w.one, token, proof=w.one.proof("GET", "/oauth/userinfo", token, key=fresh_key()))


def _forged_proof(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    own = jws.jwk_of(w.one.proof_key.public_key())
    forged = w.one.proof("GET", "/oauth/userinfo", token, {"jwk": own}, fresh_key())
    return _works(w.one, token, proof=forged)


def _rs256_proof(one: Provider) -> str:
    return one.proof("POST", "/oauth/token", header={"alg": "RS256"}, key=rsa_key())


def _unsigned_proof(one: Provider) -> str:
    return one.proof("POST", "/oauth/token", header={"alg": "none"})


def _private_proof(one: Provider) -> str:
    number = one.proof_key.private_numbers().private_value
    jwk = jws.jwk_of(one.proof_key.public_key()) | {"d": b64(number.to_bytes(32))}
    return one.proof("POST", "/oauth/token", header={"jwk": jwk})


def _symmetric_proof(one: Provider) -> str:
    secret = b"0123456789abcdef0123456789abcdef"
    header = {"alg": "HS256", "typ": "dpop+jwt", "jwk": {"kty": "oct", "k": b64(secret)}}
    claims = one.proof("POST", "/oauth/token").split(".")[1]
    return keyed(f"{b64(json.dumps(header).encode())}.{claims}", secret)


def _proof_twice(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    proof = w.one.proof("GET", "/oauth/userinfo", token)
    assert _works(w.one, token, proof=proof)
    return _works(w.one, token, proof=proof)


def _two_headers(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    both = ", ".join(w.one.proof("GET", "/oauth/userinfo", token) for _ in range(2))
    return _works(w.one, token, proof=both)


def _any_nonce(one: Provider) -> str:
    return one.proof("POST", "/oauth/token", nonce="made-up")


def _no_fresh_nonce(w: World) -> bool:
    return "DPoP-Nonce" not in w.one.token("client_credentials").headers


def _other_jkt(w: World) -> bool:
    jkt = jws.thumbprint(fresh_key().public_key())
    return fine(w.one.push(w.one.request(**PLAIN, dpop_jkt=jkt)))


def _code_with_other_key(w: World) -> bool:
    session = w.one.session(**PLAIN)
    return fine(w.one.redeem(session, _proof=w.one.proof("POST", "/oauth/token", key=fresh_key())))


def _upper_case(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    shouted = "HTTPS://BANK.example:443/oauth/userinfo?x=1"
    return not _works(w.one, token, proof=w.one.proof("GET", "/oauth/userinfo", token, htu=shouted))


ATTACKS = (
    Attack(PART, "code_lifetime", 600, _late_code),
    Attack(PART, "code_reuse_allowed", True, _code_twice),
    Attack(PART, "code_reuse_revokes", False, _survives_replay),
    Attack(PART, "code_client_bound", False, _stolen_code),
    Attack(
        PART,
        "code_redirect_uri_bound",
        False,
        lambda w: fine(w.one.redeem(w.one.session(**PLAIN), redirect_uri=w.one.identity.redirect_uris[1])),
    ),
    Attack(PART, "code_redeemed_atomically", False, _raced),
    Attack(PART, "code_entropy", "short", _codes),
    Attack(PART, "password_grant", True, _password),
    Attack(PART, "token_parameters_in_query", True, _in_query),
    Attack(
        PART,
        "token_get_allowed",
        True,
        lambda w: fine(w.one.token("client_credentials", _method="GET")),
    ),
    Attack(PART, "token_media_type_checked", False, _as_json),
    Attack(PART, "client_credentials_refresh_token", True, _machine(lambda told: "refresh_token" in told)),
    Attack(
        PART, "client_credentials_scope_widened", True, _machine(lambda told: "accounts" in told["scope"])
    ),
    Attack(PART, "token_lifetime", DAY, _told(lambda told: told["expires_in"] > 3600)),
    Attack(PART, "token_expiry_checked", False, _expired),
    Attack(PART, "token_expires_in_reported", None, _told(lambda told: "expires_in" not in told)),
    Attack(PART, "token_expires_in_reported", "300", _told(lambda told: isinstance(told["expires_in"], str))),
    Attack(PART, "token_type", "mac", _told(lambda told: told["token_type"] == "mac")),
    Attack(
        PART,
        "token_cache_control",
        "public",
        _answer(lambda answered: "no-store" not in answered.headers["Cache-Control"]),
    ),
    Attack(
        PART, "token_content_type", "text/html", _answer(lambda answered: answered.mimetype == "text/html")
    ),
    Attack(PART, "token_scope_told", False, _told(lambda told: "scope" not in told)),
    Attack(PART, "token_error_status", 200, lambda w: fine(_wrong_code(w))),
    Attack(
        PART,
        "token_error_code",
        "invalid_request",
        lambda w: _wrong_code(w).get_json()["error"] != "invalid_grant",
    ),
    Attack(PART, "token_error_echoes_secret", True, lambda w: "wrong-code-value" in _wrong_code(w).text),
    Attack(PART, "access_token_entropy", "short", _values("access_token")),
    Attack(PART, "access_token_signature_checked", False, _tampered, FAPI1),
    Attack(
        PART,
        "access_token_prefix_compared",
        True,
        lambda w: _works(w.one, w.one.tokens(**PLAIN)["access_token"][:-4]),
    ),
    Attack(PART, "refresh_token_issued", False, _told(lambda told: "refresh_token" not in told)),
    Attack(PART, "refresh_rotation", True, _rotated),
    Attack(PART, "refresh_rotated_grace", 10**9, _old_refresh, also={"refresh_rotation": True}),
    Attack(PART, "refresh_reuse_revokes", False, _family_lives, also={"refresh_rotation": True}),
    Attack(PART, "refresh_client_bound", False, _stolen_refresh),
    Attack(PART, "refresh_lifetime", 365 * DAY, _refreshed_after(60 * DAY)),
    Attack(PART, "refresh_expiry_checked", False, _refreshed_after(31 * DAY)),
    Attack(PART, "refresh_scope_widened", True, _rescoped("openid", "openid accounts", "accounts")),
    Attack(PART, "refresh_scope_narrowed", False, _rescoped("openid accounts", "openid", "accounts")),
    Attack(PART, "refresh_stops_with_consent", False, _refreshed_without_consent),
    Attack(PART, "refresh_same_access_token", True, _same_access),
    Attack(PART, "refresh_token_entropy", "short", _values("refresh_token")),
    Attack(PART, "token_bound", False, _unbound),
    Attack(
        PART, "token_binding_required", False, lambda w: fine(w.one.token("client_credentials", _proof=None))
    ),
    Attack(PART, "token_binding_checked", False, _other_key),
    Attack(PART, "token_binding_checked", False, _other_certificate, "fapi2_private_key_jwt_mtls"),
    Attack(PART, "token_without_proof_accepted", True, _no_certificate, "fapi2_private_key_jwt_mtls"),
    Attack(
        PART,
        "token_without_proof_accepted",
        True,
        lambda w: _works(w.one, w.one.tokens(**PLAIN)["access_token"], proof=None),
    ),
    Attack(PART, "dpop_bearer_scheme_accepted", True, _unbound),
    Attack(PART, "dpop_signature_checked", False, _forged_proof),
    Attack(PART, "dpop_algs", ("ES256", "PS256", "RS256"), _token_proof(_rs256_proof)),
    Attack(PART, "dpop_none_accepted", True, _token_proof(_unsigned_proof)),
    Attack(PART, "dpop_typ_checked", False, _proved(header={"typ": "jwt"})),
    Attack(PART, "dpop_private_jwk_accepted", True, _token_proof(_private_proof)),
    Attack(PART, "dpop_symmetric_jwk_accepted", True, _token_proof(_symmetric_proof)),
    Attack(PART, "dpop_crit_ignored", True, _proved(header={"crit": ["x"], "x": "1"})),
    Attack(
        PART, "dpop_loose_encoding", True, _token_proof(lambda one: one.proof("POST", "/oauth/token") + "=")
    ),
    Attack(PART, "dpop_htm_checked", False, _proved(htm="POST")),
    Attack(PART, "dpop_htu_checked", False, _proved(htu=f"{BASE}/accounts")),
    Attack(PART, "dpop_htu_normalised", False, _upper_case),
    Attack(PART, "dpop_iat_required", False, _proved(iat=NOTHING)),
    Attack(PART, "dpop_iat_past_limit", 10**6, _proved(iat=-3600)),
    Attack(PART, "dpop_iat_future_limit", 10**6, _proved(iat=3600)),
    Attack(PART, "dpop_jti_required", False, _proved(jti=NOTHING)),
    Attack(PART, "dpop_jti_replay_checked", False, _proof_twice),
    Attack(PART, "dpop_ath_required", False, _proved(ath=NOTHING)),
    Attack(PART, "dpop_ath_checked", False, _proved(ath="wrong")),
    Attack(PART, "dpop_several_headers_accepted", True, _two_headers),
    Attack(PART, "dpop_nonce_checked", False, _token_proof(_any_nonce), also={"dpop_nonce_required": True}),
    Attack(PART, "dpop_nonce_sent", False, _no_fresh_nonce, also={"dpop_nonce_required": True}),
    Attack(PART, "dpop_jkt_checked", False, _other_jkt),
    Attack(PART, "dpop_code_bound", False, _code_with_other_key),
    Attack(PART, "dpop_unknown_claims_refused", True, lambda w: not _proved(extra="x")(w)),
)
