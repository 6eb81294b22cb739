"""The target file: what it may say, and what is answered to each mistake in it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance import yamlfile
from conformance.entry import LanguageChoice, NoPaging, PagePaging
from conformance.errors import ConfigurationError
from conformance.model import Language, Waiver
from conformance.target import schema, target_from_url
from tests.targets import FULL, HEAD, load, refusal


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "portal.txt").write_text("x")
    return tmp_path


def test_every_part_of_a_full_file_is_read(folder: Path) -> None:
    target = load(folder, FULL)
    assert (target.name, target.environment, target.is_production) == ("Harbour Bank", "sandbox", False)
    assert target.base_url == "https://sandbox.harbour.example/v1"
    assert target.authentication.kind == "header-pair"
    assert target.errors.paths == {"code": "$.Code", "message": "$.Message"}
    assert target.limits.max_time == 600
    assert target.limits.timeout == 20
    assert target.limits.max_body == 2 * 1024 * 1024
    assert target.allow == ("writes", "intrusive")
    assert target.language is not None
    assert target.language.values[Language.SIMPLIFIED] == "zh-CN"
    assert isinstance(target.paging, PagePaging)
    assert (target.paging.first, target.paging.total) == (1, "$.total")
    assert target.attestations["P1-PUB-004"].date == date(2026, 1, 31)
    assert target.waivers == (Waiver("P1-FX-*", "Known.", date(2999, 1, 1), owner="A. Chan"),)
    assert target.file == "bank.yaml"
    assert target.authorities == ("sandbox.harbour.example:443", "images.harbour.example:443")
    assert target.tls_endpoints == ("legacy.harbour.example:8443",)
    headers = dict(target.request_headers(0.0))
    assert headers["X-Channel"] == "api"
    assert headers["X-Version"] == "2"
    assert len(headers["X-Request-Id"]) == 36
    assert headers["X-Request-Id"] != dict(target.request_headers(0.0))["X-Request-Id"]


def test_a_function_is_offered_or_not_and_says_how_it_is_asked(folder: Path) -> None:
    target = load(folder, FULL)
    assert target.offers("deposits.savings-account-product")
    assert not target.offers("insurance.general-product")
    assert not target.offers("other.atm")
    assert not target.assumed
    entry = target.entry("other.fx-rate")
    assert entry is not None
    assert entry.request.content == b'{"language":"en"}'
    assert entry.request.media_type == "application/json"
    assert entry.rows == ["$.data[*].Brand[*]", "$.ExchangeRate[*]"]
    assert entry.fields is not None
    assert entry.fields["base"] == {"constant": "HKD"}
    assert isinstance(entry.language, LanguageChoice)
    assert entry.language.for_adapter == {
        "column": "$.language",
        "values": {"en": ["en-US", "en-GB"], "tc": "zh-TW"},
    }
    assert isinstance(entry.paging, NoPaging)
    assert entry.reads is True


def test_a_base_url_alone_assumes_every_function() -> None:
    target = target_from_url("https://api.harbour.example/open-banking/")
    assert target.assumed
    assert target.offers("anything")
    assert target.base_url == "https://api.harbour.example/open-banking"
    assert target.name == "api.harbour.example"
    assert target.authentication.kind == "none"
    assert (target.limits.requests_per_second, target.limits.jobs, target.limits.timeout) == (10.0, 4, 15.0)
    assert target.waivers == ()
    assert target.file == ""
    assert target.place_of(("bank",)) == ""


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080/x"])
def test_http_is_admitted_on_loopback(url: str) -> None:
    assert target_from_url(url).base_url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://bank.example", "is not https"),
        ("ftp://bank.example", "is no base URL"),
        ("bank.example", "is no base URL"),
        ("https://", "is no base URL"),
        ("https://a.example:x", "is no URL"),
        ("https://u:p@a.example", "has no query, fragment or user"),
        ("https://a.example?x=1", "has no query"),
        ("https://a.example/a b", "no space"),
        ("http://localhost.evil.example", "is not https"),
    ],
)
def test_any_other_base_url_is_refused(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        target_from_url(url)


MISTAKES = [
    (
        "bank: {name: 7}\nbase_url: https://a.example\n",
        "bank.yaml:1:14: bank.name: expected text, got 7; put it in quotes",
    ),
    ("bank: {name: A}\n", "bank.yaml:1:1: base_url: missing; add it"),
    (
        "bank: {name: A, environment: prod}\nbase_url: https://a.example\n",
        "environment: expected one of sandbox, test, uat, staging, production, got 'prod'",
    ),
    (
        "bank: {name: A}\nbase_url: http://a.example\n",
        "bank.yaml:2:11: base_url: 'http://a.example' is not https",
    ),
    (HEAD + "timeout: 3\n", "bank.yaml:3:1: timeout: unknown key"),
    (HEAD + "limits: {timeout: soon}\n", "bank.yaml:3:19: limits.timeout: 'soon' is no duration"),
    (HEAD + "limits: {job: 2}\n", "bank.yaml:3:10: limits.job: unknown key; did you mean jobs?"),
    (HEAD + "limits: {jobs: many}\n", "bank.yaml:3:16: limits.jobs: expected a whole number, got 'many'"),
    (HEAD + "limits: {jobs: 0}\n", "bank.yaml:3:16: limits.jobs: must be greater than or equal to 1, got 0"),
    (HEAD + "limits: {max_body: huge}\n", "limits.max_body: expected a size such as 512 KiB or 16 MiB"),
    (
        HEAD + "allow: [write]\n",
        "bank.yaml:3:9: allow.0: expected one of writes, intrusive, got 'write'; did you mean writes?",
    ),
    (HEAD + "maintenance: [25:00-26:00]\n", "bank.yaml:3:15: maintenance.0: expected a time such as"),
    (
        HEAD + "authentication: {kind: header-pairs}\n",
        "bank.yaml:3:17: authentication: unknown kind 'header-pairs'; did you mean header-pair?",
    ),
    (
        HEAD + "authentication: {kind: header-pair, headers: {A: hunter2}}\n",
        "authentication.headers.A: a secret must not stand in the file itself; write env:NAME",
    ),
    (
        HEAD + "authentication: {kind: header-key, header: K, value: 'env:a b'}\n",
        "env: takes the name of an environment variable",
    ),
    (
        HEAD
        + "authentication: {kind: oauth2-client-credentials, token_url: 'http://a.co/t', client_id: a}\n",
        "authentication.token_url: 'http://a.co/t' is no https URL; a path below base_url begins with /",
    ),
    (
        HEAD
        + "authentication: {kind: oauth2-client-credentials, token_url: /t, client_id: a, style: basic}\n",
        "client_secret is missing",
    ),
    (
        HEAD + "headers: {X-Api-Key: abc}\n",
        "bank.yaml:3:10: headers: X-Api-Key: a secret must not stand in the file itself",
    ),
    (
        HEAD + "headers: {X-V: 0.12}\n",
        "bank.yaml:3:16: headers.X-V: expected text, or a reference to a secret; put it in quotes",
    ),
    (HEAD + "headers: {X-V: {generate: uuid}}\n", "headers.X-V.generate: expected one of uuid4,"),
    (HEAD + "headers: {'X V': a}\n", "'X V' is no name of a header field"),
    (
        HEAD + "language: {values: {en: en}}\n",
        "language: give exactly one of header, query, column and placeholder",
    ),
    (
        HEAD + "language: {query: lang, values: {english: en}}\n",
        "bank.yaml:3:43: language.values.english: expected one of en, tc, sc, got 'english'",
    ),
    (HEAD + "errors: {code: Code}\n", "errors.code: 'Code' is no JSONPath; it begins with $"),
    (HEAD + "errors: {code: '$.[['}\n", "errors.code: $.[[:"),
    (HEAD + "paging: {kind: pages}\n", "paging: unknown kind 'pages'; did you mean page?"),
    (
        HEAD + "api: openapi.yaml\n",
        "bank.yaml:3:6: api: openapi.yaml: no such file (looked for beside the target file)",
    ),
    (HEAD + "checks: [gone.py]\n", "bank.yaml:3:1: checks: unknown key"),
    (HEAD + "hosts: ['a/b']\n", "'a/b' is no host"),
    (
        HEAD + "functions: {other.atm: not ofered}\n",
        "bank.yaml:3:24: functions.other.atm: expected `offered`, `not offered` or a mapping",
    ),
    (
        HEAD + "functions: {other.atm: {request: {pth: /x}}}\n",
        "bank.yaml:3:35: functions.other.atm.request.pth: unknown key; did you mean path?",
    ),
    (
        HEAD + "functions: {other.atm: {request: {method: get}}}\n",
        "'get' is no HTTP method; they are written in capitals",
    ),
    (
        HEAD + "functions: {other.atm: {request: {path: x}}}\n",
        "a path begins with / and is relative to base_url",
    ),
    (HEAD + "functions: {other.atm: {fields: {}}}\n", "fields without rows"),
    (
        HEAD + "functions:\n  a: offered\n  a: offered\n",
        "bank.yaml:5:3: a stands here a second time, first in line 4",
    ),
    (HEAD + "waivers: [{match: A, reason: b}]\n", "bank.yaml:3:11: waivers.0.expires: missing; add it"),
    (
        HEAD + "waivers: [{match: A, reason: b, expires: soon}]\n",
        "waivers.0.expires: expected a date such as 2026-12-31, got 'soon'",
    ),
    (
        HEAD + "waivers: [{match: '*', reason: b, expires: 2999-01-01}]\n",
        "waivers.0.match: matches everything",
    ),
    (
        HEAD + "waivers: [{match: A, reason: b, expires: 2020-01-01}]\n",
        "bank.yaml:3:42: waivers.0: the waiver of A expired on 2020-01-01",
    ),
    (HEAD + "waivers: 7\n", "waivers: expected a list of waivers, or the path of a file"),
    (HEAD + "attestations: {A: {note: x}}\n", "bank.yaml:3:19: attestations.A.by: missing; add it"),
    (
        HEAD + "authorization: {issuer: 'http://as.example'}\n",
        "authorization.issuer: 'http://as.example' is no https URL",
    ),
    (
        HEAD + "authorization: {client_secret: hunter2}\n",
        "authorization.client_secret: a secret must not stand in the file itself",
    ),
]


@pytest.mark.parametrize(
    ("text", "said"), MISTAKES, ids=[said.split(": ", 1)[-1][:60] for _, said in MISTAKES]
)
def test_a_mistake_is_told_with_its_place_and_a_remedy(folder: Path, text: str, said: str) -> None:
    told = refusal(folder, text)
    assert any(said in problem for problem in told), told
    assert all(problem.startswith("bank.yaml:") for problem in told)
    assert "hunter2" not in str(told)


def test_all_mistakes_of_a_file_are_told_at_once(folder: Path) -> None:
    text = "bank: {name: 7}\nbase_url: x\nlimits: {jobs: many}\nfunctions: {a: {request: {pth: /}}}\n"
    assert [problem.split(":")[1] for problem in refusal(folder, text)] == ["1", "2", "3", "4"]


def test_production_admits_neither_writes_nor_intrusive_checks(folder: Path) -> None:
    text = "bank: {name: A, environment: production}\nbase_url: https://a.example\nallow: [writes]\n"
    (told,) = refusal(folder, text)
    assert told.startswith("bank.yaml:3:1: allow: writes is not admitted, since bank.yaml:1:17 says")
    target = load(folder, text.replace("allow: [writes]\n", ""))
    with pytest.raises(
        ConfigurationError, match=r"--allow intrusive: bank\.yaml:1:30: bank\.environment is production"
    ):
        target.limited(allow=("intrusive",))


def test_limits_of_the_command_line_take_the_place_of_the_file_s(folder: Path) -> None:
    target = load(folder, FULL)
    changed = target.limited(rate=8, jobs=3, max_requests=5, max_time="1h", share=2)
    assert changed.limits.requests_per_second == 4
    assert (changed.limits.jobs, changed.limits.max_requests, changed.limits.max_time) == (3, 5, 3600)
    assert changed.limits.timeout == target.limits.timeout
    assert changed.waivers == target.waivers
    assert changed.place_of(("bank",)) == target.place_of(("bank",))
    for wrong in ({"max_time": "soon"}, {"jobs": 0}, {"rate": 0.0}, {"allow": ("all",)}):
        with pytest.raises(ConfigurationError):
            target.limited(**wrong)


def test_the_schema_admits_a_full_file_and_refuses_an_unknown_key(folder: Path) -> None:
    made = schema()
    Draft202012Validator.check_schema(made)
    (folder / "bank.yaml").write_text(FULL)
    value = yamlfile.load("bank.yaml").value
    assert list(Draft202012Validator(made).iter_errors(value)) == []
    assert list(Draft202012Validator(made).iter_errors({**value, "timeout": 3}))
    assert list(Draft202012Validator(made).iter_errors({**value, "functions": {"a": "maybe"}}))


def test_a_target_cannot_be_changed(folder: Path) -> None:
    target = load(folder, FULL)
    with pytest.raises(ValueError, match="frozen"):
        target.base_url = "https://other.example"


def test_no_part_of_the_environment_is_read_before_it_is_asked_for(folder: Path) -> None:
    assert "BANK_ID" not in os.environ
    assert load(folder, FULL, resolve=False)
    assert len(refusal(folder, FULL, resolve=True)) == 2
