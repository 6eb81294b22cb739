"""Defects of metadata, keys, ID tokens, introspection and revocation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests.bank_authorization.attack import Attack, fine
from tests.bank_authorization.provider import BASE, DAY, decoded
from tests.bank_authorization.world import World

PART = "authorization"
OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
SIGNED = "application/token-introspection+jwt"
PLAIN: dict[str, Any] = {"scope": "openid"}


def _document(test: Callable[[TestResponse], bool]) -> Callable[[World], bool]:
    return lambda w: test(w.one.browser.get(OPENID, base_url=BASE))


def _differs(w: World) -> bool:
    both = [w.one.browser.get(path, base_url=BASE).get_json() for path in (OPENID, OAUTH)]
    return bool(both[0] != both[1])


def _keys(w: World) -> list[dict[str, Any]]:
    answered: list[dict[str, Any]] = w.one.browser.get("/oauth/jwks", base_url=BASE).get_json()["keys"]
    return answered


def _set(test: Callable[[list[dict[str, Any]]], bool]) -> Callable[[World], bool]:
    return lambda w: test(_keys(w))


def _forgotten(w: World) -> bool:
    before = {key["kid"] for key in _keys(w)[:1]}
    w.clock.seconds += DAY
    return not before <= {key["kid"] for key in _keys(w)}


def _short(key: dict[str, Any]) -> bool:
    return key["kty"] == "RSA" and len(key["n"]) < 340


def _introspected(w: World, token: str, **options: Any) -> TestResponse:
    return w.one.post("/oauth/introspect", {"token": token}, **options)


def _after_revocation(test: Callable[[World, str], bool]) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        token = w.one.tokens(**PLAIN)["access_token"]
        assert fine(w.one.post("/oauth/revoke", {"token": token}))
        return test(w, token)

    return run


def _works(w: World, token: str) -> bool:
    return fine(w.one.call("/oauth/userinfo", token))


def _active(w: World, token: str) -> bool:
    told: bool = _introspected(w, token).get_json()["active"]
    return told


def _detailed(w: World, token: str) -> bool:
    return "scope" in _introspected(w, token).get_json()


def _revoked_by_two(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    w.two.post("/oauth/revoke", {"token": token})
    return not _works(w, token)


def _seen_by_two(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    told: bool = w.two.post("/oauth/introspect", {"token": token}).get_json()["active"]
    return told


def _outlives_refresh(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    assert fine(w.one.post("/oauth/revoke", {"token": told["refresh_token"]}))
    return _works(w, told["access_token"])


def _active_when_expired(w: World) -> bool:
    token = w.one.tokens(**PLAIN)["access_token"]
    w.clock.seconds += 400
    return _active(w, token)


def _signed(test: Callable[[str], bool]) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        token = w.one.tokens(**PLAIN)["access_token"]
        return test(_introspected(w, token, headers={"Accept": SIGNED}).text)

    return run


def _header(token: str) -> dict[str, Any]:
    return decoded(f".{token.split('.')[0]}.")


def _claims(test: Callable[[dict[str, Any], World], bool]) -> Callable[[World], bool]:
    return lambda w: test(decoded(w.one.tokens(**PLAIN)["id_token"]), w)


def _zeros(w: World) -> bool:
    token: str = w.one.tokens(**PLAIN)["id_token"]
    return token.endswith("A" * 80)


def _without_openid(w: World) -> bool:
    return "id_token" in w.one.tokens(scope="accounts")


def _userinfo_sub(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    shown = w.one.call("/oauth/userinfo", told["access_token"]).get_json()
    return bool(shown.get("sub") != decoded(told["id_token"])["sub"])


def _refreshed_sub(w: World) -> bool:
    told = w.one.tokens(**PLAIN)
    renewed = w.one.token("refresh_token", refresh_token=told["refresh_token"]).get_json()
    return bool(decoded(renewed["id_token"])["sub"] != decoded(told["id_token"])["sub"])


ATTACKS = (
    Attack(
        PART,
        "metadata_omits",
        ("jwks_uri",),
        _document(lambda answered: "jwks_uri" not in answered.get_json()),
    ),
    Attack(
        PART,
        "metadata_replaces",
        (("issuer", f"{BASE}/"),),
        _document(lambda answered: bool(answered.get_json()["issuer"] != BASE)),
    ),
    Attack(PART, "oauth_metadata_differs", True, _differs),
    Attack(
        PART,
        "metadata_media_type",
        "text/plain",
        _document(lambda answered: answered.mimetype != "application/json"),
    ),
    Attack(PART, "metadata_status", 203, _document(lambda answered: answered.status_code != 200)),
    Attack(PART, "jwks_private_member", True, _set(lambda keys: any("d" in key for key in keys))),
    Attack(PART, "jwks_symmetric_key", True, _set(lambda keys: any(key["kty"] == "oct" for key in keys))),
    Attack(PART, "jwks_weak_key", True, _set(lambda keys: any(map(_short, keys)))),
    Attack(PART, "jwks_kid_missing", True, _set(lambda keys: any("kid" not in key for key in keys))),
    Attack(
        PART,
        "jwks_kid_duplicated",
        True,
        _set(lambda keys: len({key["kid"] for key in keys}) < len(keys)),
    ),
    Attack(
        PART,
        "jwks_malformed_key",
        True,
        _set(lambda keys: any(key["kty"] == "EC" and "x" not in key for key in keys)),
    ),
    Attack(PART, "jwks_unknown_key_type", True, _set(lambda keys: any(key["kty"] == "XYZ" for key in keys))),
    Attack(PART, "jwks_old_key_dropped", True, _forgotten),
    Attack(PART, "revocation_effective", False, _after_revocation(_works)),
    Attack(PART, "revoked_token_accepted", True, _after_revocation(_works)),
    Attack(PART, "revocation_client_bound", False, _revoked_by_two),
    Attack(
        PART,
        "revocation_unknown_is_error",
        True,
        lambda w: not fine(w.one.post("/oauth/revoke", {"token": "unknown"})),
    ),
    Attack(PART, "revocation_of_refresh_ends_grant", False, _outlives_refresh),
    Attack(PART, "introspection_client_bound", False, _seen_by_two),
    Attack(PART, "introspection_revoked_active", True, _after_revocation(_active)),
    Attack(PART, "introspection_expired_active", True, _active_when_expired),
    Attack(PART, "introspection_inactive_detailed", True, _after_revocation(_detailed)),
    Attack(PART, "introspection_signed", False, _signed(lambda text: text.endswith("."))),
    Attack(
        PART,
        "introspection_typ",
        "JWT",
        _signed(lambda text: bool(_header(text)["typ"] != "token-introspection+jwt")),
    ),
    Attack(
        PART, "introspection_aud_right", False, _signed(lambda text: bool(decoded(text)["aud"] != "tsp-one"))
    ),
    Attack(PART, "id_token_signature_valid", False, _zeros),
    Attack(
        PART,
        "id_token_kid",
        False,
        lambda w: "kid" not in _header(w.one.tokens(**PLAIN)["id_token"]),
    ),
    Attack(PART, "id_token_iss", "wrong", _claims(lambda told, _: bool(told["iss"] != BASE))),
    Attack(PART, "id_token_aud", "wrong", _claims(lambda told, _: bool(told["aud"] != "tsp-one"))),
    Attack(PART, "id_token_sub", "absent", _claims(lambda told, _: "sub" not in told)),
    Attack(PART, "id_token_lifetime", None, _claims(lambda told, _: "exp" not in told)),
    Attack(PART, "id_token_lifetime", -60, _claims(lambda told, w: bool(told["exp"] < w.clock.seconds))),
    Attack(PART, "id_token_iat_offset", 3600, _claims(lambda told, w: bool(told["iat"] > w.clock.seconds))),
    Attack(PART, "id_token_auth_time", False, _claims(lambda told, _: "auth_time" not in told)),
    Attack(PART, "id_token_acr", False, _claims(lambda told, _: "acr" not in told)),
    Attack(PART, "id_token_hashes", "absent", _claims(lambda told, _: "at_hash" not in told)),
    Attack(PART, "id_token_personal_data", True, _claims(lambda told, _: "hkid" in told)),
    Attack(PART, "id_token_without_openid", True, _without_openid),
    Attack(PART, "userinfo_sub", "wrong", _userinfo_sub),
    Attack(PART, "refreshed_id_token_sub", "wrong", _refreshed_sub),
)
