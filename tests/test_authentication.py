"""Authentication: what each kind puts on a request, how tokens come and go, and that no secret shows."""

from __future__ import annotations

import base64
import json
import math
import re
from urllib.parse import parse_qs

import jwt
import pytest

from conformance.errors import ConfigurationError, Inconclusive
from conformance.model import Request
from conformance.redaction import MASK
from conformance.secret import Vault
from tests.identities import (
    ASK,
    NOW,
    OAUTH,
    PAYME,
    SECRETS,
    WITH_SECRET,
    Reply,
    added,
    giving,
    identity,
    nowhere,
    target,
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


# -- without a token -------------------------------------------------------------------------------------


def test_none_changes_nothing() -> None:
    nobody = identity("none")
    assert nobody.apply(ASK, nowhere, NOW) == ASK
    assert (nobody.kind, nobody.expires_at) == ("none", math.inf)


def test_a_header_pair_is_set_on_every_request() -> None:
    text = '{kind: header-pair, headers: {ClientID: "env:BANK_ID", ClientSecret: "env:BANK_SECRET"}}'
    pair = identity(text)
    assert added(pair.apply(ASK, nowhere, NOW)) == {
        "ClientID": SECRETS["BANK_ID"],
        "ClientSecret": SECRETS["BANK_SECRET"],
    }
    assert target(text).authentication.carriers == ("ClientID", "ClientSecret")


@pytest.mark.parametrize(
    ("prefix", "value"), [("", "key-abcdefghij"), (", prefix: ApiKey", "ApiKey key-abcdefghij")]
)
def test_a_header_key_is_set_with_its_prefix(prefix: str, value: str) -> None:
    text = f'{{kind: header-key, header: Ocp-Apim-Subscription-Key, value: "env:BANK_KEY"{prefix}}}'
    key = identity(text)
    assert added(key.apply(ASK, nowhere, NOW)) == {"Ocp-Apim-Subscription-Key": value}
    assert target(text).authentication.carriers == ("Ocp-Apim-Subscription-Key",)


def test_credentials_take_the_place_of_a_header_that_is_there() -> None:
    key = identity('{kind: header-key, header: X-Key, value: "env:BANK_KEY"}')
    request = key.apply(ASK.with_header("x-key", "old"), nowhere, NOW)
    assert [value for name, value in request.headers if name.lower() == "x-key"] == ["key-abcdefghij"]


# -- OAuth 2.0 client credentials ------------------------------------------------------------------------


def test_a_token_is_fetched_once_and_sent_as_bearer() -> None:
    bank = giving(access_token="token-", expires_in=1800, token_type="bearer")
    client = identity(f"{{{WITH_SECRET}, scope: /api}}")
    assert added(client.apply(ASK, bank, NOW)) == {"Authorization": "Bearer token-1"}
    assert added(client.apply(ASK, bank, NOW + 1000)) == {"Authorization": "Bearer token-1"}
    (asked,) = bank.asked
    assert (asked.method, asked.url) == ("POST", "https://bank.example/auth/oauth/v2/token")
    assert asked.header("Content-Type") == "application/x-www-form-urlencoded"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["/api"],
        "client_id": [SECRETS["BANK_ID"]],
        "client_secret": [SECRETS["BANK_SECRET"]],
    }
    assert target(f"{{{WITH_SECRET}}}").authentication.carriers == ("Authorization",)
    assert client.expires_at == NOW + 1800


@pytest.mark.parametrize(
    ("style", "in_form", "in_header"), [("form", True, False), ("basic", False, True), ("both", True, True)]
)
def test_the_client_shows_itself_where_the_style_says(style: str, in_form: bool, in_header: bool) -> None:
    bank = giving(access_token="token-")
    identity(f"{{{WITH_SECRET}, style: {style}}}").apply(ASK, bank, NOW)
    (asked,) = bank.asked
    assert (b"client_secret" in asked.body) is in_form
    authorization = asked.header("Authorization")
    assert (authorization is not None) is in_header
    if authorization:
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        assert given == "client-id-0123:s3cr3t%2Fwith%2Bsign%3D%26%25"


