"""Secrets: what never survives redaction, and what is never harmed by it."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
import subprocess
import threading
import time
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conformance.model import Request
from conformance.redaction import MASK
from conformance.secret import Secret, Vault
from conformance.shapes import card, luhn

CANARY = 'cAn4ry/v4lue+"wi&th\\odd=cha%rs'
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWJ5dGVz"
FRONTS = ("", "x", '{"note":"', "?a=", "\\n", "%20", "Bearer ", "a.b:", "=", "中文")


def vault(*values: str) -> Vault:
    made = Vault()
    for value in values:
        made.add(value, "canary")
    return made


# -- Secret ----------------------------------------------------------------------------------------------


def test_a_secret_shows_nowhere_but_by_reveal() -> None:
    secret = Secret("hunter2-hunter2", "PASSWORD")
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        f"{secret:>20}",
        repr([secret]),
    ]
    assert not any("hunter2" in text for text in shown)
    assert secret.reveal() == "hunter2-hunter2"


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, json.dumps, vars])
def test_a_secret_cannot_be_written_or_copied(write: object) -> None:
    with pytest.raises(TypeError):
        write(Secret("hunter2"))  # type: ignore[operator]


def test_secrets_are_equal_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_a_secret_is_read_once_and_only_when_asked() -> None:
    reads: list[int] = []

    def read() -> str:
        reads.append(1)
        return "value"

    secret = Secret(name="X", read=read)
    assert repr(secret) == "Secret(X)"
    assert not reads
    assert secret.reveal() + secret.reveal() == "valuevalue"
    assert len(reads) == 1


# -- by value --------------------------------------------------------------------------------------------

secrets = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=8, max_size=40)
around = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=30)


def spellings(value: str) -> dict[str, str]:
    raw = value.encode()
    once = json.dumps(value)[1:-1]
    return {
        "plain": value,
        "percent": quote(value, safe=""),
        "percent, slashes kept": quote(value),
        "percent, lower case": quote(value, safe="").lower()
        if value.isascii() and value.islower()
        else quote(value),
        "form": quote_plus(value),
        "percent twice": quote(quote(value, safe=""), safe=""),
        "JSON": once,
        "JSON, not ASCII": json.dumps(value, ensure_ascii=False)[1:-1],
        "JSON in JSON": json.dumps(once)[1:-1],
        "JSON with escaped slashes": once.replace("/", "\\/"),
        "HTML": html.escape(value),
        "base64": base64.b64encode(raw).decode(),
        "base64url": base64.urlsafe_b64encode(raw).rstrip(b"=").decode(),
        "base64 of a pair": base64.b64encode(b"id:" + raw + b":x").decode(),
        "hex": raw.hex(),
    }


@settings(max_examples=300, deadline=None)
@given(secrets, around, around)
def test_a_known_secret_never_survives_in_any_spelling(value: str, before: str, after: str) -> None:
    known = vault(value)
    for name, spelt in spellings(value).items():
        text = before + spelt + after
        for shown in (
            known.text(text),
            known.url(text),
            known.body(text.encode("utf-8")),
            known.curl(Request("GET", text)),
        ):
            assert spelt not in shown, name
            assert value not in shown, name


@settings(max_examples=200, deadline=None)
@given(
    secrets,
    st.sampled_from(
        ["Accept", "X-Trace", "Location", "Cookie", "Set-Cookie", "Authorization", "WWW-Authenticate"]
    ),
)
def test_a_known_secret_never_survives_in_a_header(value: str, name: str) -> None:
    known = vault(value)
    for spelt in (
        value,
        f"https://a.example/?q={quote_plus(value)}",
        f"Basic {base64.b64encode(value.encode()).decode()}",
    ):
        ((_, shown),) = known.headers([(name, spelt)])
        assert value not in shown
        assert quote_plus(value) not in shown
        assert base64.b64encode(value.encode()).decode() not in shown


@settings(max_examples=100, deadline=None)
@given(secrets, st.integers(0, 400), st.integers(50, 400))
def test_a_known_secret_never_survives_a_cut_of_the_body(value: str, at: int, limit: int) -> None:
    shown = vault(value).body(b"." * at + value.encode() + b"." * 30_000, "text/plain", limit)
    assert len(shown) <= limit
    for size in range(6, len(value) + 1):
        assert value[:size] not in shown or set(value[:size]) == {"."}


def test_a_secret_of_eight_characters_is_found_inside_a_word_and_a_shorter_one_only_as_a_word() -> None:
    known = vault("abcd1234", "ab12")
    assert known.text("xxabcd1234yy") == f"xx{MASK}yy"
    assert known.text("cab123 ab12 \\nab12") == f"cab123 {MASK} \\n{MASK}"


def test_values_too_short_to_tell_apart_are_not_hidden_by_value() -> None:
    assert vault("HK").text("HKD in HK") == "HKD in HK"


def test_a_private_key_is_hidden_whole_and_by_its_first_lines() -> None:
    lines = [
        "-----BEGIN PRIVATE KEY-----",
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49",
        "AwEHBG0wawIBAQQgabcdefghijklmnop",
    ]
    known = vault("\n".join([*lines, "-----END PRIVATE KEY-----"]))
    assert lines[1] not in known.text(f"seen: {lines[1]}")
    assert known.text("\\n".join(lines)) == MASK


def test_a_secret_in_utf_16_or_behind_null_bytes_is_found() -> None:
    known = vault("s3cr3t-canary")
    for body, kind in (
        (CANARY.encode("utf-16"), ""),
        ("s3cr3t-canary".encode("utf-16-le"), "text/plain"),
        ("s3cr3t-canary".encode("utf-16-be"), "text/plain; charset=utf-16be"),
    ):
        shown = known.body(body, kind)
        assert "s3cr3t-canary" not in shown.replace("\\x00", "")


def test_many_threads_may_add_and_redact_at_once() -> None:
    known, left = Vault(), []

    def work(number: int) -> None:
        for step in range(40):
            value = f"secret-{number}-{step}-canary"
            known.add(value, "TOKEN")
            if value in known.text(f"a {value} b"):
                left.append(value)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not left
    names = {known.name_of(f"secret-{n}-{s}-canary") for n in range(6) for s in range(40)}
    assert len(names) == 240


def test_a_secret_on_its_way_in_is_hidden_in_the_body_that_brings_it() -> None:
    known = Vault()
    body = b'{"value":"fresh-and-unknown"}'
    assert "fresh" in known.body(body)
    with known.expecting(lambda b: [(json.loads(b)["value"], "TOKEN")]):
        assert known.body(body) == f'{{"value":"{MASK}"}}'
    assert "fresh" not in known.text("fresh-and-unknown")


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


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=200, deadline=None)
@given(st.lists(quiet, max_size=8), st.booleans())
def test_a_document_without_secrets_is_unchanged(rows: list[dict[str, object]], ascii_only: bool) -> None:
    text = json.dumps({"data": rows}, ensure_ascii=ascii_only)
    assert vault(CANARY).body(text.encode(), "application/json") == text


@settings(max_examples=400, deadline=None)
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


@settings(max_examples=300, deadline=None)
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


# -- command lines ---------------------------------------------------------------------------------------


def test_a_command_line_names_known_secrets_as_variables_and_quotes_the_rest() -> None:
    known = Vault()
    known.add("hunter2-very/secret+1", "client secret")
    known.add("ya29.token-in-hand", "ACCESS_TOKEN")
    request = Request(
        "POST",
        "https://api.example.hk/x?client_secret=hunter2-very/secret%2B1&q=$(id)`id`",
        (
            ("Authorization", "Bearer ya29.token-in-hand"),
            ("X-Other-Secret", "unknown"),
            ("Host", "api.example.hk"),
        ),
        b'{"it\'s":"hunter2-very/secret+1"}',
    )
    line = known.curl(request, "--cacert ca.pem")
    assert "hunter2" not in line
    assert "ya29" not in line
    assert "unknown" not in line
    script = f"curl() {{ printf '%s\\n' \"$@\"; }}\nCLIENT_SECRET=one ACCESS_TOKEN=two\n{line}"
    words = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert words == [
        "-sS",
        "-i",
        "--cacert",
        "ca.pem",
        "-X",
        "POST",
        "https://api.example.hk/x?client_secret=one&q=$(id)`id`",
        "-H",
        "Authorization: Bearer two",
        "-H",
        f"X-Other-Secret: {MASK}",
        "--data-binary",
        '{"it\'s":"one"}',
    ]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40))
def test_no_url_escapes_from_its_quotes(text: str) -> None:
    line = Vault().curl(Request("GET", f"https://a.example/{text}"))
    script = f"curl() {{ printf '%s' \"$#\"; }}\n{line}"
    assert subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout == "5"


def test_variables_are_shell_names_and_never_shared() -> None:
    known = Vault()
    for value in ("first-value", "second-value", "third-value"):
        known.add(value, "1 client-id")
    assert [known.curl_variable(f"{n}-value") for n in ("first", "second", "third")] == [
        "$_1_CLIENT_ID",
        "$_1_CLIENT_ID_2",
        "$_1_CLIENT_ID_3",
    ]
    assert known.curl_variable("unknown") == MASK
    assert known.name_of("unknown") is None


# -- speed -----------------------------------------------------------------------------------------------


def test_a_plain_body_of_four_kilobytes_takes_a_tenth_of_a_millisecond() -> None:
    rows = [
        {
            "brand": "Harbour Bank",
            "name": f"Savings {n}",
            "rate": "3.5",
            "updated": "2024-05-02T09:30:00+08:00",
            "url": "https://www.example.hk/savings",
            "tiers": [{"min": "1000", "max": "50000"}],
        }
        for n in range(30)
    ]
    body = json.dumps({"data": rows}).encode()[:4096]
    known = vault("client-secret-0123456789", "client-id-0123456789")
    best = min(_timed(known, body, 100) for _ in range(7))
    assert best < 0.00015


HOSTILE = [
    '"token":"',
    '\\"',
    '"secret":{"a":',
    "1 ",
    "4",
    "A123456",
    "bearer ",
    "eyJ",
    "-----BEGIN PRIVATE KEY-----",
    "&a=",
    "<input name=",
    "://a",
    "%20",
    'token="',
    '"token":"\\',
    "authorization:",
    "<a ",
    "\\",
    '"password":"\\"',
    "\\u0026",
    '"secret":["',
    "'a':",
    "a@",
    "eyJhbGc.",
    "cookie: a=b;",
    '\\\\"token\\\\":\\\\"',
    "=",
    "(",
    "[[",
    "token ",
    "<token>",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_body_takes_more_than_linear_time(piece: str) -> None:
    known = vault(CANARY)
    small, large = (piece * (size // len(piece) + 1) for size in (20_000, 160_000))
    first = min(_timed(known, small.encode(), 1, 10**6) for _ in range(2))
    second = min(_timed(known, large.encode(), 1, 10**6) for _ in range(2))
    assert second < max(40 * first, 0.3)


def _timed(known: Vault, body: bytes, times: int, limit: int = 16384) -> float:
    started = time.perf_counter()
    for _ in range(times):
        known.body(body, "application/json", limit)
    return (time.perf_counter() - started) / times
