"""Redaction by name and by shape: what never survives it, and what is never harmed by it."""

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conformance.redaction import MASK
from conformance.secret import Vault
from conformance.shapes import card, luhn

CANARY = 'cAn4ry/v4lue+"wi&th\\odd=cha%rs'
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWJ5dGVz"
FRONTS = ("", "x", '{"note":"', "?a=", "\\n", "%20", "Bearer ", "a.b:", "=", "中文")


def vault(*values: str) -> Vault:
    made = Vault()
    for value in values:
        made.add(value, "canary")
    return made


# -- by name ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "client_secret",
        "ClientSecret",
        "clientSecret",
        "x-ibm-client-secret",
        "X-IBM-Client-Id",
        "ClientID",
        "password",
        "user.password",
        "access_token",
        "accessToken",
        "refresh-token",
        "id_token",
        "token",
        "tokens",
        "client_assertion",
        "code_verifier",
        "DPoP",
        "api_key",
        "X-Api-Key",
        "apikey",
        "Ocp-Apim-Subscription-Key",
        "signature",
        "x-jws-signature",
        "partnerSecret",
        "csrf_token",
        "otp",
        "pin",
        "session_id",
        "authorization_code",
        "ACCESS TOKEN",
    ],
)
def test_what_stands_under_a_secret_name_goes(name: str) -> None:
    known = Vault()
    field = name.replace(" ", "_")
    texts = [
        json.dumps({name: CANARY, "x": 1}),
        json.dumps({"a": [{name: 123456}]}),
        json.dumps({"text": json.dumps({name: CANARY, "then": "kept"})}),
        json.dumps({"t": json.dumps({"u": json.dumps({name: CANARY})})}),
        f"<{field}>{html.escape(CANARY)}</{field}>",
        f"<input value='cAn4ry/v4lue' type=hidden name='{field}'>",
        f'<a {field}="cAn4ry/v4lue">',
        f"{field}=cAn4ry/v4lue&x=1",
        f"/path?{field}=cAn4ry/v4lue#x",
        f"{{'{name}': 'cAn4ry/v4lue'}}",
        f'{{"{name}" : "cAn4ry/v4lue',
    ]
    for text in texts:
        shown = known.text(text)
        assert "cAn4ry" not in shown, text
        assert "123456" not in shown, text
    assert "cAn4ry" not in known.url(f"https://a.example/b?x=1&{field}={quote_plus(CANARY)}")
    assert "cAn4ry" not in known.url(f"https://a.example/b#{field}={quote_plus(CANARY)}")
    assert "cAn4ry" not in known.body(
        urlencode({field: CANARY}).encode(), "application/x-www-form-urlencoded"
    )
    if " " not in name:
        assert known.headers([(name, CANARY)]) == ((name, MASK),)


@pytest.mark.parametrize("name", ["code", "state", "nonce"])
def test_a_code_is_secret_as_a_parameter_and_plain_in_an_error_body(name: str) -> None:
    known = Vault()
    body = json.dumps({"error": {name: "not_found"}})
    assert known.text(body) == body
    assert known.url(f"https://tsp.example/cb?{name}=abc&x=1") == f"https://tsp.example/cb?{name}={MASK}&x=1"
    assert known.headers([("Location", f"/cb?x=1&{name}=abc")]) == (("Location", f"/cb?x=1&{name}={MASK}"),)
    assert known.body(f"{name}=abc&x=1".encode(), "application/x-www-form-urlencoded") == f"{name}={MASK}&x=1"
    assert (
        known.text(f'{{"next":"https://a/?x=1\\u0026{name}=abc"}}')
        == f'{{"next":"https://a/?x=1\\u0026{name}={MASK}"}}'
    )


