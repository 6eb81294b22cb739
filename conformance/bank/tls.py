"""The bank's TLS: which versions and suites, its certificate, and whom it trusts as a client."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from conformance.bank.certificate import LOOPBACK, Authority, Identity

AEAD = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305"
)
"""TLS 1.2 suites with forward secrecy and authenticated encryption, the server's certificate EC or RSA."""

ClientCertificate = Literal["none", "optional", "required"]


@dataclass(frozen=True, slots=True)
class Tls:
    """How the bank speaks TLS. Change one part with `dataclasses.replace`."""

    authority: Authority
    """Issues the certificates of the bank and its clients; `authority.certificate` is what clients trust."""
    identity: Identity
    """The bank's own."""
    client_certificate: ClientCertificate = "none"
    trusted_clients: tuple[str, ...] = ()
    """PEM certificates of authorities, or of single self-signed clients, besides `authority`."""
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    suites: str = AEAD
    """OpenSSL cipher list for TLS 1.2 and below; those of TLS 1.3 are all AEAD."""
    protocols: tuple[str, ...] = field(default=("http/1.1",))
    """ALPN."""

    @classmethod
    def fresh(cls, client_certificate: ClientCertificate = "none") -> Tls:
        """Make a new authority and a certificate for localhost and 127.0.0.1, good for 90 days."""
        authority = Authority.fresh()
        return cls(authority, authority.issue("localhost", LOOPBACK), client_certificate)

    def client(self, name: str = "reference-tsp") -> Identity:
        """Issue a client certificate that this bank accepts."""
        return self.authority.issue(name, client=True)

    def context(self) -> ssl.SSLContext:
        """Make the server's context. `load_verify_locations` on it adds a trusted client while serving."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = self.minimum
        context.maximum_version = self.maximum
        context.set_ciphers(self.suites)
        context.set_alpn_protocols(list(self.protocols))
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
        with tempfile.TemporaryDirectory() as folder:
            # OpenSSL reads keys from files only; this one is gone before the first client comes.
            pair = Path(folder, "bank.pem")
            pair.touch(mode=0o600)
            pair.write_text(self.identity.key + self.identity.certificate, encoding="ascii")
            context.load_cert_chain(pair)
        if self.client_certificate != "none":
            required = self.client_certificate == "required"
            context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
            # A single self-signed client certificate is its own trust anchor (RFC 8705, 2.2).
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.load_verify_locations(cadata="".join((self.authority.certificate, *self.trusted_clients)))
        return context
