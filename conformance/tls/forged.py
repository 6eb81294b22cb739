"""Header fields in which proxies tell a server of a client certificate, as a client writes them itself.

Source: RFC 9440, and the manuals of nginx, Envoy, Traefik, ingress controllers, load balancers and WebLogic.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.tls.identity import Identity

Fields = tuple[tuple[str, str], ...]


def claims(identity: Identity) -> Iterator[Fields]:
    """The fields that claim a certificate, in groups that fit into the headers of any server."""
    certificate = identity.certificate
    der = certificate.public_bytes(Encoding.DER)
    plain = base64.b64encode(der).decode()
    escaped = quote(certificate.public_bytes(Encoding.PEM).decode(), safe="")
    name = certificate.subject.rfc4514_string().encode("ascii", "replace").decode()
    sha1 = certificate.fingerprint(hashes.SHA1()).hex()
    sha256 = certificate.fingerprint(hashes.SHA256()).hex()
    verified = (
        *((one, "SUCCESS") for one in ("X-SSL-Client-Verify", "SSL-Client-Verify", "X-Client-Verify")),
        *((one, name) for one in ("X-SSL-Client-S-DN", "SSL-Client-Subject-DN", "X-SSL-Client-DN")),
        ("X-SSL-Client-CN", name.partition("CN=")[2].partition(",")[0]),
        ("X-SSL-Client-SHA1", sha1),
        ("X-Client-Cert-Thumbprint", sha1),
    )
    yield (*verified, ("Client-Cert", f":{plain}:"), ("X-ARR-ClientCert", plain))
    yield (*verified, *((one, escaped) for one in ("X-SSL-Client-Cert", "SSL-Client-Cert", "X-Client-Cert")))
    yield (
        *verified,
        ("X-Forwarded-Client-Cert", f'Hash={sha256};Cert="{escaped}";Subject="{name}"'),
        ("X-Forwarded-Tls-Client-Cert", quote(plain, safe="")),
        ("X-Amzn-Mtls-Clientcert", escaped),
        ("WL-Proxy-Client-Cert", plain),
    )
