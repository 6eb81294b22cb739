"""Secrets: they do not print, and none that is known survives in what is written."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
import shlex
import subprocess
import threading
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.model import Request
from conformance.redaction import MASK
from conformance.secret import Secret, Vault

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


@settings(max_examples=300)
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


@settings(max_examples=200)
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


@settings(max_examples=100)
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


def test_a_header_seen_before_its_secret_was_known_is_judged_again() -> None:
    vault = Vault()
    field = ("X-Request", "before-c4nary-value-after")
    assert vault.headers([field, field]) == (field, field)
    vault.add("c4nary-value", "late")
    assert vault.headers([field]) == (("X-Request", "before-[redacted]-after"),)
    assert "$LATE" in vault.curl(Request("GET", "https://bank.example/", (field,)))


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


DOTTED = ("curl -sS -i --path-as-is ", "curl -sS -i -g --path-as-is ")


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40))
def test_no_url_escapes_from_its_quotes(text: str) -> None:
    line = Vault().curl(Request("GET", f"https://a.example/{text}"))
    script = f"curl() {{ printf '%s' \"$#\"; }}\n{line}"
    number = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert int(number) == 5 + bool({"[", "]", "{", "}"}.intersection(text)) + line.startswith(DOTTED)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request("GET", "https://a.example/x?filter[name]={1}"), ["-g"]),
        (Request("GET", "https://a.example/v1/../x"), ["--path-as-is"]),
        (Request("GET", "https://a.example/v1/%2E"), ["--path-as-is"]),
        (Request("GET", "https://a.example/v1.2/x.json?a=/../b"), []),
        (Request("GET", "https://a.example/x", (("Host", "b.example"),)), ["-H", "Host: b.example"]),
        (Request("POST", "https://a.example/x", (), b"a" * 100_000), ["@100000 bytes that are not kept"]),
    ],
)
def test_a_command_line_sends_what_was_sent(request_: Request, words: list[str]) -> None:
    plain = ["curl", "-sS", "-i", "-X", request_.method, request_.url, "--data-binary"]
    assert [word for word in shlex.split(Vault().curl(request_)) if word not in plain] == words


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