def test_schemes_cookie_names_and_attributes_stay() -> None:
    pairs = [
        ("Authorization", "Bearer abc"),
        ("Proxy-Authorization", "Basic abc"),
        ("authorization", "abc"),
        ("Cookie", "sid=abc; lang=en"),
        ("Set-Cookie", "sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("WWW-Authenticate", 'Bearer realm="bank", error="invalid_token"'),
        ("Token-Type", "bearer"),
    ]
    assert Vault().headers(pairs) == (
        ("Authorization", f"Bearer {MASK}"),
        ("Proxy-Authorization", f"Basic {MASK}"),
        ("authorization", MASK),
        ("Cookie", f"sid={MASK}; lang={MASK}"),
        ("Set-Cookie", f"sid={MASK}; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("WWW-Authenticate", 'Bearer realm="bank", error="invalid_token"'),
        ("Token-Type", "bearer"),
    )


def test_a_private_jwk_loses_its_private_members() -> None:
    shown = Vault().text('{"kty":"EC","crv":"P-256","x":"abc","y":"def","d":"private"}')
    assert shown == f'{{"kty":"EC","crv":"P-256","x":"abc","y":"def","d":"{MASK}"}}'


def test_a_name_written_with_unicode_escapes_does_not_hide_its_value() -> None:
    assert "hunter2" not in Vault().text('{"p\\u0061ssword":"hunter2"}')


# -- by shape --------------------------------------------------------------------------------------------


def hkid(letters: str, digits: str) -> str:
    values = [36] * (2 - len(letters)) + [ord(c) - 55 for c in letters] + [int(c) for c in digits]
    rest = -sum(w * v for w, v in zip(range(9, 1, -1), values, strict=True)) % 11
    return "A" if rest == 10 else str(rest)


def with_luhn(digits: str) -> str:
    return next(digits + str(last) for last in range(10) if luhn(digits + str(last)))


cards = st.one_of(
    st.tuples(
        st.sampled_from(["4", "51", "2221", "6212", "3528"]), st.text("0123456789", min_size=15, max_size=15)
    ).map(lambda parts: with_luhn("".join(parts)[:15])),
    st.text("0123456789", min_size=12, max_size=12).map(lambda rest: with_luhn("34" + rest)),
)


@settings(max_examples=300)
@given(cards, st.sampled_from(["", " ", "-"]), st.sampled_from(FRONTS))
def test_a_card_number_never_survives(digits: str, separator: str, front: str) -> None:
    assume(front not in ("x", "a.b:"))
    spelt = separator.join(digits[n : n + 4] for n in range(0, len(digits), 4))
    known = Vault()
    for text in (
        f"{front}{spelt} end",
        f'{{"n":"{spelt}"}}',
        f"<b>{spelt}</b>",
        f"2024 {spelt}.",
        f"12 {spelt}",
    ):
        assert spelt not in known.text(text), text
    assert spelt not in known.url(f"https://a.example/cards/{quote(spelt)}?q={quote_plus(spelt)}")


@settings(max_examples=300)
@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.sampled_from(["({})", "{}", "\uff08{}\uff09", " ({})"]),
    st.sampled_from(FRONTS),
    st.booleans(),
)
def test_an_identity_card_number_never_survives(
    letters: str, digits: str, form: str, front: str, lower: bool
) -> None:
    assume(front != "x")
    spelt = letters + digits + form.format(hkid(letters, digits))
    spelt = spelt.lower() if lower else spelt
    known = Vault()
    for text in (f"{front}{spelt} end", f'{{"n":"{spelt}"}}', f"\uff1a{spelt}\u3002"):
        assert digits not in known.text(text), text


def test_parentheses_give_an_identity_card_number_away_even_with_a_wrong_check_digit() -> None:
    wrong = next(d for d in "0123456789" if d != hkid("A", "123456"))
    assert Vault().text(f"A123456({wrong})") == MASK
    assert Vault().text(f"A123456{wrong}") == f"A123456{wrong}"


@pytest.mark.parametrize("front", FRONTS)
def test_tokens_and_keys_are_known_by_their_shape(front: str) -> None:
    known = Vault()
    pem = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEI\n-----END EC PRIVATE KEY-----"
    if front != "x":
        assert "c2lnbmF0dXJl" not in known.text(f"{front}{JWT} x")
        assert "c2lnbmF0dXJl" not in known.body(f"{front}{JWT}".encode())
    assert "MHcCAQEEI" not in known.text(front + pem)
    assert "MHcCAQEEI" not in known.text(json.dumps(front + pem))
    assert "tGzv3JOkF0XG5Qx2" not in known.text(f"{front} Bearer tGzv3JOkF0XG5Qx2")
    assert "tGzv3JOkF0XG5Qx2" not in known.text(f"{front}&x=dpop%20tGzv3JOkF0XG5Qx2")
    assert "cHc6cHc=" not in known.text("basic cHc6cHc=")
    assert "pw" not in known.url("https://user:pw@a.example/")


@pytest.mark.parametrize(
    "name", ["accountNumber", "account_no", "AccountNo", "iban", "cardNumber", "hkid", "account-number"]
)
def test_a_complete_number_goes_and_a_masked_one_stays(name: str) -> None:
    known = Vault()
    assert known.text(json.dumps({name: "012-345678-901"})) == json.dumps({name: MASK})
    assert known.text(json.dumps({name: 12345678901})) == json.dumps({name: MASK})
    masked = json.dumps({name: "XXX-XXXX78-901"})
    assert known.text(masked) == masked


# -- what stays ------------------------------------------------------------------------------------------

HARMLESS = [
    '{"rate":"3.5","updated":"20240502093000","epoch":1714613400000,"buy":"7.8123","millis":"20240502093000123"}',
    '{"latitude":"22.2819","longitude":"114.1586","at":"2024-05-02T09:30:00.123456+08:00"}',
    '{"error":{"code":"invalid_request","message":"clientId is missing"},"clientId":null,"clientSecret":""}',
    '{"token_type":"Bearer","expires_in":1800,"token_endpoint":"https://as.example/token","scope":"/api"}',
    '{"token_endpoint_auth_methods_supported":["client_secret_basic"],"client_secret_expires_at":0}',
    '{"id_token_signed_response_alg":"PS256","access_token_expires_in":300,"passwordless":true,"nextPageToken":"abc1"}',
    '{"id":"a1234567-89ab-4cde-8f01-234567890abc","uuid":"41234567-1234-4123-8123-123456789abc"}',
    '{"phone":"+852 2822 1234","fax":"2822-1235","tel":"852 2123 4567","hours":"09:00-17:00","code":"004"}',
    '{"min":"1000","max":"49999","amount":"HK$150,000","long":"0.4111111111111111","ids":[1000,2000,3000,4000]}',
    "401 Unauthorized: Bearer authentication required; the token: missing, password: must not be empty",
    'HTTP/1.1 401\nWWW-Authenticate: Bearer error="invalid_token", error_description="expired"\nServer: x',
    '{"name":"儲蓄戶口","features":["免年費"],"eligibility":"持有香港身份證"}',
    "<html><head><title>Maintenance</title></head><body><p>Back at 07:00</p></body></html>",
    "?category=TD&currency=USDHKD,EURHKD&page=1&page_size=50",
    '{"companySecretary":"Chan","pinnacle":"x","shopping":"y","panel":"z","discount_code":"SUMMER"}',
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_evidence_stays_as_it_is(text: str) -> None:
    known = vault(CANARY)
    assert known.text(text) == text
    assert known.body(text.encode(), "application/json") == text
    assert known.url("https://api.example.hk/fx/v1/rates" + (text if text.startswith("?") else "")) in (
        "https://api.example.hk/fx/v1/rates",
        "https://api.example.hk/fx/v1/rates" + text,
    )


def test_timestamps_that_pass_the_check_of_cards_are_no_cards() -> None:
    stamps = [
        f"202405{day:02}{hour:02}{minute:02}00"
        for day in range(1, 29)
        for hour in range(24)
        for minute in range(60)
    ]
    assert any(map(luhn, stamps))
    assert not any(map(card, stamps))


quiet = st.dictionaries(
    st.sampled_from(["rate", "name", "currency", "latitude", "min", "max", "updated", "url", "tiers", "id"]),
    st.sampled_from(
        [
            "3.5",
            "HKD",
            "Savings",
            "22.2819",
            1000,
            None,
            True,
            "https://bank.example/p?id=7",
            "2026-01-31",
            "儲蓄",
        ]
    )
    | st.floats(0, 100).map(lambda x: round(x, 4)),
)


@settings(max_examples=200)
@given(st.lists(quiet, max_size=8), st.booleans())
def test_a_document_without_secrets_is_unchanged(rows: list[dict[str, object]], ascii_only: bool) -> None:
    text = json.dumps({"data": rows}, ensure_ascii=ascii_only)
    assert vault(CANARY).body(text.encode(), "application/json") == text


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from(
            [
                '"password":',
                '"',
                "\\",
                "{",
                "}",
                "[",
                "]",
                ":",
                ",",
                "token=",
                "&code=",
                "Bearer ",
                "abc12345",
                JWT,
                CANARY,
                "A123456(3)",
                "4111 1111 1111 1111",
                "=",
                "<token>",
                "</token>",
                "Cookie: ",
                "\n",
                "%20",
                "?",
                "#",
                "-----BEGIN PRIVATE KEY-----",
                "https://a:b@c/",
                "'",
                MASK,
                " ",
                "\\u0026",
                "accountNumber",
                "123456789",
            ]
        ),
        max_size=14,
    )
)
def test_redaction_is_idempotent_on_text_and_urls(parts: list[str]) -> None:
    known = vault(CANARY)
    text = "".join(parts)
    once = known.text(text)
    assert known.text(once) == once
    address = known.url(text)
    assert known.url(address) == address
    assert CANARY not in once + address


@settings(max_examples=300)
@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["", "application/json", "text/html; charset=big5", "x; charset=nope", "text/x; charset=utf-16"]
    ),
)
def test_any_bytes_give_printable_text(body: bytes, kind: str) -> None:
    shown = vault(CANARY).body(body, kind)
    shown.encode("utf-8")
    assert all(c in "\n\t\r" or ord(c) >= 32 for c in shown)


def test_control_and_bidirectional_characters_are_shown_as_escapes() -> None:
    body = "a\x1b[31mred\x00\x07\u202eevil\u200b\r\nline\rback\tend".encode() + b"\xff\xfe"
    assert Vault().body(body) == "a\\x1b[31mred\\x00\\x07\\u202eevil\\u200b\r\nline\\x0dback\tend\\xff\\xfe"
