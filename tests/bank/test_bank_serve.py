"""The bank over real sockets: TLS, mutual TLS, keep-alive, and a stop that leaves nothing behind."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from cryptography import x509

from conformance.bank.app import Bank
from conformance.bank.certificate import Authority, Identity
from conformance.bank.serve import serve
from conformance.bank.tls import Tls


def trusting(tls: Tls, identity: Identity | None = None, folder: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=tls.authority.certificate)
    if identity and folder:
        pair = folder / "client.pem"
        pair.write_text(identity.key + identity.certificate)
        context.load_cert_chain(pair)
    return context


def connect(url: str, context: ssl.SSLContext, host: str = "localhost") -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection(host, urlsplit(url).port, context=context, timeout=30)


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read()


def client_certificate(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ.get("SSL_CLIENT_CERT", "none").encode()]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_bank_answers_over_tls_with_a_certificate_for_its_host(host: str) -> None:
    tls = Tls.fresh()
    with serve(Bank(), tls=tls) as url:
        assert url.startswith("https://127.0.0.1:")
        connection = connect(url, trusting(tls), host)
        connection.request("GET", "/atms")
        response = connection.getresponse()
        assert response.status == 200
        assert response.read().startswith(b'{"data":')
        assert response.headers["Server"] == "bank"
        connection.close()


def test_plain_http_is_served_where_no_tls_is_given() -> None:
    with serve(Bank()) as url:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0)
        assert get(connection, "/atms")[0] == 200
        connection.close()


def test_a_client_that_trusts_nobody_refuses_the_bank() -> None:
    with serve(Bank(), tls=Tls.fresh()) as url, pytest.raises(ssl.SSLCertVerificationError):
        connect(url, ssl.create_default_context()).connect()


@pytest.mark.parametrize(
    ("minimum", "suites"), [("TLSv1_1", "DEFAULT@SECLEVEL=0"), ("TLSv1_2", "AES128-SHA")]
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_versions_and_suites_are_refused_unless_asked_for(minimum: str, suites: str) -> None:
    version = ssl.TLSVersion[minimum]
    strict = Tls.fresh()
    with serve(Bank(), tls=strict) as url:
        context = trusting(strict)
        context.set_ciphers(suites)
        context.minimum_version = context.maximum_version = version
        with pytest.raises(ssl.SSLError):
            connect(url, context).connect()
    lax = replace(strict, minimum=version, suites="DEFAULT@SECLEVEL=0")
    with serve(Bank(), tls=lax) as url:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        connection = connect(url, context)
        connection.connect()
        assert connection.sock.version() == minimum.replace("_", ".")
        connection.close()


def test_tls_1_3_and_http_1_1_are_negotiated() -> None:
    tls = Tls.fresh()
    with serve(Bank(), tls=tls) as url:
        context = trusting(tls)
        context.set_alpn_protocols(["h2", "http/1.1"])
        connection = connect(url, context)
        connection.connect()
        assert (connection.sock.version(), connection.sock.selected_alpn_protocol()) == (
            "TLSv1.3",
            "http/1.1",
        )
        connection.close()


def test_the_application_gets_the_certificate_of_the_client(tmp_path: Path) -> None:
    tls = Tls.fresh("optional")
    identity = tls.client("tsp-one")
    with serve(client_certificate, tls=tls) as url:
        for context, expected in (
            (trusting(tls, identity, tmp_path), identity.certificate),
            (trusting(tls), "none"),
        ):
            connection = connect(url, context)
            for _ in range(2):
                status, body = get(connection, "/")
                assert (status, body.decode().strip()) == (200, expected.strip())
            connection.close()


def test_a_required_certificate_is_required_and_of_a_known_authority(tmp_path: Path) -> None:
    tls = Tls.fresh("required")
    stranger = Authority.fresh().issue("stranger", client=True)
    expired = tls.authority.issue("late", client=True, days=-1)
    server = tls.authority.issue("not-a-client")
    with serve(client_certificate, tls=tls) as url:
        for identity in (None, stranger, expired, server):
            connection = connect(url, trusting(tls, identity, tmp_path))
            with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
                get(connection, "/")
            connection.close()
        connection = connect(url, trusting(tls, tls.client(), tmp_path))
        assert get(connection, "/")[0] == 200
        connection.close()


def test_a_client_can_be_trusted_while_serving(tmp_path: Path) -> None:
    tls = Tls.fresh("required")
    other = Authority.fresh("Another authority")
    identity = other.issue("newcomer", client=True)
    server = serve(client_certificate, tls=tls)
    with server as url:
        server.trust(other.certificate)
        connection = connect(url, trusting(tls, identity, tmp_path))
        assert get(connection, "/")[1].decode().strip() == identity.certificate.strip()
        connection.close()


def test_certificates_are_of_one_run_and_for_their_purpose() -> None:
    tls = Tls.fresh()
    assert tls.identity.certificate != Tls.fresh().identity.certificate
    certificate = x509.load_pem_x509_certificate(tls.identity.certificate.encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert 89 <= (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days <= 90
    assert tls.identity.key not in repr(tls)


def test_the_bank_starts_and_stops_at_once() -> None:
    start = time.perf_counter()
    tls = Tls.fresh("optional")
    with serve(Bank(), tls=tls) as url:
        connection = connect(url, trusting(tls))
        assert get(connection, "/fx-rates")[0] == 200
        started = time.perf_counter()
    stopped = time.perf_counter()
    assert started - start < 10
    assert stopped - started < 8  # a kept connection would be waited for ten seconds
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=1)
    connection.close()


def test_requests_on_a_kept_connection_do_not_stall() -> None:
    tls = Tls.fresh()
    with serve(Bank(), tls=tls) as url:
        connection = connect(url, trusting(tls))
        took = []
        for _ in range(100):
            start = time.perf_counter()
            assert get(connection, "/products/mortgages")[0] == 200
            took.append(time.perf_counter() - start)
        connection.close()
    # A delayed acknowledgement would cost 40 ms on each, however busy the machine is.
    assert sorted(took)[len(took) // 10] < 0.03


def test_clients_that_connect_and_ask_nothing_hold_up_nobody() -> None:
    tls = Tls.fresh()
    with serve(Bank(), tls=tls, threads=2, idle=600) as url, ExitStack() as opened:
        address = ("127.0.0.1", urlsplit(url).port or 0)
        for _ in range(6):
            opened.enter_context(socket.create_connection(address))
            opened.enter_context(
                trusting(tls).wrap_socket(socket.create_connection(address), server_hostname="localhost")
            )
        connection = connect(url, trusting(tls))
        assert get(connection, "/fx-rates")[0] == 200
        assert get(connection, "/fx-rates")[0] == 200
        connection.close()


def test_clients_that_never_shake_hands_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.bank.serve.HANDSHAKE_SECONDS", 600.0)
    tls = Tls.fresh()
    with serve(Bank(), tls=tls) as url:
        silent = [socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) for _ in range(4)]
        silent[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
        silent[1].sendall(b"\x16\x03\x01")
        connection = connect(url, trusting(tls))
        assert get(connection, "/fx-rates")[0] == 200
        connection.close()
        for each in silent:
            each.close()
