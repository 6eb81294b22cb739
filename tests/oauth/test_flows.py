"""The flows against each conformant preset of the reference bank."""

from __future__ import annotations

import pytest

from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.wire import UNCERTIFIED
from tests.oauth.reference import ALL, access_to, policy_of


@pytest.fixture(params=ALL)
def access(request: pytest.FixtureRequest) -> Access:
    return access_to(policy_of(request.param))


def accounts(access: Access) -> Request:
    return Request("GET", access.tsp.url("/accounts"), (("Accept", "application/json"),))


def test_a_login_gives_tokens_that_open_the_customers_accounts(access: Access) -> None:
    grant = access.fresh()
    assert grant.tokens.refresh_token
    assert access.call(grant, accounts(access)).status == 200
    assert access.refresh(grant.tokens).status == 200


def test_two_tsps_and_two_customers_see_different_accounts(access: Access) -> None:
    one = access.call(access.fresh(), accounts(access))
    other = access.call(access.fresh(customer=1, client=access.second), accounts(access))
    ids = [{row["id"] for row in members_of(answer)["data"]} for answer in (one, other)]
    assert ids[0]
    assert ids[1]
    assert not ids[0] & ids[1]


def test_a_grant_is_shared_and_a_fresh_one_is_not(access: Access) -> None:
    shared = access.grant()
    assert access.grant() is shared
    assert access.fresh().access_token != shared.access_token


def test_a_customer_can_refuse(access: Access) -> None:
    with pytest.raises(Inconclusive, match="access_denied"):
        access.code(decision="deny")


def test_a_customer_can_leave_at_the_login(access: Access) -> None:
    landing, _ = access.landing(access.ask(), decision="cancel")
    assert access.response_of(landing)["error"] == "access_denied"


def test_a_token_that_a_certificate_binds_is_worth_nothing_without_it() -> None:
    access = access_to(policy_of("fapi2-certificate"))
    grant = access.fresh()
    assert access.call(grant, accounts(access), certified=UNCERTIFIED).status == 401
    assert access.call(grant, accounts(access), certified=access.second.certified).status == 401


def test_a_server_nonce_is_taken_up() -> None:
    policy = policy_of("open").evolve("authorization.dpop_nonce_required", True)
    access = access_to(policy)
    assert access.call(access.fresh(), accounts(access)).status == 200


def test_one_tsp_alone_is_said_to_be_too_few() -> None:
    access = access_to(authorization={"second_tsp": None, "customers": []})
    with pytest.raises(Inconclusive, match="only one TSP is configured"):
        _ = access.second
    with pytest.raises(Inconclusive, match="no customer is configured"):
        access.customer(0)


def test_without_authorization_every_case_has_the_same_reason() -> None:
    access = access_to()
    access.target = access.target.model_copy(update={"authorization": None})
    with pytest.raises(Inconclusive, match="no authorization section"):
        access.control()


def test_given_tokens_serve_calls_and_nothing_that_needs_a_login() -> None:
    access = access_to(policy_of("openid"))
    value = access.fresh().access_token
    given = access_to(policy_of("openid"))
    login = access.configured.login.model_copy(
        update={"strategy": "tokens", "tokens": {"access_token": _Given(value)}}
    )
    changed = access.configured.model_copy(update={"login": login})
    access.target = access.target.model_copy(update={"authorization": changed})
    grant = access.grant()
    assert access.call(grant, accounts(access)).status == 200
    with pytest.raises(Inconclusive, match="strategy is tokens"):
        _ = grant.code
    with pytest.raises(Inconclusive, match="strategy is tokens"):
        _ = grant.tokens.answer
    with pytest.raises(Inconclusive, match="strategy is tokens"):
        access.fresh()
    assert given.grant().access_token != value


class _Given:
    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value
