"""Bytes from a hostile server are read or called unreadable; nothing else happens."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from conformance.checks.tls.handshake import staple_valid
from conformance.tls.certificate import read_chain, read_name, read_staple
from conformance.tls.facts import Endpoint, StapleFacts, TlsFacts
from conformance.tls.hosts import TlsHosts
from conformance.tls.line import Fault
from conformance.tls.wire import Reader, read_certificates, read_extensions, read_names, read_server_hello
from tests.tls.authority import NOW, ROOT, good

SEED = 20_261_122


def spoiled(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def test_spoiled_certificates_are_never_trusted_and_never_an_error() -> None:
    dice = random.Random(SEED)
    der = ROOT.issue(scts=2, crl=True, staple=True).certificate.public_bytes(Encoding.DER)
    seen = set()
    for _ in range(2000):
        data = spoiled(der, dice)
        facts = read_chain((data, ROOT.certificate.public_bytes(Encoding.DER)), ROOT.trust)
        seen.add(facts.problem)
        assert data == der or not facts.trusted
    assert {"invalid", "incomplete"} <= seen


def test_spoiled_staples_are_never_good_and_signed() -> None:
    dice = random.Random(SEED)
    file = ROOT.response(good().certificate, ocsp.OCSPCertStatus.GOOD, timedelta(days=3))
    der, leaf = Path(file).read_bytes(), good().certificate.public_bytes(Encoding.DER)
    for _ in range(1000):
        data = spoiled(der, dice)
        facts = read_staple(data, (leaf,), ROOT.trust)
        assert data == der or not (facts.status == "good" and facts.signed and facts.for_leaf)


class Stapling(TlsHosts):
    """An address that staples one response."""

    def __init__(self, staple: StapleFacts) -> None:
        place = Endpoint("bank.example", 443)
        self.facts = TlsFacts(place, reached=True, speaks_tls=True, staple=staple)

    def each(self) -> tuple[TlsFacts, ...]:
        return (self.facts,)

    def now(self) -> datetime:
        return NOW


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        (timedelta(days=-3), timedelta(days=4), 0),
        (timedelta(minutes=3), timedelta(days=4), 0),  # by a clock that is a little ahead
        (timedelta(days=2), timedelta(days=9), 1),
        (timedelta(days=-3), timedelta(days=-1), 1),
    ],
)
def test_a_staple_is_current_between_its_two_times(begins: timedelta, ends: timedelta, told: int) -> None:
    file = ROOT.response(good().certificate, ocsp.OCSPCertStatus.GOOD, ends, begins)
    leaf = good().certificate.public_bytes(Encoding.DER)
    staple = read_staple(Path(file).read_bytes(), (leaf,), ROOT.trust)
    assert staple.status == "good"
    assert len(list(staple_valid(Stapling(staple)))) == told


def test_random_messages_are_faults_and_never_errors() -> None:
    dice, faults = random.Random(SEED), 0
    for _ in range(5000):
        data = dice.randbytes(dice.randint(0, 80))
        read_name(data)
        for read in (
            read_server_hello,
            read_certificates,
            read_names,
            lambda one: read_extensions(Reader(one)),
        ):
            try:
                read(data)
            except Fault:
                faults += 1
    assert faults > 5000
