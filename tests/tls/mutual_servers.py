"""Servers that ask for client certificates, with one defect each; as in ``servers``."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from tests.tls import complete, runtimes, stacks
from tests.tls.authority import ROOT
from tests.tls.servers import Server, Started, served
from tests.tls.stacks import DENIED, JSON, reads_first


def mutual(name: str, kills: tuple[str, ...], start: Started) -> Server:
    return Server(name, start, kills, mutual=True)


S_SERVER = ("-cipher", "ECDHE+AESGCM", "-min_protocol", "TLSv1.2", "-CAfile", ROOT.file)
NGINX_CA = f"ssl_client_certificate {ROOT.file};"
GUARD = "if ($ssl_client_verify != SUCCESS) {{ return {status}; }}"
ADMITS = ("client_certificate_required", "self_signed_client_refused", "foreign_client_refused")


def guarded(answer: Callable[[ssl.SSLSocket], bytes], **changes: Any) -> Started:
    return served(clients=ssl.CERT_OPTIONAL, application=reads_first(answer), **changes)


MUTUAL = (
    mutual(
        "never-asks",
        (
            "client_certificate_asked",
            *ADMITS,
            *(f"given_client_refused:{w}" for w in ("expired", "wrong_usage")),
        ),
        stacks.nginx(),
    ),
    Server(
        "other-tsp-admitted",
        stacks.nginx(NGINX_CA + "ssl_verify_client on;"),
        ("given_client_refused:other_tsp", "given_client_refused:other_name"),
        mutual=True,
        clients=("good", "other_tsp", "other_name"),
    ),
    mutual(
        "certificate-optional",
        ("client_certificate_required",),
        stacks.nginx(NGINX_CA + "ssl_verify_client optional;"),
    ),
    mutual(
        "any-certificate",
        (
            "self_signed_client_refused",
            "foreign_client_refused",
            "given_client_refused:expired",
            "given_client_refused:wrong_usage",
        ),
        stacks.openssl(*S_SERVER, "-Verify", "1"),
    ),
    mutual(
        "expired-client-admitted",
        ("given_client_refused:expired",),
        stacks.openssl(*S_SERVER, "-Verify", "1", "-verify_return_error", "-no_check_time"),
    ),
    mutual(
        "client-usage-ignored",
        ("given_client_refused:wrong_usage",),
        stacks.openssl(*S_SERVER, "-Verify", "1", "-verify_return_error", "-purpose", "any"),
    ),
    mutual(
        "gnutls-takes-any-usage",
        ("given_client_refused:wrong_usage",),
        stacks.gnutls(
            "NORMAL:-VERS-ALL:+VERS-TLS1.3",
            "--require-client-cert",
            "--verify-client-cert",
            "--x509cafile",
            ROOT.file,
        ),
    ),
    mutual(
        "no-authorities-named",
        ("authorities_named",),
        guarded(lambda tls: JSON if tls.getpeercert() else DENIED),
    ),
    mutual(
        "page-for-strangers",
        ("client_certificate_required", "refusal_clean"),
        stacks.nginx(
            NGINX_CA + "ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) "
            "{ rewrite ^ /login.html; } location = /login.html { default_type text/html; return 200 '<p>'; }"
        ),
    ),
    mutual(
        "strangers-get-500",
        ("refusal_clean",),
        stacks.nginx(NGINX_CA + "ssl_verify_client optional;" + GUARD.format(status=500)),
    ),
    mutual(
        "strangers-are-dropped",
        ("refusal_clean",),
        stacks.nginx(NGINX_CA + "ssl_verify_client optional;" + GUARD.format(status=444)),
    ),
    mutual(
        "node-drops-strangers",
        ("refusal_clean",),
        runtimes.node(requestCert=True, rejectUnauthorized=True, ca=ROOT.file),
    ),
    mutual("java-drops-strangers", ("refusal_clean",), runtimes.java(clients=True)),
    mutual(
        "resumption-authenticates",
        ("authorities_named", "resumption_without_identity"),
        guarded(lambda tls: JSON if tls.getpeercert() or tls.session_reused else DENIED),
    ),
    mutual("speaks-before-the-certificate", ("silent_before_authentication",), complete.whole13),
    mutual(
        "speaks-before-authentication",
        ("authorities_named", "refusal_clean", "silent_before_authentication"),
        guarded(lambda tls: JSON if tls.getpeercert() else b"welcome, customer 4711\r\n"),
    ),
)
