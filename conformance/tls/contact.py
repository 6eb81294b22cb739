"""The first words with an address: whether it answers at all, and whether it answers with TLS."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from conformance.tls import ssl2
from conformance.tls.agreement import AGREED_GROUPS
from conformance.tls.codes import SSL3, TLS10, TLS12, TLS13
from conformance.tls.enumerate import Caller, legacy_hello
from conformance.tls.line import Fault
from conformance.tls.suites import TLS13 as TLS13_SUITES
from conformance.tls.wire import Flight, Hello

COMMON = (0xC02F, 0xC02B, 0x9C, 0x2F)
"""Suites of which every server of TLS 1.2 takes one."""
UNKNOWN_TO_US = {"timeout", "garbage", "oversize"}
"""Faults after which an older version is not asked for: the answer would be the same."""


@dataclass(slots=True)
class Contact:
    """What the first words told. ``refused`` is what of our hellos the server does not take, though it
    speaks TLS: nothing more can be asked then."""

    reached: bool = False
    speaks_tls: bool = False
    refused: str = ""


def contact(caller: Caller, hello: Hello) -> Contact:
    """The first words, begun with a hello of TLS 1.3; raises ``Fault`` spent only."""
    found = Contact()
    for first in (hello, legacy_hello(TLS12, hello.server_name, COMMON)):
        before = time.monotonic()
        answer = caller.ask(first)
        took = time.monotonic() - before
        if not isinstance(answer, Fault):
            caller.patience = min(caller.patience, max(2.0, took * 20))
            caller.met = first
            return Contact(True, True)
        caller.note("first contact", answer)
        if answer.kind in ("refused", "unroutable", "unanswered", "held"):
            return found
        found.reached = True
        if answer.kind == "plain":
            return found
    if not UNKNOWN_TO_US & {one.kind for one in caller.troubles}:
        found.speaks_tls = _speaks_old(caller, hello.server_name)
        if not found.speaks_tls:
            found.refused = _refused(caller, hello.server_name)
            found.speaks_tls = bool(found.refused)
    return found


def _speaks_old(caller: Caller, server_name: str) -> bool:
    """Some servers hang up on every hello but that of their own version."""
    for version in (TLS10, SSL3):
        hello = legacy_hello(version, server_name, (0x2F, 0x35, 0x0A, 0x05, 0x04))
        if isinstance(caller.ask(hello), Flight):
            return True
    return bool(ssl2_specs(caller))


def _refused(caller: Caller, server_name: str) -> str:
    """Others hang up on what they should pass over, and answer the plainest hello."""
    plainest = Hello(
        version=TLS13,
        versions=(TLS13, TLS12),
        suites=(*TLS13_SUITES[:3], *COMMON),
        server_name=server_name,
        groups=AGREED_GROUPS[:2],
        schemes=(0x0804, 0x0401, 0x0403),
        staple=False,
    )
    if not isinstance(caller.ask(plainest), Flight):
        return ""
    stapling = isinstance(caller.ask(replace(plainest, staple=True)), Flight)
    return "many groups and signature schemes" if stapling else "a request for a stapled OCSP response"


def ssl2_specs(caller: Caller) -> tuple[int, ...] | None:
    """The cipher specs of SSL 2.0; None where it is not spoken. Raises ``Fault`` spent only."""
    try:
        with caller.line() as line:
            line.send(ssl2.hello())
            return ssl2.read_specs(line)
    except Fault as fault:
        if fault.kind == "spent":
            raise
        return None