def test_a_client_of_mutual_tls_needs_no_secret() -> None:
    bank = giving(access_token="token-")
    identity(f"{{{OAUTH}}}").apply(ASK, bank, NOW)
    assert "client_secret" not in parse_qs(bank.asked[0].body.decode())


def test_a_token_is_renewed_shortly_before_it_ends_and_when_forgotten() -> None:
    bank = giving(access_token="token-", expires_in=1800)
    client = identity(f"{{{WITH_SECRET}}}")
    seen = [client.apply(ASK, bank, NOW + at).header("Authorization") for at in (0, 1769, 1770, 1771)]
    assert seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"]
    client.forget()
    assert client.apply(ASK, bank, NOW + 1772).header("Authorization") == "Bearer token-3"


def test_a_short_life_is_used_to_nine_tenths() -> None:
    bank = giving(access_token="token-", expires_in=10)
    client = identity(f"{{{WITH_SECRET}}}")
    seen = [client.apply(ASK, bank, NOW + at).header("Authorization") for at in (0, 8.9, 9.0)]
    assert seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize("life", [None, "soon", -5, 0, True, 10**12, "1" * 100, [], math.nan])
def test_an_unusable_life_is_not_relied_on(life: object) -> None:
    client = identity(f"{{{WITH_SECRET}}}")
    bank = giving(access_token="token-", expires_in=life)
    client.apply(ASK, bank, NOW)
    client.apply(ASK, bank, NOW + 10**9)
    assert client.expires_at == math.inf
    assert len(bank.asked) == 1


@pytest.mark.parametrize(
    "end", ["2027-01-15T09:00:00Z", "2027-01-15T17:00:00+08:00", 1800003600, "1800003600", 1800003600000]
)
def test_an_end_may_be_told_as_a_moment(end: object) -> None:
    fields = "token_fields: {token: accessToken, expires_at: expiresOn, token_type: tokenType}"
    client = identity(f"{{{WITH_SECRET}, {fields}}}")
    client.apply(ASK, giving(accessToken="token-", expiresOn=end), NOW)
    assert client.expires_at == 1800003600.0


@pytest.mark.parametrize(
    ("options", "header", "value"),
    [
        ("header: X-Token, prefix: ''", "X-Token", "token-1"),
        ("prefix: '{token_type}'", "Authorization", "bearer token-1"),
        ("headers: {client_id: 'env:BANK_ID', uuid: {generate: uuid4}}", "client_id", SECRETS["BANK_ID"]),
        ("token_fields: {token: $.data.token}", "Authorization", "Bearer deep"),
    ],
)
def test_the_token_goes_where_the_file_says(options: str, header: str, value: str) -> None:
    bank = giving(access_token="token-", token_type="bearer", data={"token": "deep"})
    request = identity(f"{{{WITH_SECRET}, {options}}}").apply(ASK, bank, NOW)
    assert request.header(header) == value


def test_a_hostile_token_type_does_not_reach_a_header() -> None:
    bank = giving(access_token="token-", token_type="bearer\r\nX-Evil: 1")
    request = identity(f"{{{WITH_SECRET}, prefix: '{{token_type}}'}}").apply(ASK, bank, NOW)
    assert request.header("Authorization") == "Bearer token-1"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(401, b'{"error":"invalid_client"}'), r"answered 401 \(invalid_client\)"),
        (Reply(500, b"<html>"), "answered 500$"),
        (Reply(200, b"<html>"), "is not JSON"),
        (Reply(200, b"\xff\xfe"), "is not JSON"),
        (Reply(200, b"[" * 100_000), "is not JSON"),
        (Reply(200, b"{}"), "has no usable access_token"),
        (Reply(200, b"[1]"), "has no usable access_token"),
        (Reply(200, b"null"), "is not JSON"),
        (Reply(200, b'{"access_token": 7}'), "has no usable access_token"),
        (Reply(200, b'{"access_token": ""}'), "has no usable access_token"),
        (Reply(200, b'{"access_token": "a\\r\\nX-Evil: 1"}'), "has no usable access_token"),
        (Reply(302, b""), "answered 302$"),
    ],
)
def test_no_token_is_inconclusive_and_says_why(reply: Reply, said: str) -> None:
    client = identity(f"{{{WITH_SECRET}}}")
    with pytest.raises(Inconclusive, match=said):
        client.apply(ASK, lambda _: reply, NOW)
    assert added(client.apply(ASK, giving(access_token="token-"), NOW)) == {"Authorization": "Bearer token-1"}


