"""Complete handshakes for what only they show: resumption, tickets, early data, renegotiation."""

from __future__ import annotations

import os
from dataclasses import replace

from conformance.tls import wire
from conformance.tls.agreement import AGREED_GROUPS
from conformance.tls.certificate import names_host
from conformance.tls.codes import TLS12
from conformance.tls.enumerate import Caller, legacy_hello
from conformance.tls.facts import ResumptionFacts, TlsFacts
from conformance.tls.identity import Identity
from conformance.tls.line import Dialler, Fault, Limits, Meter
from conformance.tls.session12 import Connection12, Session12
from conformance.tls.session13 import Connection13, Flight13
from conformance.tls.suites import suite
from conformance.tls.wire import Alert, Hello

GOODBYE_PATIENCE = 1.0
"""Seconds that a server gets to send its tickets after a finished handshake."""

PARTING_PATIENCE = 0.5
"""Seconds that a server gets to hang up before its session is asked for again."""

RENEGOTIATIONS = 6
"""Handshakes in a row that no server with a limit goes on with; Node allows three in ten minutes."""


def tls13(caller: Caller, hello: Hello) -> tuple[ResumptionFacts, Flight13 | None]:
    """Whether TLS 1.3 sessions are resumed, and the whole encrypted flight."""
    found, flight = ResumptionFacts(), None
    try:
        with caller.line() as line:
            connection = Connection13(line, caller.identity)
            flight = connection.open(hello)
            line.shorten(GOODBYE_PATIENCE)
            connection.finish()
        found = replace(found, tls13=False)
        if connection.tickets:
            tickets = connection.tickets
            found = replace(
                found,
                lifetime=max(one.lifetime for one in tickets),
                early_data=max(one.early_data for one in tickets),
            )
            with caller.line() as line:
                again = Connection13(line, caller.identity)
                resumed = again.open(replace(hello, suites=(tickets[0].suite,)), tickets[0]).resumed
                again.send(wire.ALERT, b"\x01\x00")
            found = replace(found, tls13=resumed)
    except Alert as alert:
        caller.note("TLS 1.3 handshake", Fault("alert", alert.name))
    except Fault as fault:
        _step_over(caller, "TLS 1.3 handshake", fault)
    return found, flight


def _hello12(hello: Hello, suites: tuple[int, ...]) -> Hello | None:
    """A hello with the suites that we can speak to the end; None when there is none."""
    ours = tuple(
        one
        for one in suites
        if suite(one).cipher.startswith(("AES", "CHACHA20"))
        and suite(one).key_exchange in ("RSA", "DHE", "ECDHE")
    )
    if not ours:
        return None
    return replace(hello, suites=ours, extra=(), compression=b"\0", groups=AGREED_GROUPS)


def tls12(caller: Caller, hello: Hello, suites: tuple[int, ...], found: ResumptionFacts) -> ResumptionFacts:
    """Whether TLS 1.2 sessions are resumed by id and by ticket."""
    offer = _hello12(hello, suites)
    if offer is None:
        return found
    try:
        session = _begun(caller, offer)
    except Alert as alert:
        caller.note("TLS 1.2 handshake", Fault("alert", alert.name))
        return found
    except Fault as fault:
        _step_over(caller, "TLS 1.2 handshake", fault)
        return found
    return replace(
        found,
        lifetime=max(found.lifetime, session.lifetime),
        by_ticket=_by_ticket(caller, offer, session),
        by_id=_by_id(caller, offer, session),
    )


def _begun(caller: Caller, offer: Hello) -> Session12:
    """A session that the server had the time to keep; raises ``Alert`` and ``Fault``."""
    with caller.line() as line:
        connection = Connection12(line, caller.identity)
        session = connection.open(offer)
        connection.part(PARTING_PATIENCE)
        return session


def _by_ticket(caller: Caller, offer: Hello, session: Session12) -> bool:
    hello = replace(offer, session=b"\xa5" * 32, ticket=session.ticket)
    return bool(session.ticket) and _resumed(caller, hello, session)


def _by_id(caller: Caller, offer: Hello, session: Session12) -> bool:
    hello = replace(offer, session=session.session, ticket=None)
    return bool(session.session) and _resumed(caller, hello, session)


def _resumed(caller: Caller, hello: Hello, session: Session12) -> bool:
    try:
        with caller.line() as line:
            connection = Connection12(line, caller.identity)
            taken = connection.resume(hello, session)
            if taken:
                connection.leave()
            return taken
    except Alert:
        return False
    except Fault as fault:
        _step_over(caller, "TLS 1.2 resumption", fault)
        return False


def apart(first: TlsFacts, second: TlsFacts) -> bool:
    """Whether two hosts speak TLS 1.2, the first under a certificate that does not name the second."""
    leaf, name = first.leaf, second.endpoint.server_name
    both = first.version(TLS12) and second.version(TLS12)
    return bool(both and leaf and name != first.endpoint.server_name and not names_host(leaf.names, name))


def crosses(first: TlsFacts, second: TlsFacts, dialler: Dialler, limits: Limits | None = None) -> bool:
    """Whether the second host takes up a TLS 1.2 session that was begun under the first one's name."""
    meter = Meter(limits or Limits())
    caller = Caller(dialler, first.endpoint, meter, meter.limits.handshake, [], [])
    version = first.version(TLS12)
    offer = _hello12(legacy_hello(TLS12, first.endpoint.server_name), version.suites if version else ())
    if offer is None:
        return False
    try:
        session = _begun(caller, offer)
        there = replace(caller, endpoint=second.endpoint)
        again = replace(offer, server_name=second.endpoint.server_name, random=os.urandom(32))
        return _by_ticket(there, again, session) or _by_id(there, again, session)
    except (Alert, Fault):
        return False


def renegotiates(
    facts: TlsFacts, dialler: Dialler, limits: Limits | None = None, identity: Identity | None = None
) -> bool | None:
    """Whether a client can make an address renegotiate as often as it likes; None when it could not be asked.

    It is asked apart from everything else, and late: openssl s_server, and what else serves one client at a
    time, sleeps for a second after it has been asked.
    """
    version = facts.version(TLS12)
    offer = _hello12(legacy_hello(TLS12, facts.endpoint.server_name), version.suites if version else ())
    if offer is None:
        return None
    meter = Meter(limits or Limits())
    caller = Caller(dialler, facts.endpoint, meter, meter.limits.handshake, [], [], identity)
    try:
        with caller.line() as line:
            connection = Connection12(line, caller.identity)
            connection.open(offer)
            line.shorten(GOODBYE_PATIENCE)
            again = connection.renegotiates(replace(offer, renegotiation=connection.verify))
            connection.leave()
        return again and _renegotiates_often(caller, offer)
    except (Alert, Fault):
        return None


def _renegotiates_often(caller: Caller, offer: Hello) -> bool:
    """Whether the server goes on with one handshake after another; some allow a few and then hang up."""
    try:
        with caller.line() as line:
            connection = Connection12(line, caller.identity)
            connection.open(offer)
            for _ in range(RENEGOTIATIONS):
                fresh = replace(offer, random=os.urandom(32), renegotiation=connection.verify)
                connection.open(fresh)
            connection.leave()
    except (Alert, Fault):
        return False
    return True


def _step_over(caller: Caller, step: str, fault: Fault) -> None:
    if fault.kind == "spent":
        raise fault
    caller.note(step, fault)
