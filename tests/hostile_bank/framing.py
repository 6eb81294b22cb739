"""Misbehaviour in the framing of HTTP: status lines, header fields, lengths, chunks, and time."""

from __future__ import annotations

import socket
import struct
import time

from tests.hostile_bank.peer import Call

OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
RATES = '{"data": [{"currency": "USD", "base": "HKD", "buy": "7.75", "sell": "7.85"}]}'


def no_answer(_: Call) -> None:
    """Closes the connection instead of answering."""


def reset(call: Call) -> None:
    """Resets the connection in the middle of the body."""
    call.send(OK + "Content-Length: 5000\r\n\r\n{")
    call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def banana(call: Call) -> None:
    """Answers with a status line of another protocol."""
    call.send("HTTP/9.9 banana\r\n\r\n")


def bare_body(call: Call) -> None:
    """Answers with a body and no head at all, as HTTP/0.9 did."""
    call.send(RATES)


def status_999(call: Call) -> None:
    """Answers with the status 999."""
    call.answer(RATES, status="999 Beyond")


def status_000(call: Call) -> None:
    """Answers with the status 000."""
    call.answer(RATES, status="000 Nothing")


def status_in_words(call: Call) -> None:
    """Answers with a status that is no number."""
    call.answer(RATES, status="OK OK")


def switching(call: Call) -> None:
    """Switches to another protocol that nobody asked for."""
    call.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"\x81\x7f" * 50,
    )


def endless_continue(call: Call) -> None:
    """Says 100 Continue without end."""
    while True:
        call.send("HTTP/1.1 100 Continue\r\n\r\n" * 500)


def negative_length(call: Call) -> None:
    """Tells a Content-Length below zero."""
    call.send(OK + "Content-Length: -5\r\n\r\n" + RATES)


def length_too_long(call: Call) -> None:
    """Tells a longer body than it sends."""
    call.send(OK + "Content-Length: 100000\r\n\r\n" + RATES)


def length_enormous(call: Call) -> None:
    """Tells a length of as many bytes as there are atoms."""
    call.send(OK + f"Content-Length: {'9' * 80}\r\n\r\n" + RATES)


def two_lengths(call: Call) -> None:
    """Tells two lengths that differ."""
    call.send(OK + f"Content-Length: 5\r\nContent-Length: {len(RATES)}\r\n\r\n" + RATES)


def length_and_chunks(call: Call) -> None:
    """Tells a length and sends chunks, so that two readers see two messages."""
    call.send(
        OK + f"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{len(RATES):x}\r\n{RATES}\r\n0\r\n\r\n"
    )


def chunk_of_letters(call: Call) -> None:
    """Tells the size of a chunk in letters that are no digits."""
    call.send(OK + "Transfer-Encoding: chunked\r\n\r\nZZZ\r\n" + RATES)


def chunk_enormous(call: Call) -> None:
    """Tells a chunk of 16 exbibytes."""
    call.send(OK + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + RATES)


def endless_chunks(call: Call) -> None:
    """Sends chunks without end."""
    call.send(OK + "Transfer-Encoding: chunked\r\n\r\n")
    while True:
        call.send(b"8000\r\n" + b" " * 0x8000 + b"\r\n")


def endless_trailers(call: Call) -> None:
    """Sends trailers after the last chunk without end."""
    call.send(OK + f"Transfer-Encoding: chunked\r\n\r\n{len(RATES):x}\r\n{RATES}\r\n0\r\n")
    while True:
        call.send("X-Trailer: more\r\n" * 500)


def endless_body(call: Call) -> None:
    """Sends a body without length and without end."""
    call.send(OK + "\r\n")
    while True:
        call.send(b" " * 65536)