def test_a_flow_can_be_driven_by_hand() -> None:
    client = identity(f"{{{WITH_SECRET}}}")
    flow = client.renew(NOW)
    assert next(flow).url == "https://bank.example/auth/oauth/v2/token"
    with pytest.raises(StopIteration) as ended:
        flow.send(Reply(200, b'{"access_token":"by-hand","expires_in":60}'))
    token = ended.value.value
    assert (token.value, token.expires_at) == ("by-hand", NOW + 60)
    assert "by-hand" not in repr(token)
    assert client.sign(ASK, token, NOW).header("Authorization") == "Bearer by-hand"
    assert client.apply(ASK, nowhere, NOW).header("Authorization") == "Bearer by-hand"


# -- a bank's own token ----------------------------------------------------------------------------------

CUSTOM = """
  kind: custom-token
  request:
    path: /partner/api/hk/v1/oauth/authorize
    headers: {uuid: {generate: uuid4}}
    basic: {username: "env:BANK_ID", password: "env:BANK_SECRET"}
    json: {credentialDetl: {partnerId: "env:PARTNER", partnerSecret: "{jwt}"}, credentialType: 7}
    jwt: {algorithm: HS256, key: "env:SIGNING", claims: {iss: "env:PARTNER", aud: bank}, lifetime: 24h}
  token: $.result.accessToken
  expires_in: $.result.seconds
  send: {header: accessToken}
  headers: {clientId: "env:BANK_ID", servicingCountry: HK}
"""


