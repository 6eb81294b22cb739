"""What servers of other makes taught the prober: groups it had not met, hellos refused, ends half-way."""

from __future__ import annotations

import functools
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from conformance.checks.tls import mutual
from conformance.errors import Inconclusive
from conformance.tls import wire
from conformance.tls.agreement import AGREED_GROUPS, Agreement, finished
from conformance.tls.facts import Endpoint
from conformance.tls.hosts import TlsHosts
from conformance.tls.line import Fault
from tests.tls import stacks
from tests.tls.authority import ROOT, client
from tests.tls.canned import Canned, CannedServer, Offer
from tests.tls.servers import GOOD
from tests.tls.stacks import DENIED, JSON, Application
from tests.tls.test_matrix import hosts_of, verdicts


@pytest.mark.parametrize(("curve", "kills"), [("prime256v1", set()), ("secp384r1", {"group_served"})])
def test_tls_13_with_one_curve_is_seen_whole(curve: str, kills: set[str]) -> None:
    """OpenSSL sends a ChangeCipherSpec after its HelloRetryRequest."""

    def one(made: ssl.SSLContext) -> None:
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        made.set_ecdh_curve(curve)
        made.set_alpn_protocols(["http/1.1"])

    with stacks.python(lambda: stacks.context(change=one)) as port:
        hosts = hosts_of(GOOD[0], port)
        found, unsure = verdicts(hosts)
        (facts,) = hosts.each()
    assert set(found) == kills
    assert not unsure
    assert facts.chains
    assert facts.alpn == ("http/1.1",)
    assert facts.resumption.tls13


@pytest.mark.parametrize(
    ("group", "size"), [(0x11EC, 1088 + 32), (0x11EB, 65 + 1088), (0x11ED, 97 + 1568)], ids=hex
)
def test_both_halves_of_a_hybrid_come_to_the_same_secret(group: int, size: int) -> None:
    mlkem = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.mlkem")
    ours = Agreement(group)
    kind = mlkem.MLKEM1024PublicKey if group == 0x11ED else mlkem.MLKEM768PublicKey
    if group == 0x11EC:
        theirs = x25519.X25519PrivateKey.generate()
        inner, sealed = kind.from_public_bytes(ours.public[:-32]).encapsulate()
        outer = theirs.exchange(x25519.X25519PublicKey.from_public_bytes(ours.public[-32:]))
        share, secret = sealed + theirs.public_key().public_bytes_raw(), inner + outer
    else:
        curve = ec.SECP384R1() if group == 0x11ED else ec.SECP256R1()
        own, at = ec.generate_private_key(curve), 97 if group == 0x11ED else 65
        inner, sealed = kind.from_public_bytes(ours.public[at:]).encapsulate()
        outer = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(curve, ours.public[:at]))
        point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        share, secret = point + sealed, outer + inner
    assert len(share) == size
    assert ours.secret(share) == secret
    for spoiled in (b"", share[:-1], share + b"x", bytes(size)):
        with pytest.raises(Fault, match="key share"):
            Agreement(group).secret(spoiled)


def test_hybrids_are_for_servers_that_take_nothing_else() -> None:
    assert finished(("X25519MLKEM768", "x25519")) == AGREED_GROUPS
    assert finished(("X25519MLKEM768",)) == (0x11EC,)
    assert finished(()) == AGREED_GROUPS


def test_a_certificate_that_was_never_seen_is_no_right_one() -> None:
    cut = Canned(versions={0x0304: (0x1301,)}, groups=(0x11EC,))
    with stacks.canned(cut) as port:
        found, unsure = verdicts(hosts_of(GOOD[0], port))
    assert not found
    assert {"certificate_trusted", "name_matches", "within_dates", "key_size", "promised_staple"} <= set(
        unsure
    )
    assert "no certificate was seen" in unsure["name_matches"]
    assert not {"no_version_below", "no_group_below"} & set(unsure)


def hangs_up(offer: Offer) -> bool:
    if wire.STATUS_REQUEST in offer.extensions:
        raise ConnectionAbortedError
    return False


def test_a_server_that_hangs_up_on_a_request_for_a_staple_speaks_tls_all_the_same() -> None:
    with stacks.canned(Canned(refuses=hangs_up)) as port:
        found, unsure = verdicts(hosts_of(GOOD[0], port))
    assert set(found) == {"tolerant"}
    assert "a stapled OCSP response" in found["tolerant"][0].actual
    assert {"certificate_trusted", "no_version_below", "suites_within"} <= set(unsure)


def test_a_server_that_ends_half_way_passes_nothing() -> None:
    left = iter(range(12))

    def ends(offer: Offer) -> bool:
        if next(left, None) is None:
            running.listener.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        return not offer.versions

    running = CannedServer(Canned(refuses=ends))
    running.start()
    found, unsure = verdicts(hosts_of(GOOD[0], running.port))
    running.join(5)
    running.listener.close()
    assert not found
    assert {"certificate_trusted", "tolerant", "suites_within", "no_early_data"} <= set(unsure)
    assert "gone" in unsure["tolerant"]


