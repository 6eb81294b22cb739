"""A wrong bank file is told for what it is, before any negative case could take it for a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance import jose
from conformance.answer import Answer
from conformance.bank.app import Bank
from conformance.bank.authorization.fixture import authorization_fixture
from conformance.embedded import POLICY
from conformance.errors import ConfigurationError, Inconclusive
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.diagnosis import astray, skewed
from conformance.oauth.settings import settings_of
from conformance.secret import Secret
from conformance.target import load_target
from tests.oauth.reference import access_to, policy_of

ONE, TWO = authorization_fixture(("private_key_jwt",)).tsps


def reason(access: Access) -> str:
    with pytest.raises(Inconclusive) as told:
        access.control()
    return told.value.reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": "tsp-unknown"}, ("invalid_client", "authorization.client_id")),
        ({"client_key": Secret(TWO.key)}, ("invalid_client", "client_key")),
        ({"client_key_id": "another"}, ("invalid_client", "client_key_id")),
        ({"redirect_uri": "https://tsp.example/unregistered"}, ("redirect_uri", "registered")),
        ({"scope": "openid everything"}, ("invalid_scope", "authorization.scope")),
        ({"client_key": Secret("no key")}, ("client_key",)),
    ],
)
def test_a_wrong_registration_is_named(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    access = access_to(authorization={"settings": {}, "scope": "openid", **changes})
    told = reason(access)
    assert all(word in told for word in words), told


def test_a_clock_that_is_wrong_is_thought_of() -> None:
    access = access_to(app=Bank(POLICY, clock=lambda: 1_000_000_000.0), authorization={"settings": {}})
    assert "set this machine's clock" in reason(access)


def test_without_a_date_a_wrong_clock_is_thought_of_when_the_client_is_refused() -> None:
    policy = POLICY.evolve("http.date_absent", True)
    access = access_to(app=Bank(policy, clock=lambda: 1_000_000_000.0), authorization={"settings": {}})
    told = reason(access)
    assert "invalid_client" in told
    assert "clock" in told


def test_an_old_copy_of_the_metadata_tells_nothing_of_clocks() -> None:
    kept = Answer(
        Request("GET", "https://bank.example"),
        200,
        (("Date", "Thu, 01 Jan 2026 00:00:00 GMT"), ("Age", "7200")),
        b"",
        0.0,
        1,
    )
    assert not astray([kept], 1767225600.0 + 7200)
    assert astray([kept], 1767225600.0 + 7200 + 90)


def test_a_secret_that_does_not_fit_is_told_where_no_request_is_pushed() -> None:
    policy = policy_of("openid").evolve("authorization.client_authentication", ("client_secret_basic",))
    access = access_to(policy, authorization={"client_secret": Secret("another-secret")})
    told = reason(access)
    assert "turned away by the token endpoint" in told
    assert "client_secret" in told


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("Thu, 01 Jan 2026 00:00:00 GMT", "differs from the bank's by +300 s"),
        ("Thu, 01 Jan 2026 00:05:03 GMT", ""),
        ("yesterday", ""),
        ("", ""),
        ("Thu, 01 Jan 99999999 00:00:00 GMT", ""),
    ],
)
def test_the_date_of_an_answer_tells_by_how_much_a_clock_is_wrong(date: str, words: str) -> None:
    answer = Answer(Request("GET", "https://bank.example"), 401, (("Date", date),), b"", 0.0, 1)
    told = skewed(answer, 1767225900.0)
    assert words in told
    assert bool(told) == bool(words)


def test_a_certificate_that_is_not_accepted_is_named() -> None:
    policy = policy_of("fapi2-mutual")
    other = authorization_fixture(policy.authorization.client_authentication)
    access = access_to(policy, authorization={"settings": {}, "scope": "openid"})
    client = access.client
    assert client.certified is not None
    wrong = type(client.certified)("wrong", other.other_certificate, other.other_certificate_key)
    access.memory = type(access.memory)()
    access.memory.once(("oauth", "client", 0), lambda: _with(client, wrong))
    told = reason(access)
    assert "invalid_client" in told
    assert "certificate" in told


def _with(client: Any, certified: Any) -> Any:
    from dataclasses import replace

    return replace(client, certified=certified)


def test_a_login_step_that_does_not_match_tells_what_the_page_offers() -> None:
    steps = [
        {"fill": {"Username": "{username}", "Password": "{password}"}, "press": "Log in"},
        {"press": "Agree and continue"},
    ]
    login = {"strategy": "form", "settings": {"steps": steps}}
    access = access_to(authorization={"login": login})
    with pytest.raises(Inconclusive) as told:
        access.code()
    for word in ("login step 2", "no button 'Agree and continue'", "'Approve'", "'Deny'"):
        assert word in told.value.reason


def test_a_first_step_that_does_not_match_spoils_the_control_and_tells_what_the_page_offers() -> None:
    steps = [{"fill": {"HKID": "{username}"}, "press": "Next"}]
    access = access_to(authorization={"login": {"strategy": "form", "settings": {"steps": steps}}})
    told = reason(access)
    assert "username (Username)" in told
    assert "login.settings.steps" in told


def test_all_cases_share_one_reason() -> None:
    access = access_to(authorization={"client_id": "tsp-unknown", "settings": {}, "scope": "openid"})
    assert reason(access) == reason(access)


def test_a_missing_issuer_is_told_with_the_remedy() -> None:
    access = access_to(authorization={"issuer": ""})
    with pytest.raises(Inconclusive, match=r"authorization\.issuer"):
        _ = access.server


def test_an_encrypted_key_is_told() -> None:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
    )

    pem = jose.fresh_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    access = access_to(authorization={"client_key": Secret(pem.decode())})
    with pytest.raises(Inconclusive, match="encrypted"):
        _ = access.client


def test_the_secret_of_registration_lies_beside_the_bank_file_and_is_read_with_it(tmp_path: Path) -> None:
    file = tmp_path / "bank.yaml"
    file.write_text(
        "bank: {name: Bank}\nbase_url: https://bank.example\n"
        "authorization: {issuer: https://bank.example, settings: {registration_token: file:token}}\n"
    )
    with pytest.raises(ConfigurationError, match=r"settings\.registration_token: token: no such file"):
        load_target(file)
    (tmp_path / "token").write_text("a-token-for-registration")
    told = load_target(file).authorization
    assert told is not None
    secret = settings_of(told).registration_token
    assert secret is not None
    assert secret.reveal() == "a-token-for-registration"


def test_a_secret_of_registration_that_stands_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bank.yaml"
    file.write_text(
        "bank: {name: Bank}\nbase_url: https://bank.example\n"
        "authorization: {issuer: https://bank.example, settings: {registration_token: abcdef}}\n"
    )
    with pytest.raises(ConfigurationError, match="must not stand in the file itself"):
        load_target(file)
