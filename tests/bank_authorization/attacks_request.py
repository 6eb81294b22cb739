"""Attacks on the authorization request: PAR, redirect URI, request objects, PKCE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.bank.authorization import jws
from tests.bank_authorization.attack import (
    Attack,
    fine,
    form_shown,
    fresh_key,
    hs256,
    public_pem,
    rsa_signed,
    weak,
)
from tests.bank_authorization.provider import NOTHING, Provider, challenge, decoded, parameters, private_key
from tests.bank_authorization.world import World

FAPI1 = "fapi1_advanced_jarm"
BY_VALUE = {"par_required": False}


def _pushed(**over: Any) -> Callable[[World], bool]:
    return lambda w: fine(w.one.push(w.one.request(**{"scope": "openid", **over})))


def _refused(**over: Any) -> Callable[[World], bool]:
    return lambda w: not _pushed(**over)(w)


def _uri(w: World, **over: Any) -> str:
    answered = w.one.push(w.one.request(**{"scope": "openid", **over}))
    value: str = answered.get_json()["request_uri"]
    return value


def _used_again(w: World) -> bool:
    uri = _uri(w)
    w.one.approve(w.one.open(client_id="tsp-one", request_uri=uri))
    return form_shown(w.one.open(client_id="tsp-one", request_uri=uri))


def _loaded_twice(w: World) -> bool:
    uri = _uri(w)
    assert form_shown(w.one.open(client_id="tsp-one", request_uri=uri))
    return not form_shown(w.one.open(client_id="tsp-one", request_uri=uri))


def _late(w: World) -> bool:
    uri = _uri(w)
    w.clock.seconds += 100
    return form_shown(w.one.open(client_id="tsp-one", request_uri=uri))


def _lives_long(w: World) -> bool:
    told: int = w.one.push(w.one.request(scope="openid")).get_json()["expires_in"]
    return told >= 600


def _error_elsewhere(w: World) -> bool:
    asked = w.one.request(scope="openid", redirect_uri="https://elsewhere.example/")
    return "elsewhere" in w.one.open(**asked).headers.get("Location", "")


def _followed(w: World) -> bool:
    page = w.one.start(w.one.request(scope="openid"))
    person = w.bank.authorization_fixture.customers[0]
    answered = w.one.submit(
        page,
        username=person.username,
        password=person.password,
        action="login",
        next="https://elsewhere.example/",
    )
    return "elsewhere" in answered.headers.get("Location", "")


def _state(sent: str | None) -> Callable[[World], bool]:
    return lambda w: w.one.session(scope="openid", state=sent).given.get("state") != sent


def _nonce(w: World) -> bool:
    return decoded(w.one.tokens(scope="openid", nonce="N" * 64)["id_token"]).get("nonce") != "N" * 64


def _outside(inside: str | None) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        page = w.one.start(w.one.request(scope="openid", state=inside), state="outside")
        return parameters(w.one.approve(page)).get("state") == "outside"

    return run


def _granted(scope: str, extra: str) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        answered = w.one.push(w.one.request(scope=scope))
        if not fine(answered):
            return False
        page = w.one.open(client_id="tsp-one", request_uri=answered.get_json()["request_uri"])
        code = parameters(w.one.approve(page))["code"]
        told = w.one.token(
            "authorization_code",
            code=code,
            redirect_uri=w.one.identity.redirect_uri,
            code_verifier=w.one.verifier,
        )
        return extra in told.get_json()["scope"].split()

    return run


def _foreign_consent(w: World) -> bool:
    asked = w.one.request(consent_id=w.two.consent())
    return fine(w.one.push(asked))


def _silent(w: World) -> bool:
    page = w.one.start(w.one.request(scope="openid", prompt="none"))
    return "code" in parameters(page)


def _front_token(w: World) -> bool:
    session = w.one.session(scope="openid", response_type="token")
    return "access_token" in session.given


def _object(make: Callable[[Provider, dict[str, Any]], str], **over: Any) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        asked = w.one.request(scope="openid", **over)
        return form_shown(w.one.open(client_id="tsp-one", request=make(w.one, asked)))

    return run


def _claims(**claims: Any) -> Callable[[World], bool]:
    def make(one: Provider, asked: dict[str, Any]) -> str:
        now = one.now()
        told: dict[str, Any] = {
            name: now + value if isinstance(value, int) else value for name, value in claims.items()
        }
        return one.request_object(asked, **told)

    return _object(make)


def _embedded(one: Provider, asked: dict[str, Any]) -> str:
    key = fresh_key()
    return one.request_object(asked, {"kid": NOTHING, "jwk": jws.jwk_of(key.public_key())}, key)


def _of_two(w: World) -> bool:
    two = w.two.identity
    made = w.one.request_object(w.one.request(scope="openid"), {"kid": two.kid}, private_key(two.key))
    return form_shown(w.one.open(client_id="tsp-one", request=made))


def _nested(w: World) -> bool:
    made = w.one.request_object({**w.one.request(scope="openid"), "request_uri": "https://tsp.example/r"})
    return fine(w.one.push({"request": made}))


def _redeemed(sent: dict[str, Any], **over: Any) -> Callable[[World], bool]:
    return lambda w: fine(w.one.redeem(w.one.session(scope="openid", **sent), **over))


def _uris(w: World) -> bool:
    return weak([_uri(w).rpartition(":")[2] for _ in range(4)])


_LOOKALIKES = (
    ("prefix", "https://tsp-one.example/callback.other"),
    ("suffix", "https://other.example/?tsp-one.example/callback"),
    ("host", "https://tsp-one.example/elsewhere"),
    ("subdomain", "https://other.tsp-one.example/callback"),
    ("case_insensitive", "https://tsp-one.example/CALLBACK"),
    ("ignore_scheme", "http://tsp-one.example/callback"),
    ("ignore_port", "https://tsp-one.example:8443/callback"),
    ("ignore_query", "https://tsp-one.example/callback?next=x"),
    ("ignore_fragment", "https://tsp-one.example/callback#x"),
    ("ignore_trailing_slash", "https://tsp-one.example/callback/"),
    ("ignore_userinfo", "https://other.example@tsp-one.example/callback"),
    ("normalised", "https://tsp-one.example/a/%2e%2e/callback"),
    ("any", "https://other.example/"),
)

ATTACKS = (
    *(
        Attack("authorization", "redirect_uri_match", match, _pushed(redirect_uri=uri))
        for match, uri in _LOOKALIKES
    ),
    Attack(
        "authorization",
        "par_required",
        False,
        lambda w: form_shown(w.one.open(**w.one.request(scope="openid"))),
    ),
    Attack("authorization", "par_single_use", False, _used_again),
    Attack("authorization", "par_consumed_at_load", True, _loaded_twice),
    Attack("authorization", "par_lifetime", 3600, _lives_long),
    Attack("authorization", "par_expiry_checked", False, _late),
    Attack("authorization", "par_expires_in_reported", 600, _lives_long),
    Attack(
        "authorization",
        "par_client_bound",
        False,
        lambda w: form_shown(w.two.open(client_id="tsp-two", request_uri=_uri(w))),
    ),
    Attack(
        "authorization", "par_request_uri_accepted", True, _pushed(request_uri="https://tsp-one.example/r")
    ),
    Attack(
        "authorization",
        "par_get_allowed",
        True,
        lambda w: fine(w.one.push(w.one.request(scope="openid"), method="GET")),
    ),
    Attack(
        "authorization",
        "par_status",
        200,
        lambda w: w.one.push(w.one.request(scope="openid")).status_code != 201,
    ),
    Attack(
        "authorization",
        "par_error_status",
        500,
        lambda w: w.one.push(w.one.request(scope="unknown")).status_code != 400,
    ),
    Attack("authorization", "request_uri_entropy", "short", _uris),
    Attack("authorization", "request_uri_entropy", "sequential", _uris),
    Attack("authorization", "request_uri_entropy", "prefixed", _uris),
    Attack("authorization", "redirect_uri_required", False, _pushed(redirect_uri=None)),
    Attack("authorization", "redirects_errors_anywhere", True, _error_elsewhere, also=BY_VALUE),
    Attack(
        "authorization",
        "errors_redirect_before_login",
        True,
        lambda w: w.one.open(**w.one.request(scope="openid", response_type="token")).status_code == 303,
        also=BY_VALUE,
    ),
    Attack("authorization", "open_redirect_parameter", True, _followed),
    Attack("authorization", "state", "truncated", _state("s" * 128)),
    Attack("authorization", "state", "dropped", _state("s")),
    Attack("authorization", "state", "lowered", _state("StAtE")),
    Attack("authorization", "state", "invented", _state(None)),
    Attack("authorization", "state_limit", 100, _refused(state="s" * 1000)),
    Attack(
        "authorization",
        "state_required",
        True,
        _refused(scope="services", state=None),
        also={"consent_required": False},
    ),
    Attack(
        "authorization",
        "nonce",
        "truncated",
        lambda w: decoded(w.one.tokens(scope="openid", nonce="N" * 65)["id_token"])["nonce"] != "N" * 65,
    ),
    Attack("authorization", "nonce", "dropped", _nonce),
    Attack("authorization", "nonce", "lowered", _nonce),
    Attack("authorization", "nonce_required", True, _refused(nonce=None)),
    Attack("authorization", "outside_parameters_override", True, _outside("inside")),
    Attack("authorization", "outside_parameters_fill", True, _outside(None)),
    Attack("authorization", "unknown_parameters_refused", True, _refused(unheard_of="1")),
    Attack(
        "authorization",
        "scope_order_matters",
        True,
        _refused(scope="services openid"),
        also={"consent_required": False},
    ),
    Attack("authorization", "unknown_scope", "granted", _granted("openid admin", "admin")),
    Attack("authorization", "unknown_scope", "dropped", _pushed(scope="openid admin")),
    Attack("authorization", "scope_widened", True, _granted("openid", "accounts")),
    Attack("authorization", "resource_checked", False, _pushed(resource="https://other.example/")),
    Attack("authorization", "consent_client_bound", False, _foreign_consent),
    Attack("authorization", "consent_required", False, _pushed(scope="accounts", consent_id=None)),
    Attack("authorization", "prompt_none_needs_session", False, _silent),
    Attack("authorization", "response_types", ("code", "token"), _front_token),
    Attack(
        "authorization",
        "request_object_required",
        False,
        lambda w: form_shown(w.one.open(**w.one.request(scope="openid"))),
        FAPI1,
    ),
    Attack(
        "authorization",
        "request_object_signature_checked",
        False,
        _object(lambda p, a: p.request_object(a, key=fresh_key())),
        FAPI1,
    ),
    Attack(
        "authorization",
        "request_object_algs",
        ("ES256", "PS256", "RS256"),
        _object(lambda p, a: p.request_object(a, **rsa_signed(p))),
        FAPI1,
    ),
    Attack(
        "authorization",
        "request_object_none_accepted",
        True,
        _object(lambda p, a: p.request_object(a, {"alg": "none"})),
        FAPI1,
    ),
    Attack(
        "authorization",
        "request_object_hs256_with_public_key",
        True,
        _object(lambda p, a: hs256(p.request_object(a), public_pem(p))),
        FAPI1,
    ),
    Attack("authorization", "request_object_embedded_key_trusted", True, _object(_embedded), FAPI1),
    Attack(
        "authorization",
        "request_object_crit_ignored",
        True,
        _object(lambda p, a: p.request_object(a, {"crit": ["x"], "x": 1})),
        FAPI1,
    ),
    Attack("authorization", "request_object_any_client_key", True, _of_two, FAPI1),
    Attack("authorization", "request_object_aud_checked", False, _claims(aud="https://other.example"), FAPI1),
    Attack("authorization", "request_object_iss_checked", False, _claims(iss="tsp-two"), FAPI1),
    Attack("authorization", "request_object_client_id_checked", False, _claims(client_id="tsp-two"), FAPI1),
    Attack(
        "authorization",
        "request_object_typ_checked",
        False,
        _object(lambda p, a: p.request_object(a, {"typ": "dpop+jwt"})),
        FAPI1,
    ),
    Attack("authorization", "request_object_exp_required", False, _claims(exp=NOTHING), FAPI1),
    Attack("authorization", "request_object_exp_checked", False, _claims(nbf=-600, exp=-300), FAPI1),
    Attack("authorization", "request_object_nbf_required", False, _claims(nbf=NOTHING), FAPI1),
    Attack("authorization", "request_object_nbf_checked", False, _claims(nbf=300, exp=600), FAPI1),
    Attack("authorization", "request_object_lifetime_limit", 10**6, _claims(nbf=0, exp=4200), FAPI1),
    Attack("authorization", "request_object_lifetime_limit", 10**6, _claims(nbf=-4200, exp=60), FAPI1),
    Attack("authorization", "request_object_request_uri_accepted", True, _nested, FAPI1),
    Attack(
        "authorization",
        "pkce_required",
        False,
        _pushed(code_challenge=None, code_challenge_method=None),
    ),
    Attack("authorization", "pkce_plain_allowed", True, _pushed(code_challenge_method="plain")),
    Attack("authorization", "pkce_challenge_format_checked", False, _pushed(code_challenge="short")),
    Attack("authorization", "pkce_verifier_required", False, _redeemed({}, code_verifier=None)),
    Attack("authorization", "pkce_verifier_checked", False, _redeemed({}, code_verifier="v" * 43)),
    Attack(
        "authorization",
        "pkce_verifier_format_checked",
        False,
        _redeemed({"code_challenge": challenge("short")}, code_verifier="short"),
    ),
    Attack(
        "authorization",
        "pkce_verifier_without_challenge_accepted",
        True,
        _redeemed({"code_challenge": None, "code_challenge_method": None}, code_verifier="v" * 43),
        "openid",
    ),
)