def endless_head(call: Call) -> None:
    """Sends header fields without end."""
    call.send(OK)
    while True:
        call.send("X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 500)


def long_header(call: Call) -> None:
    """Sends a header field of two mebibytes."""
    call.answer(RATES, "X-Long: " + "a" * (2 << 20))


def many_headers(call: Call) -> None:
    """Sends fifty thousand header fields."""
    call.answer(RATES, *(f"X-{n}: {n}" for n in range(50_000)))


def header_with_nul(call: Call) -> None:
    """Sends a NUL in a header field."""
    call.answer(RATES, "X-Nul: a\0b")


def folded_header(call: Call) -> None:
    """Folds a header field over lines, and puts a bare carriage return into another."""
    call.send(
        OK + f"X-Fold: a\r\n  b\r\nX-Bare: a\rSet-Cookie: x=1\r\nContent-Length: {len(RATES)}\r\n\r\n{RATES}"
    )


def header_in_controls(call: Call) -> None:
    """Colours header fields with escape sequences of a terminal."""
    call.answer(RATES, "Server: \x1b[31mred\x1b[0m\x07", "X-Powered-By: \x1b]0;title\x07")


def thousand_cookies(call: Call) -> None:
    """Sets a thousand cookies."""
    call.answer(RATES, *(f"Set-Cookie: c{n}={'x' * 100}; Path=/" for n in range(1000)))


def second_answer(call: Call) -> None:
    """Sends a second answer that nobody asked for behind the first."""
    one = f"{OK}Content-Length: {len(RATES)}\r\n\r\n{RATES}"
    call.send(one + one.replace("7.75", "0.01"))


def body_without_content(call: Call) -> None:
    """Sends a body with 204 No Content."""
    call.send(f"HTTP/1.1 204 No Content\r\nContent-Length: {len(RATES)}\r\n\r\n{RATES}")


def slow_head(call: Call) -> None:
    """Sends its head one byte at a time."""
    for letter in OK:
        call.send(letter)
        time.sleep(0.4)


def slow_body(call: Call) -> None:
    """Sends its body one byte at a time."""
    call.send(OK + f"Content-Length: {len(RATES)}\r\n\r\n")
    for letter in RATES:
        call.send(letter)
        time.sleep(0.4)


def silent(_: Call) -> None:
    """Never answers."""
    time.sleep(8)


def come_back_never(call: Call) -> None:
    """Asks with 503 to come back in thirty thousand years."""
    call.answer("", "Retry-After: 999999999999", status="503 Service Unavailable")


def come_back_later(call: Call) -> None:
    """Asks with 429 to come back in 55 seconds, every time."""
    call.answer("", "Retry-After: 55", status="429 Too Many Requests")


def come_back_yesterday(call: Call) -> None:
    """Asks with 503 to come back at a date that is none."""
    call.answer("", "Retry-After: Mon, 31 Feb 99999 25:61:61 GMT", status="503 Service Unavailable")


def every_second_fails(call: Call) -> None:
    """Answers every second request with 500."""
    call.answer(RATES, status="500 Oops" if call.number % 2 else "200 OK")


def clock_runs_back(call: Call) -> None:
    """Dates every answer a day before the one before it, with times before 1970."""
    year = 1999 - call.number % 60
    call.answer(
        RATES,
        f"Date: Mon, 01 Jan {year} 00:00:00 GMT",
        "Age: -1",
        f"Expires: Thu, 01 Jan {year - 900} 00:00:00 GMT",
    )


FRAMING = (
    no_answer, reset, banana, bare_body, status_999, status_000, status_in_words, switching, endless_continue,
    negative_length, length_too_long, length_enormous, two_lengths, length_and_chunks, chunk_of_letters,
    chunk_enormous, endless_chunks, endless_trailers, endless_body, endless_head, long_header, many_headers,
    header_with_nul, folded_header, header_in_controls, thousand_cookies, second_answer, body_without_content,
    slow_head, slow_body, silent, come_back_never, come_back_later, come_back_yesterday, every_second_fails,
    clock_runs_back,
)  # fmt: skip
