"""Lists what a server accepts by offering everything, taking away what it chose, and offering the rest again.

Each ``Offer`` sends one hello on one connection and returns what came back; refusal and fault are values.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.tls import wire
from conformance.tls.codes import SSL3, TLS12, TLS13
from conformance.tls.facts import Endpoint, Trouble
from conformance.tls.identity import Identity
from conformance.tls.line import Dialler, Fault, Line, Meter
from conformance.tls.suites import TLS13 as TLS13_SUITES
from conformance.tls.suites import legacy_pool, strength, suite
from conformance.tls.wire import Alert, Flight, Hello, Messages

Asked = Flight | Alert | Fault
RESTART = 0.3
"""Seconds that a server gets to come back."""


@dataclass(slots=True)
class Caller:
    """Sends hellos to one address. ``patience`` in seconds for one connection; it shrinks once the server
    has shown how fast it answers. ``seen`` collects all flights with certificates. ``identity`` is shown in
    handshakes that go to their end, where the server asks for one. ``met`` is the first hello that was
    answered."""

    dialler: Dialler
    endpoint: Endpoint
    meter: Meter
    patience: float
    seen: list[Flight]
    troubles: list[Trouble]
    identity: Identity | None = None
    met: Hello | None = None

    def line(self) -> Line:
        """A new connection. A server that has spoken TLS before and takes none is asked once more, later."""
        try:
            return self._line()
        except Fault as fault:
            if self.met is None or fault.kind not in ("refused", "unanswered"):
                raise
        time.sleep(RESTART)
        try:
            return self._line()
        except Fault as fault:
            self.met = None
            self.note("a later connection", Fault("gone", fault.kind))
            raise

    def _line(self) -> Line:
        return Line(
            self.dialler,
            self.endpoint.address or self.endpoint.host,
            self.endpoint.port,
            self.meter,
            self.patience,
        )

    def ask(self, hello: Hello) -> Asked:
        """One hello, one answer up to ServerHelloDone. Raises ``Fault`` spent only."""
        try:
            with self.line() as line:
                line.send(hello.record())
                flight = wire.read_flight(Messages(line))
        except Alert as alert:
            return alert
        except Fault as fault:
            if fault.kind == "spent":
                raise
            return fault
        flight.offered = frozenset(kind for kind, _ in hello.extensions())
        flight.named = hello.server_name == self.endpoint.server_name
        if flight.hello.version < TLS13 and (flight.named or hello.version == SSL3):
            self.seen.append(flight)
        return flight

    def control(self) -> None:
        """Asks the first hello that was answered again, and notes where it is answered no more.

        A server that counts connections hangs up at last on everything: no refusal before proves anything.
        """
        for wait in (0.0, RESTART):
            if self.met is None:
                return
            time.sleep(wait)
            answer = self.ask(self.met)
            if not isinstance(answer, Fault):
                return
            kind = answer.kind
        self.note("the first hello, asked again at last", Fault("gone", kind))

    def note(self, step: str, fault: Fault) -> None:
        if not any(one.step == step and one.kind == fault.kind for one in self.troubles):
            self.troubles.append(Trouble(step, fault.kind, fault.detail))


def accepted_suites(caller: Caller, base: Hello, step: str) -> tuple[int, ...]:
    """The suites of one version, in the order in which the server gives them up."""
    version = base.version
    found: list[int] = []
    pools = (TLS13_SUITES,) if version >= TLS13 else legacy_pool()
    for pool in pools:
        left = [code for code in pool if version >= TLS12 or _before_12(code)]
        while left:
            answer = caller.ask(replace(base, suites=tuple(left)))
            if isinstance(answer, Alert):
                if answer.name == "protocol_version" and not found:
                    return ()
                break
            if isinstance(answer, Fault):
                if answer.kind not in ("closed", "reset"):
                    caller.note(step, answer)
                    if answer.kind == "timeout":
                        return tuple(found)
                break
            if answer.hello.version != version:
                return tuple(found)
            if answer.hello.suite not in left:
                caller.note(
                    step, Fault("garbage", f"chose suite 0x{answer.hello.suite:04x}, which was not offered")
                )
                break
            found.append(answer.hello.suite)
            left.remove(answer.hello.suite)
    return tuple(found)


def _before_12(code: int) -> bool:
    one = suite(code)
    return one.mode != "AEAD" and not one.name.endswith(("SHA256", "SHA384"))


def preference(caller: Caller, base: Hello, found: tuple[int, ...]) -> tuple[bool | None, int | None]:
    """Whether the server's own order decides, and what it takes when its suites come weakest first."""
    if len(found) < 2:
        return None, None
    weakest_first = tuple(sorted(found, key=strength))
    answer = caller.ask(replace(base, suites=weakest_first))
    if not isinstance(answer, Flight):
        return None, None
    chosen = answer.hello.suite
    if weakest_first[0] != found[0]:
        return chosen == found[0], chosen
    other = caller.ask(replace(base, suites=weakest_first[::-1]))
    return (other.hello.suite == found[0] if isinstance(other, Flight) else None), chosen


def drain(ask: Callable[[tuple[int, ...]], int | None], offered: tuple[int, ...]) -> tuple[int, ...]:
    """Offers codes, takes away the one that was chosen, and repeats until the server refuses."""
    left, found = list(offered), []
    while left:
        chosen = ask(tuple(left))
        if chosen is None or chosen not in left:
            break
        found.append(chosen)
        left.remove(chosen)
    return tuple(found)


def legacy_hello(version: int, server_name: str, suites: tuple[int, ...] = ()) -> Hello:
    """A hello of SSL 3.0 to TLS 1.2 that offers all that a server might agree to."""
    return Hello(
        version=version,
        suites=suites,
        server_name=server_name if version > SSL3 else "",
        compression=b"\x01\x00",
        extra=((wire.ENCRYPT_THEN_MAC, b""), (wire.TRUNCATED_HMAC, b""), (wire.HEARTBEAT_MODE, b"\x01")),
    )


class LaterHello(Hello):
    """A hello whose version number lies above all versions, which a server answers with its own newest."""

    __slots__ = ()

    def __init__(self, hello: Hello) -> None:
        for name in Hello.__dataclass_fields__:
            object.__setattr__(self, name, getattr(hello, name))

    def message(self) -> bytes:
        plain = Hello.message(self)
        return plain[:4] + b"\x03\x04" + plain[6:]
