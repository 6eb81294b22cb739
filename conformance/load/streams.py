"""Requests as streams of one HTTP/2 connection (RFC 9113), each at its time, whatever is unanswered."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, DataReceived, Event, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error

from conformance.load.shot import EXCERPT, Hit, Shot, Until
from conformance.load.written import Origin
from conformance.model import Request

_OF_CONNECTIONS = {"host", "connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"}
"""Fields that HTTP/2 has no place for (RFC 9113, 8.2.2), and the one that is a pseudo-header there."""


async def streamed(
    origin: Origin,
    context: ssl.SSLContext | None,
    shots: Sequence[Shot],
    until: Until | None,
    *,
    timeout: float,
    max_body: int,
) -> list[Hit]:
    """Sends shots over one connection and gives what came, by due time. Never raises for a peer.

    Every hit has a fault where the server does not choose HTTP/2 in its TLS handshake (RFC 9113, 3.2).
    """
    start, (_, host, port) = time.monotonic(), origin
    if context is None:
        return _unsent(shots, start, "HTTP/2 is spoken over TLS alone")
    # Whoever else uses the context names its own protocols before each connection.
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, ssl.SSLError, TimeoutError) as error:
        return _unsent(shots, start, f"no connection: {str(error) or type(error).__name__}"[:200])
    finally:
        context.set_alpn_protocols(["http/1.1"])
    try:
        if writer.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
            return _unsent(shots, start, "HTTP/2 is not spoken here")
        return await _Streams(writer, until, max_body).fire(reader, shots, timeout)
    finally:
        writer.transport.abort()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


def _unsent(shots: Sequence[Shot], start: float, fault: str) -> list[Hit]:
    now = time.monotonic()
    return [Hit(shot, start + shot.at, now, now, 0, fault=fault) for shot in shots]


def _fields(request: Request) -> list[tuple[str, str]]:
    """The header fields of a request as HTTP/2 writes them (RFC 9113, 8.3.1), its target as it is written."""
    parts = urlsplit(request.url)
    given = {name.lower(): value for name, value in request.headers}
    fields = [
        (":method", request.method),
        (":scheme", parts.scheme),
        (":authority", given.get("host", parts.netloc.rpartition("@")[2])),
        (":path", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")),
    ]
    fields += [
        (name.lower(), value) for name, value in request.headers if name.lower() not in _OF_CONNECTIONS
    ]
    if request.body and "content-length" not in given:
        fields.append(("content-length", str(len(request.body))))
    return fields


@dataclass(slots=True)
class _Flight:
    """A shot on its stream, and what has come of it; ``landed`` when that is all."""

    hit: Hit
    landed: bool = False


class _Streams:
    """One connection and its streams."""

    def __init__(self, writer: asyncio.StreamWriter, until: Until | None, max_body: int) -> None:
        self.connection = H2Connection(H2Configuration(client_side=True, header_encoding=False))
        self.writer, self.until, self.max_body = writer, until, max_body
        self.flights: dict[int, _Flight] = {}
        self.failed: list[Hit] = []
        self.fault = ""
        self.stopped = False
        self.turn = asyncio.Event()

    async def fire(self, reader: asyncio.StreamReader, shots: Sequence[Shot], timeout: float) -> list[Hit]:
        self.connection.initiate_connection()
        self._flush()
        reading = asyncio.get_running_loop().create_task(self._read(reader))
        start = time.monotonic()
        for shot in shots:
            due = start + shot.at
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if self.stopped or self.fault:
                break
            self._send(shot, due)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not (self.fault or all(flight.landed for flight in self.flights.values())):
                    self.turn.clear()
                    await self.turn.wait()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        for flight in self.flights.values():
            if not flight.landed:
                self._fail(flight, self.fault or "no complete answer in time")
        return sorted([*self.failed, *(each.hit for each in self.flights.values())], key=lambda hit: hit.due)

    def _send(self, shot: Shot, due: float) -> None:
        body, now = shot.request.body, time.monotonic()
        hit = Hit(shot, due, now, now, 0)
        try:
            stream = self.connection.get_next_available_stream_id()
            self.connection.send_headers(stream, _fields(shot.request), end_stream=not body)
            while body:
                size = min(len(body), self.connection.max_outbound_frame_size)
                piece, body = body[:size], body[size:]
                self.connection.send_data(stream, piece, end_stream=not body)
        except H2Error as error:
            self.failed.append(replace(hit, fault=f"not sent: {str(error) or type(error).__name__}"[:200]))
            return
        self.flights[stream] = _Flight(hit)
        self._flush()

    def _flush(self) -> None:
        self.writer.write(self.connection.data_to_send())

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(65536):
                for event in self.connection.receive_data(data):
                    self._take(event)
                self._flush()
                self.turn.set()
            self.fault = "the connection was closed without an answer"
        except (H2Error, OSError, ssl.SSLError, ValueError) as error:
            self.fault = f"no HTTP/2: {str(error) or type(error).__name__}"[:200]
        self.turn.set()

    def _take(self, event: Event) -> None:
        if isinstance(event, ConnectionTerminated):
            self.fault = f"the connection was ended with error {event.error_code}"
            return
        flight = self.flights.get(getattr(event, "stream_id", None) or 0)
        if flight is None or flight.landed:
            return
        if isinstance(event, ResponseReceived):
            told = [
                (bytes(name).decode("latin-1"), bytes(value).decode("latin-1"))
                for name, value in event.headers
            ]
            headers = tuple(field for field in told if not field[0].startswith(":"))
            status = next((value for name, value in told if name == ":status"), "")
            flight.hit = replace(flight.hit, status=int(status), headers=headers)
        elif isinstance(event, DataReceived):
            self._keep(flight, event)
        elif isinstance(event, StreamEnded):
            self._land(flight)
        elif isinstance(event, StreamReset):
            self._fail(flight, f"the stream was reset with error {event.error_code}")

    def _keep(self, flight: _Flight, event: DataReceived) -> None:
        hit, data = flight.hit, event.data or b""
        flight.hit = replace(hit, body=(hit.body + data)[:EXCERPT], size=hit.size + len(data))
        if flight.hit.size > self.max_body:
            self._fail(flight, f"the body is larger than the cap of {self.max_body} bytes")
            self.connection.reset_stream(event.stream_id or 0, ErrorCodes.CANCEL)
        else:
            self.connection.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id or 0)

    def _fail(self, flight: _Flight, fault: str) -> None:
        flight.hit = replace(flight.hit, status=0, fault=fault)
        self._land(flight)

    def _land(self, flight: _Flight) -> None:
        flight.landed = True
        flight.hit = replace(flight.hit, ended=time.monotonic())
        if self.until is not None and not self.stopped:
            self.stopped = self.until(flight.hit)
