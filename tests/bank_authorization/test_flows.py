"""The conformant servers, one by one: what a right TSP gets from each."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from conformance.bank.authorization.presets import PRESETS, preset
from conformance.bank.policy import Policy
from tests.bank_authorization.attack import fine, form_shown
from tests.bank_authorization.attacks_resource import (
    register,
)
from tests.bank_authorization.provider import BASE, DAY, Provider, decoded, parameters
from tests.bank_authorization.world import World, world

UUID = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a"


@pytest.fixture(params=PRESETS)
def bank(request: pytest.FixtureRequest) -> World:
    return world(preset=preset(request.param))


def metadata(w: World) -> dict[str, Any]:
    told: dict[str, Any] = w.one.browser.get(
        "/.well-known/oauth-authorization-server", base_url=BASE
    ).get_json()
    return told


def test_a_customer_shares_accounts_with_both_providers(bank: World) -> None:
    for provider, customer, count in ((bank.one, 0, 4), (bank.two, 1, 2), (bank.one, 2, 0)):
        told = provider.tokens(customer)
        answered = provider.call("/accounts", told["access_token"])
        assert answered.status_code == 200
        assert answered.get_json()["meta"]["total"] == count
        assert set(told["scope"].split()) == set(provider.request()["scope"].split())


def test_the_token_type_and_the_confirmation_are_those_of_the_profile(bank: World) -> None:
    told = bank.one.tokens()
    shown = bank.one.post("/oauth/introspect", {"token": told["access_token"]}).get_json()
    constraint = bank.one.policy.sender_constraint
    assert told["token_type"] == ("DPoP" if constraint == "dpop" else "Bearer")
    assert list(shown.get("cnf", {})) == {"dpop": ["jkt"], "mtls": ["x5t#S256"], "none": []}[constraint]


def test_the_metadata_are_true_of_the_bank(bank: World) -> None:
    told, policy = metadata(bank), bank.one.policy
    assert told["issuer"] == BASE
    assert told["token_endpoint_auth_methods_supported"] == list(policy.client_authentication)
    assert told["require_pushed_authorization_requests"] == policy.par_required
    assert ("dpop_signing_alg_values_supported" in told) == (policy.sender_constraint == "dpop")
    bound = told.get("tls_client_certificate_bound_access_tokens", False)
    assert bound == (policy.sender_constraint == "mtls") == ("mtls_endpoint_aliases" in told)
    for name in told:
        if name.endswith("_endpoint"):
            path = told[name].removeprefix(BASE)
            assert bank.one.browser.options(path, base_url=BASE).status_code == 204, name


def test_both_documents_agree_where_openid_is_spoken(bank: World) -> None:
    answered = bank.one.browser.get("/.well-known/openid-configuration", base_url=BASE)
    if "openid" in bank.one.policy.scopes:
        assert answered.get_json() == metadata(bank)
    else:
        assert answered.status_code == 404


def test_the_id_token_holds_by_the_published_keys(bank: World) -> None:
    session = bank.one.session()
    told = bank.one.redeem(session).get_json()
    if "openid" not in bank.one.policy.scopes:
        assert "id_token" not in told
        return
    token = told["id_token"]
    keys = jwt.PyJWKSet.from_dict(bank.one.browser.get("/oauth/jwks", base_url=BASE).get_json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token, key, algorithms=[bank.one.policy.id_token_alg], audience="tsp-one", issuer=BASE
    )
    assert claims["nonce"] == session.sent["nonce"]
    assert claims["sub"] == "customer-1"


def test_the_response_carries_state_and_issuer(bank: World) -> None:
    session = bank.one.session()
    assert session.given["state"] == session.sent["state"]
    assert session.given["iss"] == BASE
    assert session.callback.status_code == 303


def test_no_state_comes_back_where_none_was_sent() -> None:
    assert "state" not in world().one.session(state=None).given


@pytest.mark.parametrize("length", [1, 64, 128, 384, 1000, 2048])
def test_state_and_nonce_come_back_intact_at_any_length(length: int) -> None:
    w = world()
    session = w.one.session(state="s" * length, nonce="n" * length)
    assert session.given["state"] == "s" * length
    assert decoded(w.one.redeem(session).get_json()["id_token"])["nonce"] == "n" * length


def test_a_denial_goes_back_as_access_denied(bank: World) -> None:
    asked = bank.one.request()
    given = parameters(bank.one.approve(bank.one.start(asked), decision="deny"))
    assert (given["error"], given["state"], given["iss"]) == ("access_denied", asked["state"], BASE)
    given = parameters(bank.one.submit(bank.one.start(bank.one.request()), action="cancel"))
    assert given["error"] == "access_denied"


def test_a_refresh_token_works_again_or_is_replaced(bank: World) -> None:
    told = bank.one.tokens()
    for _ in range(3):
        answered = bank.one.token("refresh_token", refresh_token=told["refresh_token"])
        assert answered.status_code == 200
        assert fine(bank.one.call("/accounts", answered.get_json()["access_token"]))
        told |= answered.get_json()


def test_a_used_code_ends_what_it_gave(bank: World) -> None:
    session = bank.one.session()
    told = bank.one.redeem(session).get_json()
    assert bank.one.redeem(session).get_json()["error"] == "invalid_grant"
    assert bank.one.call("/accounts", told["access_token"]).status_code == 401
    assert not fine(bank.one.token("refresh_token", refresh_token=told["refresh_token"]))


def test_a_wrong_verifier_does_not_use_the_code_up() -> None:
    w = world()
    session = w.one.session()
    assert w.one.redeem(session, code_verifier="v" * 43).get_json()["error"] == "invalid_grant"
    assert fine(w.one.redeem(session))


def test_a_revoked_consent_stops_the_next_call(bank: World) -> None:
    consent = bank.one.consent()
    token = bank.one.tokens(consent_id=consent)["access_token"]
    path = f"/account-access-consents/{consent}"
    assert bank.one.call(path, bank.one.machine_token(), "DELETE").status_code == 204
    refused = bank.one.call("/accounts", token)
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert bank.one.call(path, bank.one.machine_token()).get_json()["data"]["status"] == "revoked"
    events = bank.one.call("/events", bank.one.machine_token()).get_json()["data"]
    assert [event["type"] for event in events] == ["consent.authorised", "consent.revoked"]


def test_the_interaction_id_is_played_back_on_answers_and_refusals(bank: World) -> None:
    token, sent = bank.one.tokens()["access_token"], {"x-fapi-interaction-id": UUID}
    for used in (token, "made-up"):
        assert bank.one.call("/accounts", used, headers=sent).headers["x-fapi-interaction-id"] == UUID
    assert bank.one.call("/accounts", token).headers["x-fapi-interaction-id"] != UUID


def test_no_token_gets_a_challenge_without_error() -> None:
    answered = world().one.call("/accounts", None)
    assert answered.status_code == 401
    assert answered.headers["WWW-Authenticate"].startswith("DPoP ")
    assert "error=" not in answered.headers["WWW-Authenticate"]


def test_server_nonces_are_given_and_then_accepted() -> None:
    w = world(lambda policy: policy.evolve("authorization.dpop_nonce_required", True))
    refused = w.one.token("client_credentials")
    assert refused.get_json()["error"] == "use_dpop_nonce"
    nonce = refused.headers["DPoP-Nonce"]
    proof = w.one.proof("POST", "/oauth/token", nonce=nonce)
    token = w.one.token("client_credentials", _proof=proof).get_json()["access_token"]
    refused = w.one.call("/account-access-consents", token)
    assert refused.status_code == 401
    assert "use_dpop_nonce" in refused.headers["WWW-Authenticate"]
    path = "/account-access-consents"
    proof = w.one.proof("GET", path, token, nonce=refused.headers["DPoP-Nonce"])
    assert fine(w.one.call(path, token, proof=proof))


def test_a_code_keeps_to_the_key_named_by_dpop_jkt() -> None:
    from conformance.bank.authorization import jws

    w = world()
    jkt = jws.thumbprint(w.one.proof_key.public_key())
    asked = w.one.request(dpop_jkt=jkt)
    uri = w.one.push(asked, proof=None).get_json()["request_uri"]
    code = parameters(w.one.approve(w.one.open(client_id="tsp-one", request_uri=uri)))["code"]
    form = {"code": code, "redirect_uri": asked["redirect_uri"], "code_verifier": w.one.verifier}
    assert fine(w.one.token("authorization_code", **form))


def test_tolerances_of_the_conformant_server() -> None:
    w = world()
    token = w.one.tokens(scope="services accounts openid", unheard_of="1")["access_token"]
    assert fine(w.one.call("/accounts", token, scheme="dpop"))
    assert fine(w.one.token("client_credentials", _assertion=w.one.assertion(nbf=w.one.now() + 8)))
    shouted = "HTTPS://BANK.EXAMPLE:443/accounts"
    assert fine(w.one.call("/accounts", token, proof=w.one.proof("GET", "/accounts", token, htu=shouted)))
    for offset in (-10, 8):
        proof = w.one.proof("GET", "/accounts", token, iat=w.one.now() + offset)
        assert fine(w.one.call("/accounts", token, proof=proof))


def test_an_rsa_client_signs_with_ps256() -> None:
    from tests.bank_authorization.provider import private_key

    w = world()
    made = w.one.assertion(
        {"alg": "PS256", "kid": w.one.identity.rsa_kid}, private_key(w.one.identity.rsa_key)
    )
    assert fine(w.one.token("client_credentials", _assertion=made))


def test_every_changed_character_of_a_token_is_noticed(bank: World) -> None:
    token = bank.one.tokens()["access_token"]
    places = range(0, len(token), max(1, len(token) // 12))
    for place in [*places, len(token) - 1]:
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        assert bank.one.call("/accounts", changed).status_code == 401


def test_keys_rotate_and_the_old_one_stays_for_a_while() -> None:
    w = world()

    def published() -> list[str]:
        keys = w.one.browser.get("/oauth/jwks", base_url=BASE).get_json()["keys"]
        return [key["kid"] for key in keys]

    before = published()
    w.clock.seconds += DAY
    assert set(before) & set(published())
    assert set(published()) - set(before)


def test_signed_introspection_holds_by_the_published_keys() -> None:
    w = world()
    token = w.one.tokens()["access_token"]
    accepted = {"Accept": "application/token-introspection+jwt"}
    answered = w.one.post("/oauth/introspect", {"token": token}, headers=accepted)
    keys = jwt.PyJWKSet.from_dict(w.one.browser.get("/oauth/jwks", base_url=BASE).get_json())
    key = keys[jwt.get_unverified_header(answered.text)["kid"]]
    claims = jwt.decode(answered.text, key, algorithms=["ES256"], audience="tsp-one", issuer=BASE)
    assert claims["token_introspection"]["active"] is True


def test_an_erroneous_request_redirects_nobody_by_itself() -> None:
    w = world(preset=preset("openid"))
    page = w.one.open(**w.one.request(scope="openid", response_type="token"))
    assert page.status_code == 400
    given = parameters(w.one.submit(page))
    assert given["error"] == "unsupported_response_type"
    strange = w.one.request(scope="openid", redirect_uri="https://other.example/")
    page = w.one.open(**strange)
    assert page.status_code == 400
    assert "<form" not in page.text


def test_a_finished_or_expired_login_page_is_refused_without_a_fault() -> None:
    w = world()
    page = w.one.start(w.one.request(scope="openid"))
    assert form_shown(page)
    finished = w.one.approve(page)
    assert finished.status_code == 303
    assert w.one.log_in(page).status_code == 400
    page = w.one.start(w.one.request(scope="openid"))
    w.clock.seconds += 700
    assert w.one.log_in(page).status_code == 400


def test_pushed_requests_work_where_they_are_not_required() -> None:
    w = world(preset=preset("fapi1_advanced_jarm"))
    uri = w.one.push(w.one.request()).get_json()["request_uri"]
    callback = w.one.approve(w.one.open(client_id="tsp-one", request_uri=uri))
    assert "code" in parameters(callback)


def test_a_flow_costs_little() -> None:
    w = world()
    w.one.tokens()
    began = time.thread_time()
    for _ in range(5):
        w.one.call("/accounts", w.one.tokens()["access_token"])
    assert (time.thread_time() - began) / 5 < 0.05


def test_the_details_of_a_request_object_may_be_json_values() -> None:
    w = world(preset=preset("fapi1_advanced_jarm"))
    asked = w.one.request()
    asked["authorization_details"] = json.loads(asked["authorization_details"])
    page = w.one.open(client_id="tsp-one", request=w.one.request_object(asked))
    assert form_shown(page)


def test_the_hybrid_response_carries_the_hashes_of_code_and_state() -> None:
    from conformance.bank.authorization.id_token import half_hash

    both = ("code", "code id_token")
    w = world(lambda policy: policy.evolve("authorization.response_types", both))
    session = w.one.session(response_type="id_token code")
    claims = decoded(session.given["id_token"])
    assert claims["c_hash"] == half_hash(session.code)
    assert claims["s_hash"] == half_hash(session.sent["state"])
    assert "#" in session.callback.headers["Location"]


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/par"])
def test_endpoints_for_post_say_so(path: str) -> None:
    browser = world().one.browser
    for answered in (browser.get(path, base_url=BASE), browser.head(path, base_url=BASE)):
        assert (answered.status_code, answered.headers["Allow"]) == (405, "OPTIONS, POST")
    assert browser.options(path, base_url=BASE).headers["Allow"] == "OPTIONS, POST"


def test_signed_requests_responses_and_introspection_go_together() -> None:
    signing = {"request_object_required": True, "jarm": "required"}

    def change(policy: Policy) -> Policy:
        for name, value in signing.items():
            policy = policy.evolve(f"authorization.{name}", value)
        return policy

    w = world(change)
    assert fine(w.one.call("/accounts", w.one.tokens()["access_token"]))


def test_hostile_input_never_makes_the_bank_fail() -> None:
    w = world()
    nasty = (
        "",
        "\0",
        "..",
        "{}",
        "[]",
        "null",
        "e30.e30.",
        "a.b.c",
        "é" * 50,
        "x" * 20000,
        "\ud7ff",
        "%00%ff",
    )
    for text in nasty:
        for name in ("client_assertion", "code", "refresh_token", "scope", "grant_type", "client_id"):
            form = {"grant_type": "authorization_code", name: text}
            assert w.one.post("/oauth/token", form).status_code < 500
        for name in (
            "redirect_uri",
            "state",
            "authorization_details",
            "resource",
            "request",
            "code_challenge",
        ):
            assert w.one.push(w.one.request(scope="openid", **{name: text})).status_code < 500
        assert w.one.open(client_id=text, request_uri=text).status_code < 500
        header = text.encode("ascii", "ignore").decode().replace("\0", "")
        assert w.one.call("/accounts", header or "x", proof=header).status_code < 500
        for body in (text, [text], {"permissions": text}, {"permissions": [text], "expires_at": text}):
            told = w.one.call("/account-access-consents", w.one.machine_token(), "POST", json=body)
            assert told.status_code == 400
        assert register(w, redirect_uris=[text], jwks={"keys": [text]}).status_code == 400
        assert register(w, jwks=text).status_code == 400
        assert register(w, token_endpoint_auth_method=[text], software_statement=text).status_code == 400


def test_without_a_session_prompt_none_ends_in_login_required(bank: World) -> None:
    asked = bank.one.request(prompt="none")
    given = parameters(bank.one.start(asked))
    assert (given["error"], given["state"]) == ("login_required", asked["state"])


def test_flows_side_by_side_do_not_disturb_each_other() -> None:
    w = world()

    def run(place: int) -> int:
        tsp = Provider(w.bank, w.bank.authorization_fixture.tsps[place % 2])
        told = tsp.tokens(place % 2)
        answered: int = tsp.call("/accounts", told["access_token"]).get_json()["meta"]["total"]
        return answered

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(16))) == [4, 2] * 8


def test_the_granted_details_are_told() -> None:
    w = world()
    consent = w.one.consent()
    told = w.one.tokens(consent_id=consent)
    granted = [{"type": "account_information", "consent_id": consent}]
    shown = w.one.post("/oauth/introspect", {"token": told["access_token"]}).get_json()
    assert told["authorization_details"] == shown["authorization_details"] == granted
