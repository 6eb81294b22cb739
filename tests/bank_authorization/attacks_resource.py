"""Attacks on protected resources, on registration and on backchannel authentication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from joserfc import jwe
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from conformance.bank.authorization import jws
from conformance.bank.authorization.fixture import Identity
from tests.bank_authorization.attack import Attack, fine, fresh_key, rsa_key, weak
from tests.bank_authorization.provider import BASE, NOTHING, Provider, private_key
from tests.bank_authorization.world import World

PART = "authorization"
INFO = "/oauth/userinfo"
PLAIN: dict[str, Any] = {"scope": "openid"}
UUID = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a"
GRANT = "urn:openid:params:grant-type:ciba"
CIBA = {"ciba": True}


def _token(w: World) -> str:
    value: str = w.one.tokens(**PLAIN)["access_token"]
    return value


def _in_query(w: World) -> bool:
    token = _token(w)
    proof = w.one.proof("GET", INFO, token)
    return fine(w.one.call(INFO, None, proof=proof, query_string={"access_token": token}))


def _in_form(w: World) -> bool:
    token = _token(w)
    proof = w.one.proof("POST", INFO, token)
    return fine(w.one.call(INFO, None, "POST", proof=proof, data={"access_token": token}))


def _made_up(w: World) -> bool:
    _token(w)
    return fine(w.one.call(INFO, "made-up-token"))


def _refusal(test: Callable[[TestResponse], bool], token: str | None = "made-up") -> Callable[[World], bool]:
    return lambda w: test(w.one.call(INFO, token))


def _for_another_resource(w: World) -> bool:
    token = w.one.tokens(scope="openid accounts", resource=f"{BASE}/oauth/userinfo")["access_token"]
    return fine(w.one.call("/accounts", token))


def _interaction(w: World) -> bool:
    answered = w.one.call(INFO, _token(w), headers={"x-fapi-interaction-id": UUID})
    return answered.headers.get("x-fapi-interaction-id") != UUID


def _metadata(**over: Any) -> dict[str, Any]:
    key = jws.jwk_of(fresh_key().public_key()) | {"use": "sig", "kid": "new"}
    base = {
        "redirect_uris": ["https://new.example/callback"],
        "jwks": {"keys": [key]},
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["authorization_code", "client_credentials"],
        "scope": "openid consents",
    }
    return {name: value for name, value in {**base, **over}.items() if value is not NOTHING}


def register(w: World, token: str | None = None, **over: Any) -> TestResponse:
    """Register a client with these metadata."""
    used = w.bank.authorization_fixture.registration_token if token is None else token
    return w.one.browser.post(
        "/oauth/register",
        base_url=BASE,
        json=_metadata(**over),
        headers={"Authorization": f"Bearer {used}"},
    )


def _registered(**over: Any) -> Callable[[World], bool]:
    return lambda w: fine(register(w, **over))


def _key(public: Any, **members: Any) -> dict[str, Any]:
    return {"keys": [{**jws.jwk_of(public), "use": "sig", "kid": "new", **members}]}


def _statement(w: World) -> bool:
    claims = {"redirect_uris": ["https://forged.example/callback"]}
    forged = jws.sign(claims, fresh_key(), {"alg": "ES256"})
    return fine(register(w, software_statement=forged))


def _read_with_wrong_token(w: World) -> bool:
    client_id = register(w).get_json()["client_id"]
    headers = {"Authorization": "Bearer wrong"}
    return fine(w.one.browser.get(f"/oauth/register/{client_id}", base_url=BASE, headers=headers))


def _lives_on(w: World) -> bool:
    told = register(w).get_json()
    headers = {"Authorization": f"Bearer {told['registration_access_token']}"}
    place = f"/oauth/register/{told['client_id']}"
    assert fine(w.one.browser.delete(place, base_url=BASE, headers=headers))
    return fine(w.one.browser.get(place, base_url=BASE, headers=headers))


def new_client(w: World, **over: Any) -> Provider:
    """Register a client and give its TSP."""
    key = fresh_key()
    jwks = over.pop("keys", [])
    signing = {**jws.jwk_of(key.public_key()), "use": "sig", "kid": "new"}
    told = register(w, jwks={"keys": [signing, *jwks]}, **over).get_json()
    one = w.one.identity
    return Provider(
        w.bank,
        Identity(
            client_id=told["client_id"],
            name="new",
            authentication="private_key_jwt",
            redirect_uris=("https://new.example/callback",),
            kid="new",
            key=_pem(key),
            rsa_kid="",
            rsa_key=one.rsa_key,
            certificate=one.certificate,
            certificate_key=one.certificate_key,
            subject="",
            jwks={},
        ),
    )


def _pem(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def encrypted_id_token(w: World) -> tuple[str, str]:
    """Give an ID token made for a client with an encryption key, and what it opens to."""
    key = private_key(w.one.identity.rsa_key)
    encryption = {**jws.jwk_of(key.public_key()), "use": "enc", "kid": "enc"}
    tsp = new_client(w, keys=[encryption], id_token_encrypted_response_alg="RSA-OAEP-256")
    token = tsp.tokens(**PLAIN)["id_token"]
    if token.count(".") != 4:
        return token, token
    opened = jwe.decrypt_compact(
        token, RSAKey.import_key(w.one.identity.rsa_key), algorithms=["RSA-OAEP-256", "A256GCM"]
    )
    return token, (opened.plaintext or b"").decode()


def begin(w: World, **over: Any) -> TestResponse:
    """Start a backchannel authentication."""
    form = {"scope": "openid", "login_hint": "taiman.chan", "binding_message": "T-1", **over}
    return w.one.post("/oauth/backchannel", form, proof=None)


def approve_on_device(w: World, decision: str = "approve", message: str = "T-1") -> TestResponse:
    """Decide on the customer's own device."""
    person = w.bank.authorization_fixture.customers[0]
    form = {
        "username": person.username,
        "password": person.password,
        "binding_message": message,
        "decision": decision,
    }
    return w.one.browser.post("/oauth/device", base_url=BASE, data=form)


