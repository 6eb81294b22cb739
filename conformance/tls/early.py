"""What a server makes of data that come before a handshake has ended, and what it sends so early itself.

Early data (0-RTT) can be recorded by anybody and sent again, so the same bytes are sent twice and what comes
back before our Finished is read: an answer there was made without knowing who asked. Sources: RFC 8446
sections 2.3, 8 and E.1.2; RFC 8470.
"""

from __future__ import annotations

from contextlib import suppress

from conformance.tls import wire
from conformance.tls.enumerate import Caller
from conformance.tls.line import Fault
from conformance.tls.session13 import Connection13, Session13
from conformance.tls.wire import Alert, Hello

PATIENCE = 0.9
"""Seconds that an answer gets, whose sender may be waiting for the end of the handshake."""
TOO_EARLY = "425"


def ticket(caller: Caller, hello: Hello) -> Session13 | None:
    """A session that admits early data; None when the server gives none."""
    with caller.line() as line:
        connection = Connection13(line, caller.identity)
        connection.open(hello)
        line.shorten(PATIENCE)
        connection.finish()
    return next((one for one in connection.tickets if one.early_data), None)


def replayed(caller: Caller, hello: Hello, host: str) -> tuple[bool | None, tuple[str, ...]]:
    """Whether a request in early data is answered twice, and the answers; None without a ticket.

    An answer is an HTTP status, or what came instead of one; after that it is not asked for a second.
    """
    session = ticket(caller, hello)
    if session is None:
        return None, ()
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    first = Early(hello, session, request)
    answers = [first.send(caller)]
    if _served(answers[0]):
        answers.append(first.send(caller))
    return all(_served(one) for one in answers), tuple(answers)


def _served(answer: str) -> bool:
    return answer.isdigit() and answer != TOO_EARLY


class Early:
    """A request in early data, which can be sent again byte by byte."""

    def __init__(self, hello: Hello, session: Session13, request: bytes) -> None:
        self.hello, self.session, self.request = hello, session, request
        self.before: Connection13 | None = None

    def send(self, caller: Caller) -> str:
        with caller.line() as line:
            connection = Connection13(line, caller.identity)
            connection.early_request = self.request
            connection.repeats = self.before
            try:
                flight = connection.open(self.hello, self.session, only_flight=True)
            except Alert as alert:
                return f"alert {alert.name}"
            self.before = self.before or connection
            if wire.EARLY_DATA not in flight.extensions:
                return "not accepted"
            line.shorten(PATIENCE)
            words = unasked(connection).split(b" ", 2)
        if len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit():
            return words[1].decode("latin-1")
        return "accepted, and not answered before the handshake ended"


def unasked(connection: Connection13) -> bytes:
    """The application data that a server sends before the client's Finished; its patience is the line's."""
    data = b""
    with suppress(Alert, Fault):
        while b"\n" not in data and len(data) < 4096:
            kind, body = connection.receive()
            if kind == wire.DATA:
                data += body
    return data
