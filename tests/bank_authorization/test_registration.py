"""Dynamic registration, encrypted ID tokens and backchannel authentication, done right."""

from __future__ import annotations

import json

from conformance.bank.authorization import jws
from tests.bank_authorization.attacks_resource import (
    approve_on_device,
    begin,
    encrypted_id_token,
    new_client,
    poll,
    register,
)
from tests.bank_authorization.provider import BASE, decoded, private_key
from tests.bank_authorization.world import world


def test_an_encrypted_id_token_opens_to_a_signed_one() -> None:
    token, opened = encrypted_id_token(world())
    assert token.count(".") == 4
    assert decoded(opened)["sub"] == "customer-1"


def test_a_client_registers_reads_itself_and_leaves() -> None:
    w = world()
    told = register(w).get_json()
    place = told["registration_client_uri"].removeprefix(BASE)
    headers = {"Authorization": f"Bearer {told['registration_access_token']}"}
    assert w.one.browser.get(place, base_url=BASE, headers=headers).get_json() == told
    changed = {**told, "redirect_uris": ["https://new.example/second"]}
    answered = w.one.browser.put(place, base_url=BASE, headers=headers, json=changed)
    assert answered.get_json()["redirect_uris"] == ["https://new.example/second"]
    assert w.one.browser.delete(place, base_url=BASE, headers=headers).status_code == 204
    assert w.one.browser.get(place, base_url=BASE, headers=headers).status_code == 401


def test_a_registered_client_runs_a_flow() -> None:
    tsp = new_client(world())
    assert tsp.tokens(scope="openid")["token_type"] == "DPoP"


def test_a_true_software_statement_is_believed() -> None:
    w = world()
    key = private_key(w.bank.authorization_fixture.directory_key)
    statement = jws.sign({"client_name": "Stated"}, key, {"alg": "ES256", "kid": "directory"})
    assert register(w, software_statement=statement).get_json()["client_name"] == "Stated"


def test_backchannel_authentication_waits_for_the_customer() -> None:
    w = world(lambda policy: policy.evolve("authorization.ciba", True))
    value = begin(w).get_json()["auth_req_id"]
    assert poll(w.one, value).get_json()["error"] == "authorization_pending"
    assert approve_on_device(w).status_code == 200
    told = poll(w.one, value).get_json()
    assert decoded(told["id_token"])["urn:openid:params:jwt:claim:auth_req_id"] == value
    value = begin(w, binding_message="T-2").get_json()["auth_req_id"]
    approve_on_device(w, "deny", "T-2")
    assert poll(w.one, value).get_json()["error"] == "access_denied"


def test_a_backchannel_approval_opens_the_consent_that_it_names() -> None:
    w = world(lambda policy: policy.evolve("authorization.ciba", True))
    consent = w.one.consent()
    details = json.dumps([{"type": "account_information", "consent_id": consent}])
    value = begin(w, scope="openid accounts", authorization_details=details).get_json()["auth_req_id"]
    approve_on_device(w)
    token = poll(w.one, value).get_json()["access_token"]
    assert w.one.call("/accounts", token).get_json()["meta"]["total"] == 4