def poll(provider: Provider, auth_req_id: str) -> TestResponse:
    """Ask for the tokens."""
    return provider.token(GRANT, auth_req_id=auth_req_id)


def _begun(w: World, **over: Any) -> str:
    value: str = begin(w, **over).get_json()["auth_req_id"]
    return value


def _hurried(w: World) -> bool:
    value = _begun(w)
    poll(w.one, value)
    return bool(poll(w.one, value).get_json()["error"] != "slow_down")


def _polled_by_two(w: World) -> bool:
    value = _begun(w)
    approve_on_device(w)
    return fine(poll(w.two, value))


def _polled_twice(w: World) -> bool:
    value = _begun(w)
    approve_on_device(w)
    assert fine(poll(w.one, value))
    return fine(poll(w.one, value))


def _polled_late(w: World) -> bool:
    value = _begun(w)
    approve_on_device(w)
    w.clock.seconds += 200
    return fine(poll(w.one, value))


def _request_claim(w: World) -> bool:
    from tests.bank_authorization.provider import decoded

    value = _begun(w)
    approve_on_device(w)
    return "urn:openid:params:jwt:claim:auth_req_id" not in decoded(poll(w.one, value).get_json()["id_token"])


def _ciba(name: str, value: Any, run: Callable[[World], bool]) -> Attack:
    return Attack(PART, name, value, run, also=CIBA)


