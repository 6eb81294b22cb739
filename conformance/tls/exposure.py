"""Known vulnerabilities that a malformed but harmless exchange shows. Sends what no honest client sends.

Heartbleed (CVE-2014-0160), early ChangeCipherSpec (CVE-2014-0224), Bleichenbacher's oracle (ROBOT, 2017),
Ticketbleed (CVE-2016-9244), POODLE against TLS (CVE-2014-8730), and requests in early data that are answered
twice (RFC 8446 section 8). Each is None when it could not be told; nothing that leaks is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from conformance.tls import wire
from conformance.tls.agreement import AGREED_GROUPS, finished
from conformance.tls.codes import SSL2, SSL3, TLS12, TLS13
from conformance.tls.early import replayed
from conformance.tls.enumerate import Caller, legacy_hello
from conformance.tls.facts import TlsFacts
from conformance.tls.identity import Identity
from conformance.tls.line import Dialler, Fault, Limits, Line, Meter
from conformance.tls.padding import cbc_answers
from conformance.tls.session12 import Connection12
from conformance.tls.suites import TLS13 as TLS13_SUITES
from conformance.tls.suites import suite
from conformance.tls.wire import Alert, Flight, Hello, Messages, message, record, vector

PATIENCE = 2.0
"""Seconds that a server gets to answer a malformed message."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whether an address is exposed. ``answers`` are what the verdict rests on, by the name of the exposure:
    robot has one for each kind of padding, cbc_padding those to a right record, to wrong padding and to a
    wrong MAC, early_replay those to an early request sent twice."""

    heartbleed: bool | None = False
    ccs_injection: bool | None = False
    robot: bool | None = False
    ticketbleed: bool | None = False
    cbc_padding: bool | None = False
    early_replay: bool | None = False
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
            connection = Connection12(line, self.caller.identity)
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

    def cbc_padding(self) -> tuple[bool | None, tuple[str, ...]]:
        cbc = tuple(
            code for one in self.facts.versions if one.version not in (SSL2, SSL3, TLS13)
            for code in one.suites if suite(code).mode == "CBC"
        )  # fmt: skip
        if not cbc:
            return False, ()
        newest = self.facts.version(TLS12)
        ours = tuple(
            code for code in newest.suites
            if code in cbc and suite(code).cipher.startswith("AES")
            and suite(code).key_exchange in ("RSA", "DHE", "ECDHE") and suite(code).authentication != "anon"
        ) if newest else ()  # fmt: skip
        if not ours:
            raise Fault("unsupported", "no CBC suite of TLS 1.2 that is spoken here to the end")
        hello = replace(
            self.hello, version=TLS12, suites=ours, extra=(), compression=b"\0", groups=AGREED_GROUPS
        )
        return cbc_answers(self.caller, hello, self.facts.endpoint.host, PATIENCE)


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


Question = Callable[[], bool | tuple[bool | None, tuple[str, ...]] | None]


def attack(
    facts: TlsFacts,
    dialler: Dialler,
    server_name: str,
    limits: Limits | None = None,
    identity: Identity | None = None,
) -> Exposure:
    """All exposures of one address within the limits; raises nothing."""
    meter = Meter(limits or Limits())
    caller = Caller(dialler, facts.endpoint, meter, meter.limits.handshake, [], [], identity)
    questions: dict[str, Question] = {}
    legacy = next((one for one in facts.versions if one.version not in (SSL2, TLS13)), None)
    if legacy is not None:
        hello = replace(legacy_hello(legacy.version, server_name), suites=legacy.suites)
        run = Attack(caller, hello, facts)
        questions = {
            "heartbleed": run.heartbleed, "ccs_injection": run.ccs_injection, "robot": run.robot,
            "ticketbleed": run.ticketbleed, "cbc_padding": run.cbc_padding,
        }  # fmt: skip
    if facts.resumption.early_data:
        groups = finished(facts.groups)
        newest = Hello(version=TLS13, suites=TLS13_SUITES, server_name=server_name, groups=groups)
        questions["early_replay"] = lambda: replayed(caller, newest, facts.endpoint.host)
    found: dict[str, bool | None] = {}
    answers: dict[str, tuple[str, ...]] = {}
    troubles = []
    for name, ask in questions.items():
        try:
            told = ask()
            found[name], answers[name] = told if isinstance(told, tuple) else (told, ())
        except (Alert, Fault, ValueError) as error:
            found[name] = None
            troubles.append(f"{name}: {error}")
    return Exposure(**found, answers=answers, troubles=tuple(troubles))
