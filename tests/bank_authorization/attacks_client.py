"""Attacks on client authentication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from conformance.bank.authorization import jws
from tests.bank_authorization.attack import Attack, fine, fresh_key, hs256, public_pem, rsa_signed
from tests.bank_authorization.provider import BASE, NOTHING, Provider, private_key
from tests.bank_authorization.world import World

MTLS = "fapi2_mtls_mtls"


def _asserted(make: Callable[[Provider], str]) -> Callable[[World], bool]:
    return lambda w: fine(w.one.token("client_credentials", _assertion=make(w.one)))


def _claims(**claims: Any) -> Callable[[World], bool]:
    return lambda w: fine(
        w.one.token(
            "client_credentials",
            _assertion=w.one.assertion(
                **{name: value(w) if callable(value) else value for name, value in claims.items()}
            ),
        )
    )


def _ahead(seconds: int) -> Callable[[World], int]:
    return lambda w: w.one.now() + seconds


def _embedded(one: Provider) -> str:
    key = fresh_key()
    return one.assertion({"kid": NOTHING, "jwk": jws.jwk_of(key.public_key())}, key)


def _of_two(w: World) -> bool:
    two = w.two.identity
    made = w.one.assertion({"kid": two.kid}, private_key(two.key))
    return fine(w.one.token("client_credentials", _assertion=made))


def _replayed(w: World) -> bool:
    made = w.one.assertion()
    assert fine(w.one.token("client_credentials", _assertion=made))
    return fine(w.one.token("client_credentials", _assertion=made))


def _unknown_kid(w: World) -> bool:
    made = w.one.assertion({"kid": "../../etc/passwd"})
    return w.one.token("client_credentials", _assertion=made).status_code == 500


def _without(path: str) -> Callable[[World], bool]:
    return lambda w: fine(w.one.post(path, {"token": "unknown"}, assertion=None))


def _certificate(name: str) -> Callable[[World], bool]:
    return lambda w: fine(
        w.one.token("client_credentials", _certificate=getattr(w.bank.authorization_fixture, name))
    )


def _forged_header(w: World) -> bool:
    headers = {"X-SSL-Client-Cert": quote(w.one.identity.certificate)}
    return fine(w.one.token("client_credentials", _certificate=None, _headers=headers))


def _duplicate(w: World) -> bool:
    return fine(w.one.token("client_credentials", scope=["consents", "consents"]))


ATTACKS = (
    Attack(
        "authorization",
        "assertion_signature_checked",
        False,
        _asserted(lambda p: p.assertion(key=fresh_key())),
    ),
    Attack(
        "authorization",
        "assertion_algs",
        ("ES256", "PS256", "RS256"),
        _asserted(lambda p: p.assertion(**rsa_signed(p))),
    ),
    Attack(
        "authorization", "assertion_none_accepted", True, _asserted(lambda p: p.assertion({"alg": "none"}))
    ),
    Attack(
        "authorization",
        "assertion_hs256_with_public_key",
        True,
        _asserted(lambda p: hs256(p.assertion(), public_pem(p))),
    ),
    Attack("authorization", "assertion_embedded_key_trusted", True, _asserted(_embedded)),
    Attack(
        "authorization",
        "assertion_crit_ignored",
        True,
        _asserted(lambda p: p.assertion({"crit": ["b64x"], "b64x": True})),
    ),
    Attack("authorization", "assertion_loose_encoding", True, _asserted(lambda p: p.assertion() + "=")),
    Attack("authorization", "assertion_loose_encoding", True, _asserted(lambda p: p.assertion() + ".e30")),
    Attack("authorization", "assertion_size_unlimited", True, _claims(filler="x" * 20000)),
    Attack("authorization", "assertion_any_client_key", True, _of_two),
    Attack("authorization", "assertion_aud", "any", _claims(aud="https://other.example")),
    Attack("authorization", "assertion_aud", "prefix", _claims(aud=f"{BASE}.other.example")),
    Attack("authorization", "assertion_aud", "case_insensitive", _claims(aud=BASE.replace("bank", "Bank"))),
    Attack("authorization", "assertion_aud", "issuer_or_endpoint", _claims(aud=f"{BASE}/oauth/token")),
    Attack("authorization", "assertion_aud_array_allowed", True, _claims(aud=[BASE])),
    Attack("authorization", "assertion_exp_required", False, _claims(exp=NOTHING)),
    Attack("authorization", "assertion_exp_checked", False, _claims(exp=_ahead(-300))),
    Attack("authorization", "assertion_exp_limit", 10**7, _claims(exp=_ahead(86400))),
    Attack("authorization", "assertion_nbf_checked", False, _claims(nbf=_ahead(300))),
    Attack("authorization", "assertion_iat_checked", False, _claims(iat=_ahead(300))),
    Attack("authorization", "clock_skew", 600, _claims(nbf=_ahead(300))),
    Attack("authorization", "clock_skew", 0, lambda w: not _claims(nbf=_ahead(8))(w)),
    Attack("authorization", "assertion_iss_checked", False, _claims(iss="somebody")),
    Attack("authorization", "assertion_sub_required", False, _claims(sub=NOTHING)),
    Attack("authorization", "assertion_sub_checked", False, _claims(sub="somebody")),
    Attack("authorization", "assertion_jti_required", False, _claims(jti=NOTHING)),
    Attack("authorization", "assertion_jti_replay_checked", False, _replayed),
    Attack(
        "authorization", "assertion_typ_checked", False, _asserted(lambda p: p.assertion({"typ": "dpop+jwt"}))
    ),
    Attack("authorization", "assertion_unknown_kid_is_500", True, _unknown_kid),
    Attack(
        "authorization",
        "mtls_subject_checked",
        False,
        lambda w: fine(w.one.token("client_credentials", _certificate=w.two.identity.certificate)),
        MTLS,
        {"client_authentication": ("tls_client_auth",)},
    ),
    Attack("authorization", "mtls_chain_checked", False, _certificate("other_certificate"), MTLS),
    Attack("authorization", "mtls_validity_checked", False, _certificate("expired_certificate"), MTLS),
    Attack(
        "authorization",
        "mtls_self_signed_key_checked",
        False,
        _certificate("other_certificate"),
        MTLS,
        {"client_authentication": ("self_signed_tls_client_auth",)},
    ),
    Attack("authorization", "forged_certificate_header_trusted", True, _forged_header, MTLS),
    Attack(
        "authorization",
        "other_method_accepted",
        True,
        lambda w: fine(w.one.token("client_credentials", _assertion=None)),
        "fapi2_private_key_jwt_mtls",
    ),
    Attack(
        "authorization",
        "token_without_authentication",
        True,
        lambda w: fine(w.one.token("client_credentials", _assertion=None)),
    ),
    Attack(
        "authorization",
        "par_without_authentication",
        True,
        lambda w: fine(w.one.push(w.one.request(scope="openid"), assertion=None)),
    ),
    Attack("authorization", "revocation_without_authentication", True, _without("/oauth/revoke")),
    Attack("authorization", "introspection_without_authentication", True, _without("/oauth/introspect")),
    Attack(
        "authorization",
        "client_id_mismatch_accepted",
        True,
        lambda w: fine(w.one.token("client_credentials", client_id="tsp-two")),
    ),
    Attack(
        "authorization",
        "several_authentications_accepted",
        True,
        lambda w: fine(w.one.token("client_credentials", client_secret="x")),
    ),
    Attack(
        "authorization",
        "client_secret_accepted",
        True,
        lambda w: fine(w.one.token("client_credentials", client_secret="x", _assertion=None)),
    ),
    Attack(
        "authorization",
        "invalid_client_status",
        403,
        lambda w: w.one.token("client_credentials", _assertion=None).status_code != 401,
    ),
    Attack("authorization", "duplicate_parameters_accepted", True, _duplicate),
)
