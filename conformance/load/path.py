"""The fast path over the network: one request at a time on each of many connections, parsed by httptools.

Open loop: a request leaves when it is due, on an idle connection or a new one, whatever is still unanswered.
Connections stay open between volleys, but for those that carried nothing: a server with a thread for each
connection waits for their request and serves nobody else. Not for several threads at once.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import httptools

from conformance.load.shot import EXCERPT, Hit, Shot, Talk, Until
from conformance.load.streams import streamed
from conformance.load.talk import stalled, talk
from conformance.load.written import Origin, origin_of, serialised
from conformance.model import Request

WIDEST = 64
"""Connections to one bank that stand open at once."""
_SPIN = 0.001


@dataclass(slots=True)
class _Flight:
    """A shot on its way."""

    index: int
    shot: Shot
    due: float
    sent: float = 0.0


class _Connection(asyncio.Protocol):
    """One connection; ``flight`` is what it waits for. Also the parser's callbacks."""

    def __init__(self, gun: _Gun) -> None:
        self.gun = gun
        self.flight: _Flight | None = None
        self.transport: asyncio.Transport | None = None
        self.closed = False
        self.used = False
        self.parser = httptools.HttpResponseParser(self)
        self._begin()

    def _begin(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.size = 0
        self.ready = False
        self.keep = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, flight: _Flight, data: bytes) -> None:
        assert self.transport is not None
        self.flight, self.used = flight, True
        flight.sent = time.monotonic()
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._lost(f"no HTTP response: {error}"[:200])
            return
        if self.ready:
            self._finish()
        elif self.size > self.gun.max_body:
            self._lost(f"the body is larger than the cap of {self.gun.max_body} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))
        if len(self.headers) > 500:
            raise ValueError("more than 500 header fields")

    def on_body(self, data: bytes) -> None:
        self.size += len(data)
        if len(self.body) < EXCERPT:
            self.body = (self.body + data)[:EXCERPT]

    def on_message_complete(self) -> None:
        # 1xx answers are not final (RFC 9110, 15.2).
        if self.parser.get_status_code() >= 200:
            self.ready = True
            self.keep = self.parser.should_keep_alive()
        else:
            self._begin()

    def _finish(self) -> None:
        flight = self.flight
        if flight is None:
            self.drop()
            return
        self.flight = None
        hit = Hit(
            flight.shot,
            flight.due,
            flight.sent,
            time.monotonic(),
            self.parser.get_status_code(),
            tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers]),
            self.body,
            self.size,
        )
        keep = self.keep and not flight.shot.fresh
        self._begin()
        if not keep:
            self.drop()
        self.gun.landed(flight.index, hit, self)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        # A body without a length ends with the connection (RFC 9112, 6.3).
        framing = {name.lower() for name, _ in self.headers} & {b"content-length", b"transfer-encoding"}
        if self.flight is not None and self.headers and not (error or self.ready or framing):
            self._finish()
            return
        why = "the connection was closed without an answer"
        self._lost(str(error) or type(error).__name__ if error else why)

    def _lost(self, fault: str) -> None:
        flight, self.flight = self.flight, None
        self.drop()
        if flight is not None:
            now = time.monotonic()
            self.gun.landed(
                flight.index, Hit(flight.shot, flight.due, flight.sent, now, 0, fault=fault), self
            )

    def drop(self) -> None:
        self.closed = True
        if self.transport is not None:
            self.transport.abort()


