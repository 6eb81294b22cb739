"""What a bank's own documents name is looked at where the target allows it, and nowhere else."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.conduct import Output, Scope, conduct
from conformance.endpoints import tls_hosts
from conformance.plan import Selection
from conformance.results import read
from conformance.target import load_target
from conformance.tls.facts import Endpoint
from conformance.tls.hosts import TlsHosts
from conformance.tls.named import described, published
from conformance.traffic import Traffic
from tests.tls import stacks
from tests.tls.authority import ROOT


def test_servers_of_the_document_its_paths_and_its_operations_are_named() -> None:
    document = {
        "openapi": "3.1.0",
        "servers": [
            {"url": "https://{env}.bank.hk/v1", "variables": {"env": {"default": "sandbox"}}},
            {"url": "/relative"},
        ],
        "paths": {
            "/a": {"servers": [{"url": "https://a.bank.hk"}]},
            "/b": {"get": {"servers": [{"url": "https://b.bank.hk:8443/x"}]}},
        },
    }
    assert [url for _, url in described(document)] == [
        "https://sandbox.bank.hk/v1", "/relative", "https://a.bank.hk", "https://b.bank.hk:8443/x",
    ]  # fmt: skip


def test_the_host_of_a_swagger_document_is_named_unless_it_is_plain_http() -> None:
    assert list(described({"swagger": "2.0", "host": "api.bank.hk:8443"})) == [
        ("server", "https://api.bank.hk:8443")
    ]
    assert not list(described({"swagger": "2.0", "host": "api.bank.hk", "schemes": ["http"]}))


def test_every_endpoint_key_set_and_alias_of_the_metadata_is_named() -> None:
    metadata = {
        "issuer": "https://as.bank.hk",
        "token_endpoint": "https://as.bank.hk/token",
        "jwks_uri": "https://keys.bank.hk/jwks",
        "pushed_authorization_request_endpoint": "https://par.bank.hk/par",
        "service_documentation": "https://docs.example",
        "mtls_endpoint_aliases": {"token_endpoint": "https://mtls.bank.hk/token"},
    }
    assert dict(published(metadata)) == {
        "issuer": "https://as.bank.hk",
        "token_endpoint": "https://as.bank.hk/token",
        "jwks_uri": "https://keys.bank.hk/jwks",
        "pushed_authorization_request_endpoint": "https://par.bank.hk/par",
        "mtls token_endpoint": "https://mtls.bank.hk/token",
    }


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"servers": {"url": 1}, "paths": ["x"]},
        {"servers": [None, {"url": 7}, {"url": "https://x", "variables": [1]}], "paths": {"/": {"get": 1}}},
        {"swagger": "2.0", "host": 5},
        {"token_endpoint": ["x"], "mtls_endpoint_aliases": "x", "jwks_uri": None},
    ],
)
def test_documents_of_any_shape_are_read_without_an_error(document: Any) -> None:
    assert len([*described(document), *published(document)]) <= 1


def target_file(folder: Path, port: int, more: str = "") -> Path:
    file = folder / "bank.yaml"
    file.write_text(
        f"bank: {{name: B}}\nbase_url: https://localhost:{port}\ntls: {{ca: {ROOT.file}}}\n"
        f"limits: {{requests_per_second: 10000}}\n{more}"
    )
    return file


class Unused(Traffic):
    """A traffic that nothing is sent through."""

    def __init__(self) -> None:
        pass


def test_what_the_bank_names_outside_the_target_is_held_back_and_told(tmp_path: Path) -> None:
    more = "hosts: ['mtls.bank.hk:443']\ntls_endpoints: ['other.bank.hk:8443']\n"
    target = load_target(target_file(tmp_path, 443, more))
    named = [
        ("server", "https://LOCALHOST/v2"),
        ("server", "/v2"),
        ("mtls token_endpoint", "https://mtls.bank.hk/token"),
        ("jwks_uri", "https://other.bank.hk:8443/keys"),
        ("token_endpoint", "https://169.254.169.254/token"),
        ("jwks_uri", "https://[fd00::1]:8443/keys"),
        ("introspection_endpoint", "https://mtls.bank.hk:9443/"),
        ("issuer", "http://localhost:443"),
    ]
    hosts = tls_hosts(target, Unused(), "/", on_network=True, named_by_bank=named)
    assert {(one.host, one.port): one.uses for one in hosts.endpoints} == {
        ("localhost", 443): ("base_url", "server"),
        ("other.bank.hk", 8443): ("tls_endpoints", "jwks_uri"),
        ("mtls.bank.hk", 443): ("mtls token_endpoint",),
    }
    assert hosts.held_back == (
        "169.254.169.254:443 (token_endpoint)",
        "[fd00::1]:8443 (jwks_uri)",
        "mtls.bank.hk:9443 (introspection_endpoint)",
    )


@contextmanager
def bank() -> Iterator[tuple[int, int, int]]:
    """An API that publishes metadata, a key host, and a third host that the target does not name."""

    def answers(_: ssl.SSLSocket) -> bytes:
        metadata = {
            "issuer": f"https://localhost:{ports[0]}",
            "token_endpoint": f"https://localhost:{ports[0]}/token",
            "authorization_endpoint": f"https://localhost:{ports[0]}/authorize",
            "jwks_uri": f"https://localhost:{ports[1]}/keys",
            "mtls_endpoint_aliases": {"token_endpoint": f"https://localhost:{ports[2]}/token"},
        }
        body = json.dumps(metadata).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    ports: list[int] = []
    with ExitStack() as stack:
        for _ in range(3):
            started = stacks.python(lambda: stacks.context(), stacks.reads_first(answers))
            ports.append(stack.enter_context(started))
        yield ports[0], ports[1], ports[2]


def test_a_run_looks_at_the_hosts_of_metadata_and_description_that_the_target_allows(tmp_path: Path) -> None:
    with bank() as (api, keys, foreign):
        (tmp_path / "api.yaml").write_text(
            f"openapi: 3.0.3\ninfo: {{title: A, version: '1'}}\nservers: [{{url: 'https://localhost:{api}/v2'}}]\n"
            "paths: {}\n"
        )
        more = (
            f"api: api.yaml\nhosts: ['localhost:{keys}']\nauthorization:\n  issuer: https://localhost:{api}\n"
            "  client_id: a\n  client_authentication: none\n"
        )
        target = load_target(target_file(tmp_path, api, more))
        scope = Scope(("tls",), selection=Selection(checks=("tls.offered",)))
        done = conduct(target, scope, Output(tmp_path / "out"))
    (result,) = [one for one in read(done.results).results if one.case.check == "tls.offered"]
    assert {one["port"] for one in result.notes["tls"]} == {str(api), str(keys)}
    assert result.notes["TLS not looked at"].startswith(
        f"localhost:{foreign} (mtls token_endpoint): named by"
    )


def test_every_address_of_a_host_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 on loopback")
    four, six = (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")

    def both(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port))
            for family, address in (four, six)
            if host in ("localhost", address)
        ]

    with (
        stacks.python(lambda: stacks.context()) as port,
        stacks.python(lambda: stacks.context(), host="::1", port=port),
    ):
        monkeypatch.setattr(socket, "getaddrinfo", both)
        facts = TlsHosts([Endpoint("localhost", port)], trust=ROOT.trust).each()
    assert [(one.endpoint.address, one.speaks_tls) for one in facts] == [("127.0.0.1", True), ("::1", True)]
