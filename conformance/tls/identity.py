"""A client's certificate chain and private key, and the signatures that prove the key.

Source: RFC 5246 section 7.4.8, RFC 8446 section 4.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from conformance.tls.line import Fault

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a client says that it is: DER certificates, its own first, and the private key."""

    chain: tuple[bytes, ...]
    key: PrivateKey = field(repr=False)

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.chain[0])

    @classmethod
    def from_pem(cls, certificates: bytes, key: bytes, password: bytes | None = None) -> Identity:
        """Reads PEM texts; raises ValueError without a chain or a usable key."""
        chain = tuple(
            one.public_bytes(serialization.Encoding.DER)
            for one in x509.load_pem_x509_certificates(certificates)
        )
        private = serialization.load_pem_private_key(key, password)
        if not isinstance(
            private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
        ):
            raise ValueError("the private key is neither RSA nor ECDSA nor Ed25519")  # noqa: TRY004
        return cls(chain, private)

    def schemes(self, tls13: bool) -> tuple[int, ...]:
        """The signature schemes that this key can make, best first."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return (0x0807,)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return (0x0804, 0x0805, 0x0806) if tls13 else (0x0804, 0x0401, 0x0501, 0x0601)
        fitting = {256: (0x0403,), 384: (0x0503,), 521: (0x0603,)}.get(self.key.curve.key_size, ())
        return fitting if tls13 else (*fitting, 0x0403, 0x0503, 0x0603)

    def sign(self, scheme: int, data: bytes) -> bytes:
        """The signature over ``data`` by a scheme of ``schemes``."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        hashed: hashes.HashAlgorithm = {
            0x0403: hashes.SHA256(), 0x0804: hashes.SHA256(), 0x0401: hashes.SHA256(),
            0x0503: hashes.SHA384(), 0x0805: hashes.SHA384(), 0x0501: hashes.SHA384(),
        }.get(scheme, hashes.SHA512())  # fmt: skip
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashed))
        if scheme >> 8 == 8:
            return self.key.sign(data, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)
        return self.key.sign(data, padding.PKCS1v15(), hashed)


def choose(identity: Identity, offered: tuple[int, ...], tls13: bool) -> int:
    """The first scheme of the identity that the server takes; raises ``Fault`` unsupported without one."""
    for scheme in identity.schemes(tls13):
        if scheme in offered or not offered:
            return scheme
    raise Fault("unsupported", "the server takes no signature that the client's key can make")