ATTACKS = (
    Attack(PART, "bearer_in_query_accepted", True, _in_query),
    Attack(PART, "bearer_in_form_accepted", True, _in_form),
    Attack(
        PART,
        "scheme_case_sensitive",
        True,
        lambda w: not fine(w.one.call(INFO, _token(w), scheme="dPOP")),
    ),
    Attack(PART, "any_token_accepted", True, _made_up),
    Attack(PART, "scope_checked", False, lambda w: fine(w.one.call("/account-access-consents", _token(w)))),
    Attack(PART, "audience_checked", False, _for_another_resource),
    Attack(PART, "www_authenticate", False, _refusal(lambda shown: "WWW-Authenticate" not in shown.headers)),
    Attack(
        PART,
        "www_authenticate_error",
        False,
        _refusal(lambda shown: "invalid_token" not in shown.headers["WWW-Authenticate"]),
    ),
    Attack(PART, "unauthorised_status", 403, _refusal(lambda shown: shown.status_code != 401)),
    Attack(
        PART,
        "forbidden_status",
        401,
        lambda w: w.one.call("/account-access-consents", _token(w)).status_code != 403,
    ),
    Attack(PART, "interaction_id", "absent", _interaction),
    Attack(PART, "interaction_id", "fresh", _interaction),
    Attack(PART, "token_echoed_in_error", True, _refusal(lambda shown: "made-up" in shown.text)),
    Attack(PART, "registration_token_required", False, lambda w: fine(register(w, ""))),
    Attack(
        PART, "registration_none_accepted", True, _registered(token_endpoint_auth_method="none", jwks=NOTHING)
    ),
    Attack(
        PART,
        "registration_secret_accepted",
        True,
        _registered(token_endpoint_auth_method="client_secret_basic", jwks=NOTHING),
    ),
    Attack(
        PART,
        "registration_weak_key_accepted",
        True,
        lambda w: fine(register(w, jwks=_key(rsa_key(1024).public_key()))),
    ),
    Attack(
        PART,
        "registration_private_key_accepted",
        True,
        lambda w: fine(register(w, jwks=_key(fresh_key().public_key(), d="AAAA"))),
    ),
    Attack(PART, "registration_rs256_accepted", True, _registered(token_endpoint_auth_signing_alg="RS256")),
    Attack(
        PART,
        "registration_http_redirect_accepted",
        True,
        _registered(redirect_uris=["http://new.example/callback"]),
    ),
    Attack(
        PART,
        "registration_fragment_redirect_accepted",
        True,
        _registered(redirect_uris=["https://new.example/callback#x"]),
    ),
    Attack(
        PART,
        "registration_loopback_redirect_accepted",
        True,
        _registered(redirect_uris=["https://localhost/callback"]),
    ),
    Attack(
        PART,
        "registration_custom_scheme_accepted",
        True,
        _registered(redirect_uris=["com.example.app:/callback"]),
    ),
    Attack(
        PART,
        "registration_scope_unbounded",
        True,
        lambda w: "accounts" in register(w).get_json()["scope"],
    ),
    Attack(
        PART,
        "registration_client_id_honoured",
        True,
        lambda w: bool(register(w, client_id="customer-1").get_json()["client_id"] == "customer-1"),
    ),
    Attack(PART, "registration_statement_checked", False, _statement),
    Attack(PART, "registration_management_token_checked", False, _read_with_wrong_token),
    Attack(PART, "registration_deletion_effective", False, _lives_on),
    Attack(PART, "registration_status", 200, lambda w: register(w).status_code != 201),
    Attack(PART, "id_token_encrypted", False, lambda w: encrypted_id_token(w)[0].count(".") == 2),
    _ciba("ciba_interval", 0, lambda w: bool(begin(w).get_json()["interval"] < 1)),
    _ciba("ciba_lifetime", 10**6, lambda w: bool(begin(w).get_json()["expires_in"] > 3600)),
    _ciba("ciba_slow_down", False, _hurried),
    _ciba("ciba_client_bound", False, _polled_by_two),
    _ciba("ciba_single_use", False, _polled_twice),
    _ciba("ciba_expiry_checked", False, _polled_late),
    _ciba("ciba_waits_for_customer", False, lambda w: fine(poll(w.one, _begun(w)))),
    _ciba("ciba_binding_message_required", False, lambda w: fine(begin(w, binding_message=None))),
    _ciba("ciba_unknown_customer_refused", False, lambda w: fine(begin(w, login_hint="nobody"))),
    _ciba("ciba_id_token_request_claim", "absent", _request_claim),
    _ciba("ciba_entropy", "short", lambda w: weak([_begun(w, binding_message=f"T{n}") for n in range(3)])),
)