class _Gun:
    """The connections to one origin, and the volley in hand."""

    def __init__(self, origin: Origin, context: ssl.SSLContext | None, max_body: int, timeout: float) -> None:
        self.origin = origin
        self.context = context if origin[0] else None
        self.max_body = max_body
        self.timeout = timeout
        self.idle: deque[_Connection] = deque()
        self.open = 0
        self.waiting: deque[_Flight] = deque()
        self.hits: dict[int, Hit] = {}
        self.flying: dict[int, _Connection] = {}
        self.until: Until | None = None
        self.stopped = False
        self.over = False
        self.failure = ""
        self.encoded: dict[tuple[int, str], bytes] = {}
        self.expected = -1
        self.landed_all = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        self.open += 1
        _, host, port = self.origin
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.timeout):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self),
                    host,
                    port,
                    ssl=self.context,
                    server_hostname=host if self.context else None,
                )
        except (OSError, ssl.SSLError, TimeoutError) as error:
            self.open -= 1
            self.failure = f"no connection: {str(error) or type(error).__name__}"[:200]
            if self.open == 0:
                self._fail_waiting()
            return
        if connection.closed:
            self.open -= 1
        elif self.over:
            self.open -= 1
            connection.drop()
        else:
            self._use(connection)

    def _use(self, connection: _Connection) -> None:
        while self.waiting:
            flight = self.waiting.popleft()
            if self.stopped:
                continue
            self._send(connection, flight)
            return
        self.idle.append(connection)

    def _fail_waiting(self) -> None:
        now = time.monotonic()
        while self.waiting:
            flight = self.waiting.popleft()
            self._note(flight.index, Hit(flight.shot, flight.due, now, now, 0, fault=self.failure))

    def _send(self, connection: _Connection, flight: _Flight) -> None:
        self.flying[flight.index] = connection
        request, version = flight.shot.request, flight.shot.version
        data = self.encoded.get((id(request), version))
        if data is None:
            data = self.encoded[id(request), version] = serialised(request, version)
        connection.send(flight, data)

    def launch(self, flight: _Flight) -> None:
        if flight.shot.fresh:
            while self.idle:
                connection = self.idle.popleft()
                self.open -= 1
                connection.drop()
        while self.idle:
            # The one used last: a server may be about to close the others.
            connection = self.idle.pop()
            if not connection.closed:
                self._send(connection, flight)
                return
            self.open -= 1
        self.waiting.append(flight)
        if self.open < WIDEST:
            self._spawn()

    def _spawn(self) -> None:
        task = asyncio.get_running_loop().create_task(self.connect())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def landed(self, index: int, hit: Hit, connection: _Connection) -> None:
        self.flying.pop(index, None)
        if connection.closed:
            self.open -= 1
            if self.waiting and self.open < WIDEST:
                self._spawn()
        else:
            self._use(connection)
        self._note(index, hit)

    def _note(self, index: int, hit: Hit) -> None:
        self.hits[index] = hit
        if self.until is not None and not self.stopped and self.until(hit):
            self.stopped = True
        if self.expected >= 0 and self._finished():
            self.landed_all.set()

    def _finished(self) -> bool:
        return len(self.hits) >= self.expected or not (self.flying or (self.waiting and not self.stopped))

    async def warm(self, number: int) -> None:
        """Opens connections until so many stand."""
        self.idle = deque(c for c in self.idle if not c.closed)
        self.open = len(self.idle) + len(self.tasks)
        await asyncio.gather(*(self.connect() for _ in range(max(0, number - self.open))))

    async def fire(self, shots: Sequence[Shot], until: Until | None, width: int) -> list[Hit]:
        self.hits, self.until, self.stopped, self.over, self.failure = {}, until, False, False, ""
        self.landed_all = asyncio.Event()
        self.encoded, self.expected = {}, -1
        await self.warm(width)
        start = time.monotonic()
        sent = 0
        for index, shot in enumerate(shots):
            due = start + shot.at
            while (left := due - time.monotonic()) > 0:
                # A timer of the loop is late by up to a millisecond; the rest is waited for turn by turn.
                await asyncio.sleep(left - _SPIN if left > _SPIN else 0)
                if self.stopped:
                    break
            if self.stopped:
                break
            if index % 16 == 0:
                await asyncio.sleep(0)
            self.launch(_Flight(index, shot, due))
            sent += 1
        self.expected = sent
        if not self._finished():
            with suppress(TimeoutError):
                async with asyncio.timeout(self.timeout):
                    await self.landed_all.wait()
        for connection in list(self.flying.values()):
            connection._lost("no complete answer in time")
        self.waiting.clear()
        self._spare()
        return [self.hits[index] for index in sorted(self.hits)]

    def _spare(self) -> None:
        """Closes what carried nothing, also what is still being opened."""
        self.over = True
        for connection in self.idle:
            if not connection.used:
                connection.drop()
        self.idle = deque(connection for connection in self.idle if not connection.closed)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for connection in self.idle:
            connection.drop()