def behind_a_proxy(header: bytes) -> Application:
    """An application that takes a certificate from the handshake, or from a header, for the proxy's word."""

    def answer(tls: ssl.SSLSocket) -> bytes:
        asked = tls.recv(16384)
        if not asked:
            raise OSError
        return JSON if tls.getpeercert() or header in asked.lower() else DENIED

    return answer


CLAIMED = (
    b"\r\nclient-cert: :mi",
    b"\r\nx-ssl-client-cert: -----begin%20",
    b"\r\nx-forwarded-client-cert: hash=",
)
CONFIRMED = (b"\r\nssl-client-verify: success", b"\r\nx-ssl-client-cn: right tsp")


@pytest.mark.parametrize("header", [*CLAIMED, *CONFIRMED])
def test_a_certificate_in_a_header_is_no_certificate(header: bytes) -> None:
    made = functools.partial(stacks.context, clients=ssl.CERT_OPTIONAL)
    with stacks.python(made, behind_a_proxy(header)) as port:
        found, _ = verdicts(hosts_of(replace(GOOD[0], mutual=True), port))
    assert set(found) == {"authorities_named", "forwarded_certificate_ignored"}


def test_a_header_opens_the_path_at_no_other_endpoint() -> None:
    made = functools.partial(stacks.context, clients=ssl.CERT_OPTIONAL)
    with (
        stacks.python(made, behind_a_proxy(b"\r\nnothing-such")) as mutual,
        stacks.python(stacks.context, behind_a_proxy(b"\r\nclient-cert: :mi")) as other,
    ):
        here, there = Endpoint("localhost", mutual, "127.0.0.1"), Endpoint("localhost", other, "127.0.0.1")
        hosts = TlsHosts(
            [here, there], trust=ROOT.trust, identities={"good": client().identity}, mutual_paths={here: "/"}
        )
        found, _ = verdicts(hosts)
    assert [one.at for one in found["forwarded_certificate_ignored"]] == [f"{there}/"]


def test_who_refuses_in_the_handshake_is_asked_for_no_header() -> None:
    with stacks.python(functools.partial(stacks.context, clients=ssl.CERT_REQUIRED)) as port:
        (seen,) = hosts_of(replace(GOOD[0], mutual=True), port).mutual()
    assert seen.attempts["none"].alert
    assert not any(who.startswith("forged") for who in seen.attempts)


BY_PATH = f"SSLCACertificateFile {ROOT.file}\n<Location />\nSSLVerifyClient {{}}\n</Location>"


@pytest.mark.parametrize(
    ("demand", "kills"),
    [
        ("require", set()),
        ("optional", {"client_certificate_required"}),
        ("optional_no_ca", {"client_certificate_required", "self_signed_client_refused"}),
    ],
)
def test_a_server_that_asks_when_it_has_seen_the_path_is_judged_by_its_second_handshake(
    demand: str, kills: set[str]
) -> None:
    with stacks.apache(BY_PATH.format(demand)) as port:
        hosts = hosts_of(replace(GOOD[0], mutual=True), port)
        found, unsure = verdicts(hosts)
        (seen,) = hosts.mutual()
    assert set(found) == kills
    assert not unsure
    assert seen.asked
    assert not seen.facts.asks_certificate


class Counting(stacks.PythonServer):
    """A server that hangs up on whoever has had so many connections."""

    left = 0

    def serve(self, raw: socket.socket) -> None:
        self.left -= 1
        if self.left < 0:
            raw.close()
        else:
            super().serve(raw)


@contextmanager
def counting(left: int, clients: ssl.VerifyMode = ssl.CERT_NONE) -> Iterator[Counting]:
    running = Counting(stacks.context(clients=clients), stacks.reads_first(lambda _: JSON))
    running.left = left
    running.start()
    try:
        yield running
    finally:
        running.close()


@functools.cache
def connections() -> int:
    """How many the prober makes to such a server."""
    with counting(1000) as server:
        return hosts_of(GOOD[0], server.port).each()[0].connections


@pytest.mark.parametrize("share", [0.04, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.999])
def test_a_server_that_counts_connections_passes_nothing_and_is_not_blamed(share: float) -> None:
    with counting(int(share * connections())) as server:
        found, unsure = verdicts(hosts_of(GOOD[0], server.port))
    assert not found
    assert {"certificate_trusted", "tolerant", "no_version_below", "suites_within"} <= set(unsure)
    assert "gone" in unsure["tolerant"]


def test_clients_that_are_refused_with_all_others_prove_nothing() -> None:
    with counting(1000, ssl.CERT_REQUIRED) as server:
        hosts = hosts_of(replace(GOOD[0], mutual=True), server.port)
        hosts.each()
        server.left = 6
        for check in (mutual.foreign_client_refused, mutual.refusal_clean):
            with pytest.raises(Inconclusive, match="and at last"):
                list(check(hosts))
