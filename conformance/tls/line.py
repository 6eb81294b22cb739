"""One connection to a host that may be hostile: bounded in seconds and bytes, and counted.

Whatever goes wrong on the wire becomes a ``Fault`` with a kind; no other exception leaves this module.
"""

from __future__ import annotations

import errno
import socket
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

from conformance.errors import Outcome

ANSWER_CAP = 256 * 1024
"""The most bytes read from one connection."""


class Dialler(Protocol):
    """Opens every connection of the prober, so that its owner can limit, delay, count or refuse them."""

    def wait_turn(self) -> None:
        """Returns when another connection is allowed, which counts against no limit of the host; raises an
        ``Outcome`` when none will be."""

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        """A connected TCP socket to an address literal; raises OSError, or an ``Outcome`` to hold it back."""


class Direct:
    """Dials at once, without a limit."""

    def wait_turn(self) -> None:
        return

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((host, port), timeout)


class Fault(Exception):
    """What the other side did instead of answering.

    ``kind``: refused, unroutable, unanswered or held before there is a connection; timeout, reset, closed,
    garbage, plain, oversize, unsupported or alert on one; spent when a limit is reached.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps, in seconds and connections. ``handshake`` is for one connection, ``total`` for one endpoint."""

    handshake: float = 5.0
    total: float = 20.0
    connections: int = 600
    answer: int = ANSWER_CAP


@dataclass(slots=True)
class Meter:
    """What one endpoint has cost so far, against its limits."""

    limits: Limits = field(default_factory=Limits)
    connections: int = 0
    received: int = 0
    waited: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds so far, without those that passed before connections were allowed."""
        return time.monotonic() - self.started - self.waited

    def wait_turn(self, dialler: Dialler) -> None:
        before = time.monotonic()
        try:
            dialler.wait_turn()
        except Outcome as held:
            raise Fault("held", held.reason) from held
        finally:
            self.waited += time.monotonic() - before

    def allowance(self, patience: float) -> float:
        """The seconds that the next connection may take; raises ``Fault`` when a cap is reached."""
        left = self.limits.total - self.seconds
        if left <= 0 or self.connections >= self.limits.connections:
            raise Fault("spent", f"{self.connections} connections, {self.seconds:.1f} s")
        return min(patience, self.limits.handshake, left)


_UNROUTABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETDOWN}


class Line:
    """A connection that reads exactly what is asked for, or raises ``Fault``."""

    def __init__(self, dialler: Dialler, address: str, port: int, meter: Meter, patience: float) -> None:
        meter.wait_turn(dialler)
        seconds = meter.allowance(patience)
        meter.connections += 1
        self._meter = meter
        self._deadline = time.monotonic() + seconds
        self._late = False
        self._buffer = bytearray()
        self._read = 0
        try:
            self._socket = dialler.dial(address, port, seconds)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except Outcome as held:
            raise Fault("held", held.reason) from held
        except OSError as error:
            fault = self._fault(error)
            if fault.kind in ("timeout", "reset") and not isinstance(error, ConnectionResetError):
                fault = Fault("unanswered", fault.detail or f"no connection within {seconds:.1f} s")
            raise fault from error

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._socket.close()

    @staticmethod
    def _fault(error: OSError) -> Fault:
        if isinstance(error, TimeoutError | BlockingIOError):
            return Fault("timeout")
        if isinstance(error, ConnectionRefusedError):
            return Fault("refused")
        if error.errno in _UNROUTABLE:
            return Fault("unroutable", str(error))
        return Fault("reset", str(error))

    def _arm(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Fault("timeout")
        self._socket.settimeout(left)

    def shorten(self, seconds: float) -> None:
        """Waits at most so long from now on, and never longer than before."""
        self._deadline = min(self._deadline, time.monotonic() + seconds)

    def send(self, data: bytes) -> None:
        self._arm()
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._fault(error) from error

    def half_close(self) -> None:
        """Sends no more, so that a server that waits for the end of the stream need not wait."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise self._fault(error) from error

    def hang_up(self) -> None:
        """Sends no more and reads to the end; raises ``Fault``: closed when the server hung up too."""
        self.half_close()
        while True:
            self.more()

    def more(self) -> None:
        """Reads what has come; raises ``Fault`` closed at the end of the stream.

        Once the time is over, what has come by then is still read, a single time: it may have come long
        before on a machine that stood still itself.
        """
        if self._late or self._deadline > time.monotonic():
            self._arm()
        else:
            self._late = True
            self._socket.settimeout(0)
        try:
            data = self._socket.recv(65536)
        except OSError as error:
            raise self._fault(error) from error
        if not data:
            raise Fault("closed")
        self._buffer += data
        self._read += len(data)
        self._meter.received += len(data)
        if self._read > self._meter.limits.answer:
            raise Fault("oversize", f"over {self._meter.limits.answer} bytes in one answer")

    def exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self.more()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def peek(self, count: int) -> bytes:
        """The next bytes without taking them."""
        while len(self._buffer) < count:
            self.more()
        return bytes(self._buffer[:count])