class NetworkPath:
    """Sends over TCP and TLS. ``width`` connections are opened before a volley, more as needed."""

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        *,
        timeout: float = 15.0,
        max_body: int = 1 << 24,
        width: int = 16,
    ) -> None:
        self._context = context
        self._timeout = timeout
        self._max_body = max_body
        self.width = width
        self._loop = asyncio.new_event_loop()
        self._guns: dict[Origin, _Gun] = {}

    def now(self) -> float:
        return time.monotonic()

    def rest(self, seconds: float) -> None:
        # The loop runs on, so that connections that the bank closes meanwhile are seen to be closed.
        self._loop.run_until_complete(asyncio.sleep(seconds))

    def fire(self, shots: Sequence[Shot], until: Until | None = None) -> list[Hit]:
        return self._loop.run_until_complete(self._fire(shots, until)) if shots else []

    async def _fire(self, shots: Sequence[Shot], until: Until | None = None) -> list[Hit]:
        origin = origin_of(shots[0].request)
        if any(origin_of(shot.request) != origin for shot in shots):
            raise ValueError("a volley goes to one origin")
        if shots[0].version == "2":
            context, capped = self._context if origin[0] else None, self._max_body
            return await streamed(origin, context, shots, until, timeout=self._timeout, max_body=capped)
        if origin not in self._guns:
            self._guns[origin] = _Gun(origin, self._context, self._max_body, self._timeout)
        return await self._guns[origin].fire(shots, until, min(self.width, len(shots)))

    def beside(self, pieces: Sequence[bytes], shots: Sequence[Shot]) -> list[Hit]:
        return self._loop.run_until_complete(self._beside(pieces, shots))

    async def _beside(self, pieces: Sequence[bytes], shots: Sequence[Shot]) -> list[Hit]:
        secure, host, port = origin_of(shots[0].request)
        held = await stalled(host, port, self._context if secure else None, pieces)
        try:
            return await self._fire([replace(shot, fresh=True) for shot in shots])
        finally:
            for writer in held:
                writer.transport.abort()
            await _settle()

    def cut(self, request: Request, sent: int) -> None:
        self._loop.run_until_complete(self._cut(request, sent))

    async def _cut(self, request: Request, sent: int) -> None:
        secure, host, port = origin_of(request)
        try:
            async with asyncio.timeout(self._timeout):
                _, writer = await asyncio.open_connection(host, port, ssl=self._context if secure else None)
                data = serialised(request)
                writer.write(data[: len(data) - len(request.body) + sent])
                await writer.drain()
                await asyncio.sleep(0.02)
                writer.transport.abort()
        except (OSError, TimeoutError):
            return

    def converse(self, request: Request, pieces: Sequence[bytes], patience: float) -> Talk:
        secure, host, port = origin_of(request)
        return self._loop.run_until_complete(
            talk(host, port, self._context if secure else None, pieces, patience)
        )

    def close(self) -> None:
        if self._loop.is_closed():
            return
        for gun in self._guns.values():
            self._loop.run_until_complete(gun.close())
        self._loop.run_until_complete(_settle())
        self._loop.close()


async def _settle() -> None:
    """A few turns, in which aborted connections report that they are closed."""
    for _ in range(3):
        await asyncio.sleep(0)
