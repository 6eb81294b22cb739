"""Key agreement with one group: curves, and ML-KEM beside a curve.

Source: RFC 5246, RFC 8446 section 4.2.8, draft-ietf-tls-ecdhe-mlkem (hybrids of ML-KEM, FIPS 203).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519

from conformance.tls.codes import group_name
from conformance.tls.line import Fault

try:
    from cryptography.hazmat.primitives.asymmetric import mlkem
except ImportError:  # releases before 47 have none
    mlkem = None  # type: ignore[assignment]

X25519, X448 = 0x1D, 0x1E
_CURVES: dict[int, ec.EllipticCurve] = {0x17: ec.SECP256R1(), 0x18: ec.SECP384R1(), 0x19: ec.SECP521R1()}
AGREED_GROUPS = (X25519, 0x17, 0x18, 0x19, X448)
"""The groups whose key agreement we can finish, but for the hybrids."""
_HYBRIDS = {0x11EC: (X25519, 768), 0x11EB: (0x17, 768), 0x11ED: (0x18, 1024)}
"""The curve and the size of ML-KEM of each."""


def first_agreed(groups: Iterable[int]) -> int:
    """The first of the groups whose key agreement we can finish; X25519 when there is none."""
    return next((one for one in groups if one in AGREED_GROUPS or one in _HYBRIDS), X25519)


def finished(served: Iterable[str]) -> tuple[int, ...]:
    """The groups for a handshake to the end with a server whose groups are known by name.

    The hybrids are for servers that take nothing else: most would ask for a second hello for their sake.
    """
    known = set(served)
    hybrids = tuple(one for one in _HYBRIDS if group_name(one) in known)
    return AGREED_GROUPS if not hybrids or known & {group_name(one) for one in AGREED_GROUPS} else hybrids


class Agreement:
    """Our half of a key agreement; raises ``Fault`` unsupported for a group that we do not know."""

    def __init__(self, group: int) -> None:
        self.group = group
        curve, size = _HYBRIDS.get(group, (group, 0))
        self._x25519 = x25519.X25519PrivateKey.generate() if curve == X25519 else None
        self._x448 = x448.X448PrivateKey.generate() if curve == X448 else None
        self._curve = ec.generate_private_key(_CURVES[curve]) if curve in _CURVES else None
        self._kem = _kem(size) if size else None
        if not (self._x25519 or self._x448 or self._curve) or (size and self._kem is None):
            raise Fault("unsupported", f"the server insists on group {group_name(group)}")

    @property
    def public(self) -> bytes:
        if self._kem is None:
            return self._point
        kem = bytes(self._kem.public_key().public_bytes_raw())
        return kem + self._point if self._x25519 else self._point + kem

    @property
    def _point(self) -> bytes:
        if self._curve:
            return self._curve.public_key().public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
            )
        key = self._x25519 or self._x448
        assert key is not None
        return key.public_key().public_bytes_raw()

    def secret(self, peer: bytes) -> bytes:
        """The shared secret; raises ``Fault`` when the server's half is none of the group."""
        try:
            if self._kem is None:
                return self._exchange(peer)
            size = len(self._point)
            if self._x25519:
                return bytes(self._kem.decapsulate(peer[:-size])) + self._exchange(peer[-size:])
            return self._exchange(peer[:size]) + bytes(self._kem.decapsulate(peer[size:]))
        except ValueError as error:
            raise Fault("garbage", f"the server's key share: {error}") from error

    def _exchange(self, peer: bytes) -> bytes:
        if self._x25519:
            return self._x25519.exchange(x25519.X25519PublicKey.from_public_bytes(peer))
        if self._x448:
            return self._x448.exchange(x448.X448PublicKey.from_public_bytes(peer))
        assert self._curve is not None
        point = ec.EllipticCurvePublicKey.from_encoded_point(self._curve.curve, peer)
        return self._curve.exchange(ec.ECDH(), point)


def _kem(size: int) -> Any:
    """A key of ML-KEM; None where the library has none."""
    kinds: Any = mlkem
    if kinds is None:
        return None
    kind = kinds.MLKEM768PrivateKey if size == 768 else kinds.MLKEM1024PrivateKey
    try:
        return kind.generate()
    except UnsupportedAlgorithm:
        return None
