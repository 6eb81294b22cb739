"""HTTP/2 as a bank's gateway speaks it, and as a hostile one does."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from conformance.bank.tls import Tls
from conformance.conduct import Scope, prepare
from conformance.load.path import NetworkPath
from conformance.load.shot import Hit, Shot
from conformance.model import Request, Verdict
from conformance.plan import Selection
from conformance.run import execute
from conformance.session import open_session
from conformance.target import Target
from tests.limiters import running
from tests.ports import free_port

CONF = """daemon off; master_process off; pid {place}/pid; error_log {place}/error;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {place}/b; proxy_temp_path {place}/p;
  fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
  map $http2 $counted {{ "" $binary_remote_addr; default {streams}; }}
  limit_req_zone $counted zone=a:1m rate=1r/m; limit_req_status 429;
  server {{
    listen 127.0.0.1:{port} ssl {speaks}; root {place};
    ssl_certificate {place}/pair; ssl_certificate_key {place}/pair;
    location / {{ default_type application/json; limit_req zone=a burst=3 nodelay; }}
    location /echo {{
      return 200 "$request_method $http_host $http_x_tsp $content_length $server_protocol";
    }}
  }}
}}
"""


@contextmanager
def nginx(
    tls: Tls, place: Path, streams: str = "$binary_remote_addr", speaks: str = "http2"
) -> Iterator[str]:
    """nginx that lets four requests through for each address, and then one a minute.

    Those over HTTP/2 are counted by ``streams``.
    """
    port = free_port()
    (place / "pair").write_text(tls.identity.key + tls.identity.certificate)
    (place / "rates").write_text('{"data": []}')
    (place / "conf").write_text(CONF.format(place=place, port=port, streams=streams, speaks=speaks))
    with running(["nginx", "-p", str(place), "-c", str(place / "conf")], port):
        yield f"https://127.0.0.1:{port}"


def fired(tls: Tls, requests: list[Request], version: str = "2", timeout: float = 5.0) -> list[Hit]:
    path = NetworkPath(ssl.create_default_context(cadata=tls.authority.certificate), timeout=timeout)
    try:
        return path.fire([Shot(0.0, request, version=version) for request in requests])
    finally:
        path.close()


@pytest.fixture(scope="module")
def tls() -> Tls:
    return Tls.fresh()


needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")


@needs_nginx
def test_requests_are_streams_of_one_connection(tls: Tls, tmp_path: Path) -> None:
    with nginx(tls, tmp_path) as url:
        asked = [Request("GET", f"{url}/rates")] * 6
        hits = fired(tls, asked)
        posted = Request(
            "POST", f"{url}/echo?a=b", (("X-Tsp", "one"), ("Connection", "close")), b"x" * 20_000
        )
        echoed = fired(tls, [posted])[0]
    assert [hit.status for hit in hits] == [200] * 4 + [429] * 2
    assert hits[0].body == b'{"data": []}'
    assert hits[0].header("Content-Type") == "application/json"
    assert echoed.body.split() == [b"POST", url[8:].encode(), b"one", b"20000", b"HTTP/2.0"]


@needs_nginx
def test_a_server_without_it_is_not_asked_in_it(tls: Tls, tmp_path: Path) -> None:
    with nginx(tls, tmp_path, speaks="") as url:
        asked = [Request("GET", f"{url}/rates")] * 2
        hits = fired(tls, asked)
        assert [(hit.status, hit.fault) for hit in hits] == [(0, "HTTP/2 is not spoken here")] * 2
        assert [hit.status for hit in fired(tls, asked, "1.1")] == [200, 200]
        plain = fired(tls, [Request("GET", f"http{url[5:]}/rates")])
    assert plain[0].fault == "HTTP/2 is spoken over TLS alone"


HOSTILE = {
    "garbage": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "the end at once": b"",
    "an endless header": b"\x00\x40\x00\x01\x00\x00\x00\x00\x01" + b"\x00" * 16384,
    "a data frame of no stream": b"\x00\x00\x01\x00\x00\x00\x00\x00\x09x",
    "a farewell": b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    b"\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b",
}


@pytest.mark.parametrize("said", HOSTILE)
def test_a_hostile_peer_costs_a_hit(tls: Tls, said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context = tls.context()
        context.set_alpn_protocols(["h2"])

        def serve() -> None:
            with suppress(OSError), context.wrap_socket(listener.accept()[0], server_side=True) as peer:
                peer.recv(1024)
                peer.sendall(HOSTILE[said])
                peer.recv(65536)

        thread = threading.Thread(target=serve)
        thread.start()
        hit = fired(tls, [Request("GET", f"https://127.0.0.1:{listener.getsockname()[1]}/")])[0]
        thread.join(10)
    assert hit.status == 0
    assert hit.fault


def test_a_silent_peer_is_waited_for_no_longer_than_it_may_take(tls: Tls) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        hit = fired(tls, [Request("GET", f"https://127.0.0.1:{listener.getsockname()[1]}/")], timeout=0.3)[0]
    assert hit.fault.startswith("no connection")
    assert time.monotonic() - began < 5


@needs_nginx
@pytest.mark.parametrize(("counted", "found"), [("$binary_remote_addr", []), ("$connection", ["HTTP/2"])])
def test_a_limit_that_another_version_evades_is_found(
    tls: Tls, tmp_path: Path, counted: str, found: list[str]
) -> None:
    (tmp_path / "ca").write_text(tls.authority.certificate)
    with nginx(tls, tmp_path, counted) as url:
        data: dict[str, Any] = {
            "bank": {"name": "Gateway"},
            "base_url": url,
            "tls": {"ca": str(tmp_path / "ca")},
            "limits": {"requests_per_second": 2000},
            "rate_limit": {"requests": 200, "seconds": 1},
            "allow": ["intrusive"],
            "functions": {"other.fx-rate": {"request": {"path": "/rates"}, "rows": ["$.data[*]"]}},
        }
        target = Target.model_validate(data)
        check = "rate_limit.version_ignored"
        plan, profiles = prepare(target, Scope(profiles=("phase1",), selection=Selection(checks=(check,))))
        (case,) = [case for case in plan.cases if case.check == check]
        with open_session(target, profiles, plan) as session:
            result = execute(case, session)
    assert result.verdict is (Verdict.OBSERVATION if found else Verdict.PASS), result
    assert [finding.at for finding in result.findings] == found
