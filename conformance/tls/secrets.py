"""Key derivation and record ciphers of TLS 1.2 and 1.3, on the primitives of ``cryptography``.

Source: RFC 5246 sections 5 and 6, RFC 8446 sections 5 and 7.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from conformance.tls.line import Fault
from conformance.tls.suites import Suite


def hash_name(chosen: Suite) -> str:
    """The hash of a suite's PRF or key schedule."""
    return "sha384" if chosen.name.endswith("SHA384") else "sha256"


def prf(name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """The PRF of TLS 1.2."""
    seed = label + seed
    out, block = b"", seed
    while len(out) < length:
        block = hmac.digest(secret, block, name)
        out += hmac.digest(secret, block + seed, name)
    return out[:length]


def expand(name: str, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label of TLS 1.3."""
    full = b"tls13 " + label.encode()
    info = struct.pack(">HB", length, len(full)) + full + bytes([len(context)]) + context
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(secret, block + info + bytes([counter]), name)
        out += block
        counter += 1
    return out[:length]


def digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()


class Sealed(Protocol):
    """Protects records of one direction."""

    def seal(self, kind: int, plain: bytes) -> bytes: ...
    def open(self, kind: int, body: bytes) -> bytes: ...


_Aead = AESGCM | AESCCM | ChaCha20Poly1305


def _aead(chosen: Suite, key: bytes) -> _Aead:
    if "CHACHA20" in chosen.cipher:
        return ChaCha20Poly1305(key)
    if "CCM" in chosen.cipher:
        return AESCCM(key, _tag(chosen))
    return AESGCM(key)


def _tag(chosen: Suite) -> int:
    return 8 if "CCM_8" in chosen.name else 16


def key_length(chosen: Suite) -> int:
    return 16 if chosen.bits == 128 else 32


@dataclass(slots=True)
class Aead13:
    """Record protection of TLS 1.3; ``seal`` gives the body of an application_data record."""

    cipher: _Aead
    iv: bytes
    tag: int
    count: int = 0

    def _nonce(self) -> bytes:
        number = int.from_bytes(self.iv, "big") ^ self.count
        self.count += 1
        return number.to_bytes(12, "big")

    def seal(self, kind: int, plain: bytes) -> bytes:
        inner = plain + bytes([kind])
        return self.cipher.encrypt(
            self._nonce(), inner, struct.pack(">BHH", 23, 0x303, len(inner) + self.tag)
        )

    def open(self, kind: int, body: bytes) -> bytes:
        try:
            return self.cipher.decrypt(self._nonce(), body, struct.pack(">BHH", kind, 0x303, len(body)))
        except (InvalidTag, ValueError) as error:
            raise Fault("garbage", "a record that cannot be decrypted") from error


def aead13(chosen: Suite, secret: bytes) -> Aead13:
    name = hash_name(chosen)
    key, iv = expand(name, secret, "key", b"", key_length(chosen)), expand(name, secret, "iv", b"", 12)
    return Aead13(_aead(chosen, key), iv, _tag(chosen))


@dataclass(slots=True)
class Aead12:
    """AEAD record protection of TLS 1.2, with an explicit nonce except for ChaCha20."""

    cipher: _Aead
    salt: bytes
    tag: int
    count: int = 0

    def _step(self) -> bytes:
        self.count += 1
        return (self.count - 1).to_bytes(8, "big")

    def seal(self, kind: int, plain: bytes) -> bytes:
        number = self._step()
        extra = number + struct.pack(">BHH", kind, 0x303, len(plain))
        if len(self.salt) == 12:
            return self.cipher.encrypt(_xor(self.salt, number), plain, extra)
        return number + self.cipher.encrypt(self.salt + number, plain, extra)

    def open(self, kind: int, body: bytes) -> bytes:
        number = self._step()
        explicit = 0 if len(self.salt) == 12 else 8
        extra = number + struct.pack(">BHH", kind, 0x303, max(0, len(body) - explicit - self.tag))
        nonce = _xor(self.salt, number) if explicit == 0 else self.salt + body[:8]
        try:
            return self.cipher.decrypt(nonce, body[explicit:], extra)
        except (InvalidTag, ValueError) as error:
            raise Fault("garbage", "a record that cannot be decrypted") from error


def _xor(salt: bytes, number: bytes) -> bytes:
    return (int.from_bytes(salt, "big") ^ int.from_bytes(number, "big")).to_bytes(12, "big")


def _inverted(data: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in data)


@dataclass(slots=True)
class Cbc12:
    """AES in CBC mode with HMAC, MAC before encryption, as TLS 1.2 has it."""

    key: bytes
    mac: bytes
    name: str
    count: int = 0

    def _tag(self, kind: int, plain: bytes) -> bytes:
        head = struct.pack(">QBHH", self.count, kind, 0x303, len(plain))
        self.count += 1
        return hmac.digest(self.mac, head + plain, self.name)

    def seal(self, kind: int, plain: bytes, spoilt: str = "") -> bytes:
        """A record's body; ``spoilt`` is what is wrong with it: padding, mac or nothing."""
        tag = self._tag(kind, plain)
        padded = plain + (_inverted(tag) if spoilt == "mac" else tag)
        pad = 15 - len(padded) % 16 + (16 if spoilt else 0)
        filler = bytes([pad]) * pad
        iv = os.urandom(16)
        cipher = Cipher(algorithms.AES(self.key), modes.CBC(iv)).encryptor()
        padded += (_inverted(filler) if spoilt == "padding" else filler) + bytes([pad])
        return iv + cipher.update(padded) + cipher.finalize()

    def open(self, kind: int, body: bytes) -> bytes:
        if len(body) < 32 or len(body) % 16:
            raise Fault("garbage", "a record that cannot be decrypted")
        cipher = Cipher(algorithms.AES(self.key), modes.CBC(body[:16])).decryptor()
        padded = cipher.update(body[16:]) + cipher.finalize()
        size = hashlib.new(self.name).digest_size
        end = len(padded) - padded[-1] - 1 - size
        if end < 0 or padded[end : end + size] != self._tag(kind, padded[:end]):
            raise Fault("garbage", "a record that cannot be decrypted")
        return padded[:end]


def protection12(
    chosen: Suite, master: bytes, client_random: bytes, server_random: bytes
) -> tuple[Sealed, Sealed]:
    """Both directions of TLS 1.2, ours first; raises ``Fault`` unsupported for a cipher not spoken."""
    if not chosen.cipher.startswith(("AES", "CHACHA20")):
        raise Fault("unsupported", f"{chosen} is not spoken to the end")
    size = key_length(chosen)
    hashed = chosen.name.rsplit("_", 1)[-1]
    mac_name = {"SHA": "sha1", "SHA384": "sha384"}.get(hashed, "sha256")
    mac = 0 if chosen.mode == "AEAD" else hashlib.new(mac_name).digest_size
    salt = 12 if "CHACHA20" in chosen.cipher else 4 if chosen.mode == "AEAD" else 0
    block = prf(
        hash_name(chosen), master, b"key expansion", server_random + client_random, 2 * (mac + size + salt)
    )
    macs, keys, salts = block[: 2 * mac], block[2 * mac : 2 * (mac + size)], block[2 * (mac + size) :]

    def one(index: int) -> Sealed:
        key = keys[index * size : (index + 1) * size]
        if mac:
            return Cbc12(key, macs[index * mac : (index + 1) * mac], mac_name)
        return Aead12(_aead(chosen, key), salts[index * salt : (index + 1) * salt], _tag(chosen))

    return one(0), one(1)