def test_a_bank_s_own_token_is_asked_for_and_sent_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING", "a-signing-key-of-thirty-two-bytes!!")
    bank = giving(result={"accessToken": "their-token", "seconds": "600"})
    client = identity(CUSTOM)
    request = client.apply(ASK, bank, NOW)
    assert added(request) == {
        "accessToken": "their-token",
        "clientId": SECRETS["BANK_ID"],
        "servicingCountry": "HK",
    }
    assert target(CUSTOM).authentication.carriers == ("accessToken", "clientId")
    assert client.expires_at == NOW + 600
    (asked,) = bank.asked
    assert asked.url == "https://bank.example/partner/api/hk/v1/oauth/authorize"
    assert base64.b64decode((asked.header("Authorization") or "").removeprefix("Basic ")).decode() == (
        f"{SECRETS['BANK_ID']}:{SECRETS['BANK_SECRET']}"
    )
    body = json.loads(asked.body)
    assert body["credentialType"] == 7
    assert body["credentialDetl"]["partnerId"] == SECRETS["PARTNER"]
    claims = jwt.decode(
        body["credentialDetl"]["partnerSecret"],
        "a-signing-key-of-thirty-two-bytes!!",
        ["HS256"],
        audience="bank",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["iss"] == SECRETS["PARTNER"]
    assert claims["exp"] - claims["iat"] == 86400


def test_a_bank_s_own_token_may_be_asked_for_by_form() -> None:
    text = '{kind: custom-token, request: {path: /t, form: {id: abc, secret: "env:BANK_SECRET"}}, token: $.t}'
    bank = giving(t="token-")
    assert identity(text).apply(ASK, bank, NOW).header("Authorization") == "token-1"
    assert parse_qs(bank.asked[0].body.decode()) == {"id": ["abc"], "secret": [SECRETS["BANK_SECRET"]]}


def test_a_token_under_an_ordinary_name_is_hidden_in_the_answer_that_brings_it() -> None:
    vault, shown = Vault(), list[str]()
    client = identity(
        "{kind: custom-token, request: {path: /t}, token: $.data.value, send: {header: X-T}}", vault
    )

    def bank(_: Request) -> Reply:
        reply = Reply(200, b'{"data":{"value":"a-fresh-token-value","rate":"3.5"}}')
        shown.append(vault.body(reply.body, "application/json"))
        return reply

    assert client.apply(ASK, bank, NOW).header("X-T") == "a-fresh-token-value"
    assert shown == [f'{{"data":{{"value":"{MASK}","rate":"3.5"}}}}']


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{kind: custom-token, request: {path: /t, json: {clientSecret: abc}}, token: $.t}",
            "clientSecret: a secret must not stand",
        ),
        (
            "{kind: custom-token, request: {path: /t, form: {password: abc}}, token: $.t}",
            "form.password: a secret must not stand",
        ),
        (
            "{kind: custom-token, request: {path: /t, form: {}, json: {}}, token: $.t}",
            "give either json or form",
        ),
        ("{kind: custom-token, request: {path: /t}, token: t}", "token: expected a JSONPath"),
        ("{kind: custom-token, request: {path: 'http://x.example'}, token: $.t}", "is no https URL"),
        (
            "{kind: signed-request, algorithm: hmac-sha256, key: 'env:BANK_KEY'}",
            "give either components (a list) or payload",
        ),
        (
            "{kind: signed-request, algorithm: hmac-sha256, key: 'env:BANK_KEY', payload: '{bodie}'}",
            "{bodie} is not known here",
        ),
        (
            "{kind: signed-request, algorithm: hmac-sha256, key: 'env:BANK_KEY', components: [digest]}",
            "it needs a digest: section",
        ),
        (
            "{kind: signed-request, algorithm: hmac-md5, key: 'env:BANK_KEY', payload: a}",
            "algorithm: expected one of rsa-sha256",
        ),
        (
            "{kind: oauth2-client-credential}",
            "unknown kind 'oauth2-client-credential'; did you mean oauth2-client-credentials?",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        target(text)
    (told,) = caught.value.problems
    assert said in told
    assert re.match(r"bank\.yaml:3:\d+: authentication", told)


# -- all kinds -------------------------------------------------------------------------------------------

KINDS = [
    '{kind: header-pair, headers: {ClientID: "env:BANK_ID", ClientSecret: "env:BANK_SECRET"}}',
    '{kind: header-key, header: X-Anything, value: "env:BANK_KEY"}',
    f"{{{WITH_SECRET}, style: both}}",
    (
        '{kind: custom-token, request: {path: /t, basic: {username: "env:BANK_ID", password: '
        '"env:BANK_SECRET"}}, token: $.access_token}'
    ),
    PAYME.replace("accessToken", "access_token"),
]


@pytest.mark.parametrize("text", KINDS, ids=["pair", "key", "oauth2", "custom", "signed"])
def test_no_secret_shows_in_a_record_of_any_kind(text: str) -> None:
    vault, shown = Vault(), list[str]()

    def bank(request: Request) -> Reply:
        shown.extend((vault.curl(request), vault.url(request.url), vault.body(request.body, "")))
        shown.extend(value for _, value in vault.headers(request.headers))
        return Reply(200, b'{"access_token":"opaque_Token-in.hand","expiresOn":"2027-01-15T09:00:00Z"}')

    given = target(text)
    bank_request = given.authentication.flow(vault).apply(ASK, bank, NOW)
    bank(bank_request)
    told = "\n".join([*shown, repr(given), str(given)])
    pair = base64.b64encode(f"{SECRETS['BANK_ID']}:{SECRETS['BANK_SECRET']}".encode()).decode()
    for secret in (
        SECRETS["BANK_ID"],
        SECRETS["BANK_SECRET"],
        SECRETS["BANK_KEY"],
        "opaque_Token-in.hand",
        pair,
    ):
        assert secret not in told


@pytest.mark.parametrize("text", KINDS, ids=["pair", "key", "oauth2", "custom", "signed"])
def test_the_named_header_fields_are_all_that_carry_credentials(text: str) -> None:
    client = identity(text)
    bank = giving(access_token="opaque_Token-in.hand")
    sent = client.apply(ASK, bank, NOW)
    for name in target(text).authentication.carriers:
        assert sent.header(name) is not None
        sent = sent.without_header(name)
    left = " ".join(value for _, value in sent.headers)
    assert not any(secret in left for secret in (*SECRETS.values(), "opaque_Token-in.hand"))


def test_a_flow_of_an_unresolved_target_says_which_secret_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BANK_KEY")
    with pytest.raises(ConfigurationError, match="BANK_KEY is not set"):
        identity(KINDS[1])
