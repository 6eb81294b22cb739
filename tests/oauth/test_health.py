"""What the doctor says of the authorization section."""

from __future__ import annotations

from conformance.oauth.health import examined
from tests.oauth.reference import access_to, policy_of


def test_a_right_file_is_well_in_every_line() -> None:
    lines = list(examined(access_to()))
    assert [subject for subject, _, _ in lines] == ["authorization server", "TSP", "second TSP", "customers"]
    assert all(well for _, well, _ in lines), lines


def test_without_a_server_nothing_else_is_looked_at() -> None:
    lines = list(examined(access_to(authorization={"issuer": "https://bank.example/nowhere"})))
    assert len(lines) == 1
    assert not lines[0][1]
    assert "404" in lines[0][2]


def test_a_wrong_second_tsp_is_told_and_the_first_is_well() -> None:
    section = access_to().configured.second_tsp
    assert section is not None
    wrong = section.model_copy(update={"client_key_id": "unknown"})
    lines = {
        subject: (well, said)
        for subject, well, said in examined(access_to(authorization={"second_tsp": wrong}))
    }
    assert lines["TSP"][0]
    assert not lines["second TSP"][0]


def test_one_customer_is_said_to_be_too_few() -> None:
    person = access_to().configured.customers[0]
    access = access_to(policy_of("openid"), authorization={"customers": (person,)})
    subject, well, said = list(examined(access))[-1]
    assert (subject, well) == ("customers", False)
    assert "only one customer" in said
