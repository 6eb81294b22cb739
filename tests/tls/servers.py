"""The servers of the matrix: right ones, and ones with one defect and the checks that must find it.

``kills`` names checks without ``tls.``; one that several requirements use has its first argument after it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.tls import authority, complete, runtimes, stacks
from tests.tls.authority import MIDDLE, ROOT, STRANGER, Issued, good_ec, rsa_key
from tests.tls.canned import GCM, Canned, codes
from tests.tls.leaky_box import ticketbleed
from tests.tls.stacks import context

Started = Callable[[], AbstractContextManager[int]]
V10, V11, V12, V13 = (
    ssl.TLSVersion.TLSv1,
    ssl.TLSVersion.TLSv1_1,
    ssl.TLSVersion.TLSv1_2,
    ssl.TLSVersion.TLSv1_3,
)


@dataclass(frozen=True)
class Server:
    """``public`` makes the test root a public authority; ``mutual`` declares a path that needs a client
    certificate; ``clients`` are the kinds of client certificates that the target gives."""

    name: str
    start: Started
    kills: tuple[str, ...] = ()
    public: bool = False
    mutual: bool = False
    clients: tuple[str, ...] = ("good", "expired", "wrong_usage")


def served(**changes: Any) -> Started:
    application = changes.pop("application", None)
    issued = changes.pop("issued", None)
    return lambda: stacks.python(lambda: context(issued() if issued else None, **changes), application)


def shows(
    name: str,
    kills: tuple[str, ...],
    issued: Callable[[], Issued],
    public: bool = False,
    ciphers: str = stacks.STRONG,
) -> Server:
    return Server(name, served(issued=issued, ciphers=ciphers), kills, public)


def bytes_of(name: str, kills: tuple[str, ...], **changes: Any) -> Server:
    return Server(name, lambda: stacks.canned(Canned(**changes)), kills)


def public(**changes: Any) -> Callable[[], Issued]:
    return lambda: ROOT.issue(**{"scts": 2, "crl": True, **changes})


def weak(ciphers: str, *options: str, issued: Callable[[], Issued] = authority.good) -> Started:
    """openssl s_server at security level 0, with the signatures of today."""
    sure = (
        "-sigalgs",
        "RSA-PSS+SHA256:RSA+SHA256",
        "-cipher",
        f"{ciphers}:@SECLEVEL=0",
        "-serverpref",
        *options,
    )
    return stacks.openssl(
        *(sure if "-min_protocol" in options else (*sure, "-min_protocol", "TLSv1")), issued=issued
    )


CBC12 = ("no_suite_with:no-aead", "suites_within")
CBC = codes("ECDHE_RSA_WITH_AES_128_CBC_SHA")
FINITE = "no_suite_with:finite-field"
STATIC12 = ("no_suite_with:static-rsa", "suites_within")

GOOD = (
    Server("python-tls13-only", served(low=V13)),
    Server("python-rsa", served()),
    Server("python-ecdsa", served(issued=good_ec)),
    Server("nginx-intermediate", stacks.nginx()),
    Server("haproxy-intermediate", stacks.haproxy("alpn h2,http/1.1")),
    Server("apache-intermediate", stacks.apache),
    Server("openssl-s-server", stacks.openssl("-cipher", "ECDHE+AESGCM", "-min_protocol", "TLSv1.2")),
    Server("cheroot", stacks.cheroot),
    Server("node", runtimes.node()),
    Server("java", runtimes.java()),
    Server("caddy", runtimes.caddy()),
    Server(
        "gnutls-without-renegotiation",
        stacks.gnutls("NORMAL:-VERS-ALL:+VERS-TLS1.3"),
    ),
    Server("canned-tls12", lambda: stacks.canned(Canned())),
    shows("public-certificate", (), public(), public=True),
    shows("with-intermediate", (), lambda: MIDDLE.issue()),
    shows("wildcard-of-its-own", (), lambda: ROOT.issue(names=("localhost", "*.api.bank.com.hk"))),
    Server(
        "staple-good",
        lambda: stacks.openssl(
            "-cipher",
            "ECDHE+AESGCM",
            "-min_protocol",
            "TLSv1.2",
            "-status_file",
            ROOT.response(authority.good().certificate, ocsp.OCSPCertStatus.GOOD, timedelta(days=4)),
        )(),
    ),
    Server(
        "mutual-nginx",
        stacks.nginx(f"ssl_client_certificate {ROOT.file}; ssl_verify_client on;"),
        mutual=True,
    ),
    Server("mutual-haproxy", stacks.haproxy(f"ca-file {ROOT.file} verify required"), mutual=True),
    Server(
        "mutual-apache",
        lambda: stacks.apache(f"SSLVerifyClient require\nSSLCACertificateFile {ROOT.file}"),
        mutual=True,
    ),
    Server("mutual-caddy", runtimes.caddy(clients=True), mutual=True),
    Server(
        "mutual-s-server",
        stacks.openssl(
            "-cipher",
            "ECDHE+AESGCM",
            "-min_protocol",
            "TLSv1.2",
            "-CAfile",
            ROOT.file,
            "-Verify",
            "1",
            "-verify_return_error",
        ),
        mutual=True,
    ),
)

CERTIFICATES = (
    shows("expired", ("within_dates",), lambda: ROOT.issue(starts=timedelta(days=-100))),
    shows("not-yet-valid", ("within_dates",), lambda: ROOT.issue(starts=timedelta(days=2))),
    shows("expired-intermediate", ("within_dates",), lambda: _old_middle().issue()),
    shows(
        "other-name", ("name_matches",), lambda: ROOT.issue(names=("bank.example",), common="bank.example")
    ),
    shows("common-name-only", ("name_matches",), lambda: ROOT.issue(names=())),
    shows("wildcard-too-deep", ("name_matches",), lambda: ROOT.issue(names=("*.bank.localhost",))),
    shows("self-signed", ("certificate_trusted",), lambda: authority.self_made()),
    shows(
        "unknown-authority", ("certificate_trusted",), lambda: STRANGER.issue(sends=(STRANGER.certificate,))
    ),
    shows("intermediate-missing", ("chain_complete",), lambda: MIDDLE.issue(sends=())),
    shows(
        "chain-out-of-order",
        ("chain_ordered",),
        lambda: MIDDLE.issue(sends=(ROOT.certificate, MIDDLE.certificate)),
    ),
    shows("expires-soon", ("not_expiring",), lambda: ROOT.issue(starts=timedelta(days=-350), days=360)),
    Server(
        "rsa-1024",
        weak("ECDHE+AESGCM", "-min_protocol", "TLSv1.2", issued=lambda: ROOT.issue(key=rsa_key(1024))),
        ("key_size",),
    ),
    Server(
        "sha1-signed",
        weak("ECDHE+AESGCM", "-min_protocol", "TLSv1.2", issued=authority.signed_with_sha1),
        ("signature_hash",),
    ),
    shows("client-usage", ("server_usage",), lambda: ROOT.issue(extended=(ExtendedKeyUsageOID.CLIENT_AUTH,))),
    shows("key-usage-for-crls", ("server_usage",), lambda: ROOT.issue(usages=("crl_sign",))),
    shows("leaf-is-authority", ("not_an_authority",), lambda: ROOT.issue(ca=True)),
    shows("lives-800-days", ("lifetime",), public(days=800), public=True),
    shows("without-timestamps", ("transparency",), public(scts=0), public=True),
    shows("without-revocation-address", ("revocation_published",), public(crl=False), public=True),
    shows("wildcard-of-registry", ("wildcard_narrow",), lambda: ROOT.issue(names=("localhost", "*.com.hk"))),
    shows("promised-staple-missing", ("promised_staple",), lambda: ROOT.issue(staple=True)),
    Server(
        "staple-revoked", lambda: _stapled(ocsp.OCSPCertStatus.REVOKED, timedelta(days=4)), ("staple_valid",)
    ),
    Server("staple-stale", lambda: _stapled(ocsp.OCSPCertStatus.GOOD, timedelta(days=-1)), ("staple_valid",)),
)

PROTOCOL = (
    Server("plain-http", stacks.plain_http, ("offered",)),
    Server(
        "openssl-tls10", weak("ECDHE+AESGCM:ECDHE-RSA-AES128-SHA", "-no_tls1_3"), ("no_version_below", *CBC12)
    ),
    Server(
        "python-tls11-only",
        served(low=V11, high=V11, ciphers="ECDHE-RSA-AES128-SHA:@SECLEVEL=0"),
        ("no_version_below", "version_served"),
    ),
    bytes_of("canned-tls10", ("no_version_below",), versions={0x0303: GCM, 0x0301: CBC}),
    bytes_of(
        "ssl3-cbc",
        ("no_version_below", "poodle", "no_suite_with:static-rsa"),
        versions={0x0303: GCM, 0x0300: (0x2F,)},
    ),
    bytes_of(
        "ssl3-rc4",
        ("no_version_below", "no_suite_with:rc4", "no_suite_with:static-rsa"),
        versions={0x0303: GCM, 0x0300: (0x05,)},
    ),
    bytes_of("ssl2", ("no_version_below", "drown"), ssl2=True),
    bytes_of(
        "old-version-chosen",
        ("newest_version_chosen",),
        versions={0x0304: (0x1301,), 0x0303: GCM},
        prefers_old=True,
    ),
    bytes_of(
        "no-sentinel", ("downgrade_signalled",), versions={0x0304: (0x1301,), 0x0303: GCM}, sentinel=False
    ),
    bytes_of(
        "fallback-ignored",
        ("downgrade_signalled", "no_version_below"),
        versions={0x0303: GCM, 0x0302: CBC},
        signals_fallback=False,
    ),
    bytes_of("intolerant-of-extensions", ("tolerant",), refuses=lambda offer: 0x7A7A in offer.extensions),
    bytes_of("intolerant-of-long-hellos", ("tolerant",), refuses=lambda offer: offer.size > 1400),
    bytes_of("intolerant-of-later-versions", ("tolerant",), refuses=lambda offer: offer.version > 0x0303),
    bytes_of("any-protocol", ("application_protocol_refused",), takes_any_protocol=True),
)

SUITES = (
    Server(
        "null-suite",
        weak("ECDHE+AESGCM:ECDHE-RSA-NULL-SHA", "-min_protocol", "TLSv1.2"),
        ("no_suite_with:null", *CBC12),
    ),
    Server(
        "anonymous-suite",
        weak("ECDHE+AESGCM:AECDH-AES128-SHA", "-min_protocol", "TLSv1.2"),
        ("no_suite_with:null", *CBC12),
    ),
    Server("static-rsa", served(high=V12, ciphers="ECDHE+AESGCM:AES128-GCM-SHA256"), STATIC12),
    Server("cbc", served(high=V12, ciphers="ECDHE+AESGCM:ECDHE-RSA-AES128-SHA256"), CBC12),
    Server("camellia", served(high=V12, ciphers="ECDHE+AESGCM:ECDHE-RSA-CAMELLIA128-SHA256"), CBC12),
    Server("aria", served(high=V12, ciphers="ECDHE+AESGCM:ECDHE-ARIA128-GCM-SHA256"), ("suites_within",)),
    bytes_of("rc4", ("no_suite_with:rc4", *CBC12), versions={0x0303: (*GCM, 0xC011)}),
    bytes_of(
        "export-rsa",
        ("no_suite_with:rc4", "no_suite_with:static-rsa", "freak", *CBC12),
        versions={0x0303: (*GCM, 0x03)},
    ),
    bytes_of(
        "export-dhe",
        ("no_suite_with:rc4", FINITE, "logjam", "sweet32", *CBC12),
        versions={0x0303: (*GCM, 0x14)},
    ),
    bytes_of("triple-des", ("sweet32", *CBC12), versions={0x0303: (*GCM, 0xC012)}),
    Server(
        "client-order-decides",
        lambda: stacks.python(
            lambda: context(high=V12, ciphers="ECDHE+AESGCM:ECDHE-RSA-AES128-SHA256", change=_client_order)
        ),
        ("strong_suite_preferred", *CBC12),
    ),
    bytes_of(
        "no-recommended-suite", (FINITE, "suite_served", "suites_within"), versions={0x0303: (0x9E, 0x9F)}
    ),
)

HANDSHAKE = (
    Server(
        "dhe-1024",
        lambda: weak(
            "ECDHE+AESGCM:DHE-RSA-AES128-GCM-SHA256",
            "-min_protocol",
            "TLSv1.2",
            "-dhparam",
            authority.dh_file(1024),
        )(),
        (FINITE, "no_diffie_hellman_below", "logjam", "suites_within"),
    ),
    bytes_of(
        "dhe-1536",
        (FINITE, "no_diffie_hellman_below", "suites_within"),
        versions={0x0303: (*GCM, 0x9E)},
        prime_bits=1536,
    ),
    bytes_of("curve-of-192-bits", ("no_group_below",), groups=(0x1D, 0x17, 0x13)),
    Server(
        "only-p521",
        stacks.openssl("-cipher", "ECDHE+AESGCM", "-min_protocol", "TLSv1.2", "-curves", "P-521"),
        ("group_served",),
    ),
    Server(
        "sha1-key-exchange",
        stacks.openssl(
            "-cipher", "ECDHE+AESGCM:@SECLEVEL=0", "-tls1_2", "-sigalgs", "RSA-PSS+SHA256:RSA+SHA256:RSA+SHA1"
        ),
        ("no_signature_with",),
    ),
    bytes_of("md5-key-exchange", ("no_signature_with",), schemes=(0x0804, 0x0101)),
    bytes_of("no-secure-renegotiation", ("renegotiation_secure",), renegotiation_info=False),
    Server(
        "client-renegotiation",
        stacks.gnutls(
            "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM:-SIGN-RSA-SHA1"
        ),
        ("no_client_renegotiation",),
    ),
    bytes_of("no-extended-master-secret", ("extended_master_secret",), extended_secret=False),
    bytes_of(
        "mac-then-encrypt",
        ("encrypt_then_mac", *CBC12),
        versions={0x0303: (*GCM, *CBC)},
        encrypt_then_mac=False,
    ),
    bytes_of("truncated-mac", ("no_truncated_mac",), truncated_mac=True),
    Server(
        "tickets-for-a-month",
        stacks.nginx(timeout="30d"),
        ("tickets_short_lived",),
    ),
    Server(
        "early-data",
        stacks.openssl(
            "-cipher",
            "ECDHE+AESGCM",
            "-min_protocol",
            "TLSv1.2",
            "-early_data",
            "-max_early_data",
            "16384",
            www=False,
        ),
        ("no_early_data",),
    ),
    Server("early-data-twice", stacks.nginx("ssl_early_data on;"), ("no_early_data", "early_data_once")),
    Server(
        "early-data-put-off",
        stacks.nginx("ssl_early_data on; if ($ssl_early_data) { return 425; }"),
        ("no_early_data",),
    ),
    bytes_of("compression", ("crime",), compression=1),
    bytes_of("heartbleed", ("heartbleed",), heartbeat=True, bleeds=True),
    bytes_of("early-change-cipher-spec", ("ccs_injection",), early_ccs=True),
    bytes_of("padding-oracle", ("robot", *STATIC12), versions={0x0303: (*GCM, 0x9C)}, oracle=True),
    Server("ticketbleed", lambda: ticketbleed(), ("ticketbleed",)),
    Server("padding-unchecked", lambda: complete.whole12(complete.Careless), ("padding_checked", *CBC12)),
    Server("padding-told", lambda: complete.whole12(complete.Talkative), ("padding_checked", *CBC12)),
)


DEFECTIVE = (*CERTIFICATES, *PROTOCOL, *SUITES, *HANDSHAKE)


def _client_order(made: ssl.SSLContext) -> None:
    made.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE


def _old_middle() -> authority.Authority:
    old = authority.Authority("Test Old Intermediate", ROOT)
    return authority.aged(old, timedelta(days=-400))


def _stapled(status: ocsp.OCSPCertStatus, ends: timedelta) -> AbstractContextManager[int]:
    file = ROOT.response(authority.good().certificate, status, ends)
    return stacks.openssl("-cipher", "ECDHE+AESGCM", "-min_protocol", "TLSv1.2", "-status_file", file)()
