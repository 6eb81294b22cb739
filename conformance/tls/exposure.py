"""Known vulnerabilities that a malformed but harmless exchange shows. Sends what no honest client sends.

Heartbleed (CVE-2014-0160), early ChangeCipherSpec (CVE-2014-0224), Bleichenbacher's oracle (ROBOT, 2017) and
Ticketbleed (CVE-2016-9244). Each is None when it could not be told; nothing that leaks is kept.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from conformance.tls import wire
from conformance.tls.codes import SSL2, TLS12, TLS13
from conformance.tls.enumerate import Caller, legacy_hello
from conformance.tls.facts import TlsFacts
from conformance.tls.line import Dialler, Fault, Limits, Line, Meter
from conformance.tls.secrets import AGREED_GROUPS
from conformance.tls.session12 import Connection12
from conformance.tls.suites import suite
from conformance.tls.wire import Alert, Flight, Hello, Messages, message, record, vector

PATIENCE = 2.0
"""Seconds that a server gets to answer a malformed message."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whether an address is exposed; ``robot_answers`` are the differing answers that make the oracle."""

    heartbleed: bool | None = False
    ccs_injection: bool | None = False
    robot: bool | None = False
    robot_answers: tuple[str, ...] = ()
    ticketbleed: bool | None = False
    troubles: tuple[str, ...] = ()


@dataclass(slots=True)
class Attack:
    """The exchanges with one address whose facts are known."""

    caller: Caller
    hello: Hello
    facts: TlsFacts

    def greeted(self, line: Line, hello: Hello) -> tuple[Messages, Flight]:
        messages = Messages(line)
        line.send(hello.record())
        flight = wire.read_flight(messages)
        line.shorten(PATIENCE)
        return messages, flight

    def heartbleed(self) -> bool | None:
        if not self.facts.heartbeat:
            return False
        with self.caller.line() as line:
            messages, flight = self.greeted(line, self.hello)
            version = flight.hello.version
            line.send(
                record(wire.HEARTBEAT, version, b"\x01\x40\x00") + record(wire.ALERT, version, b"\x01\x00")
            )
            try:
                while True:
                    kind, body = messages.record()
                    if kind == wire.HEARTBEAT:
                        return len(body) > 3
            except Fault:
                return False

    def ccs_injection(self) -> bool | None:
        with self.caller.line() as line:
            messages, flight = self.greeted(line, self.hello)
            version = flight.hello.version
            line.send(record(wire.CHANGE, version, b"\x01") + record(wire.HANDSHAKE, version, os.urandom(40)))
            return _ending(messages) in ("bad_record_mac", "decryption_failed")

    def robot(self) -> tuple[bool | None, tuple[str, ...]]:
        static = tuple(
            code for one in self.facts.versions if one.version not in (SSL2, TLS13) for code in one.suites
            if suite(code).key_exchange == "RSA" and "export" not in suite(code).weaknesses
        )  # fmt: skip
        newest = next(
            (one.version for one in self.facts.versions if one.version not in (SSL2, TLS13)
             and any(code in static for code in one.suites)), None,
        )  # fmt: skip
        if newest is None:
            return False, ()
        hello = replace(self.hello, version=newest, suites=tuple(dict.fromkeys(static)))
        first = [self._oracle(hello, form) for form in range(5)]
        if len(set(first)) == 1:
            return False, ()
        again = [self._oracle(hello, form) for form in range(5)]
        if first != again:
            return None, tuple(sorted(set(first + again)))
        return True, tuple(first)

    def _oracle(self, hello: Hello, form: int) -> str:
        """The server's answer to a secret whose padding is right (0) or wrong in one way (1 to 4)."""
        with self.caller.line() as line:
            messages, flight = self.greeted(line, hello)
            version = flight.hello.version
            key = x509.load_der_x509_certificate(flight.chain[0]).public_key() if flight.chain else None
            if not isinstance(key, rsa.RSAPublicKey):
                raise Fault("unsupported", "no RSA key")
            size = (key.key_size + 7) // 8
            block = _padded(form, size, hello.version)
            numbers = key.public_numbers()
            secret = pow(int.from_bytes(block, "big"), numbers.e, numbers.n).to_bytes(size, "big")
            body = secret if version == 0x0300 else vector(secret, 2)
            line.send(
                record(wire.HANDSHAKE, version, message(16, body))
                + record(wire.CHANGE, version, b"\x01")
                + record(wire.HANDSHAKE, version, b"\x5a" * 40)
            )
            return _ending(messages)

    def ticketbleed(self) -> bool | None:
        version = self.facts.version(TLS12)
        if version is None or not self.facts.resumption.lifetime:
            return False
        hello = replace(
            self.hello,
            version=TLS12,
            suites=version.suites,
            extra=(),
            compression=b"\0",
            groups=AGREED_GROUPS,
        )
        with self.caller.line() as line:
            connection = Connection12(line)
            session = connection.open(hello)
            connection.leave()
        if not session.ticket:
            return False
        short = os.urandom(16)
        with self.caller.line() as line:
            line.send(replace(hello, session=short, ticket=session.ticket).record())
            kind, body = Messages(line).next()
            answer = wire.read_server_hello(body) if kind == 2 else None
        return bool(answer and len(answer.session) > 16 and answer.session.startswith(short))


def _padded(form: int, size: int, version: int) -> bytes:
    filler = bytes(1 + byte % 255 for byte in os.urandom(size))
    secret = version.to_bytes(2, "big") + filler[:46]
    right = b"\x00\x02" + filler[: size - 51] + b"\x00" + secret
    return {
        0: right,
        1: b"\x00\x17" + right[2:],
        2: b"\x00\x02" + filler[: size - 3] + b"\x00",
        3: b"\x00\x02" + filler[: size - 2],
        4: right[: size - 48] + b"\x02\x02" + right[size - 46 :],
    }[form]


def _ending(messages: Messages) -> str:
    """How the server ends the exchange: the name of its alert, or the kind of the fault."""
    try:
        while True:
            kind, body = messages.record()
            if kind == wire.ALERT and len(body) == 2:
                return wire.Alert(body[0], body[1]).name
            if kind == wire.CHANGE:
                return "accepted"
    except Fault as fault:
        return fault.kind


def attack(facts: TlsFacts, dialler: Dialler, server_name: str, limits: Limits | None = None) -> Exposure:
    """All exposures of one address within the limits; raises nothing."""
    legacy = next((one for one in facts.versions if one.version not in (SSL2, TLS13)), None)
    if legacy is None:
        return Exposure()
    meter = Meter(limits or Limits())
    caller = Caller(dialler, facts.endpoint, meter, meter.limits.handshake, [], [])
    run = Attack(caller, replace(legacy_hello(legacy.version, server_name), suites=legacy.suites), facts)
    found: dict[str, bool | None] = {}
    answers: tuple[str, ...] = ()
    troubles = []
    for name in ("heartbleed", "ccs_injection", "robot", "ticketbleed"):
        try:
            if name == "robot":
                found[name], answers = run.robot()
            else:
                found[name] = getattr(run, name)()
        except (Alert, Fault, ValueError) as error:
            found[name] = None
            troubles.append(f"{name}: {error}")
    return Exposure(**found, robot_answers=answers, troubles=tuple(troubles))
