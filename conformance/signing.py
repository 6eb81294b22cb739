"""Authentication by a signature over parts of each request, with a private or a shared key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, field_validator, model_validator

from conformance.authentication import HeaderKey, HeaderPair, Reply, Scheme, Token
from conformance.custom_token import CustomToken
from conformance.entry import HeaderValue, header_fields, refuse_literals
from conformance.errors import ConfigurationError
from conformance.model import Request
from conformance.reference import Part, SecretRef, TextOrSecret
from conformance.secret import Secret
from conformance.token import ClientCredentials, reveal

_PLACEHOLDER = re.compile(r"\{(\w+)(?::([\w-]+))?\}")
_FACTS = frozenset(
    ("method", "path", "query", "target", "url", "host", "body", "digest", "key_id", "algorithm")
)
_SIGNED = frozenset((*_FACTS, "signature", "components"))
_HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
}  # fmt: skip

Algorithm = Literal[
    "rsa-sha256", "rsa-sha384", "rsa-sha512", "rsa-pss-sha256", "rsa-pss-sha512",
    "ecdsa-sha256", "ecdsa-sha384", "ed25519", "hmac-sha256", "hmac-sha384", "hmac-sha512",
]  # fmt: skip
Encoding = Literal["base64", "base64url", "hex"]


class Digest(Part):
    """The hash of the body, in a header field of its own (RFC 3230: ``Digest: SHA-256=...``)."""

    header: str = "Digest"
    algorithm: Literal["sha256", "sha384", "sha512"] = "sha256"
    prefix: str = "SHA-256="
    encoding: Encoding = "base64"
    empty_body: bool = True

    def of(self, body: bytes) -> str:
        """The value of the header field."""
        return self.prefix + encoded(hashlib.new(self.algorithm, body).digest(), self.encoding)


class SignatureHeader(Part):
    """The header field that carries the signature. The default is that of draft-cavage-http-signatures-12."""

    header: str = "Signature"
    value: str = 'keyId="{key_id}",algorithm="{algorithm}",headers="{components}",signature="{signature}"'

    @field_validator("value")
    @classmethod
    def _known(cls, value: str) -> str:
        return known_placeholders(value, _SIGNED)


def known_placeholders(template: str, names: frozenset[str]) -> str:
    """A template, when each ``{name}`` in it is one of these or ``{header:Name}``."""
    for found in _PLACEHOLDER.finditer(template):
        if (found[2] is None and found[1] not in names) or (found[2] is not None and found[1] != "header"):
            words = ", ".join(sorted(names))
            raise ValueError(
                f"{found[0]} is not known here; there are {words} and header:Name, each in braces"
            )
    return template


def encoded(raw: bytes, encoding: Encoding) -> str:
    """Bytes as text; base64url is without padding."""
    if encoding == "hex":
        return raw.hex()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return base64.b64encode(raw).decode()


Inner = Annotated[HeaderPair | HeaderKey | ClientCredentials | CustomToken, Field(discriminator="kind")]


class SignedRequest(Scheme):
    """A signature over parts of each request.

    What is signed is either ``components``, header names and pseudo-headers of draft-cavage in order, those
    absent from a request left out, or ``payload``, a template. ``headers`` are set before signing; ``token``
    authenticates first, so that its header field can be signed.
    """

    kind: Literal["signed-request"]
    algorithm: Algorithm
    key: SecretRef
    key_encoding: Literal["text", "base64", "hex"] = "text"
    key_id: TextOrSecret = ""
    components: tuple[str, ...] = ()
    payload: str = ""
    headers: dict[str, HeaderValue] = Field(default_factory=dict)
    digest: Digest | None = None
    encoding: Encoding = "base64"
    send: SignatureHeader = Field(default_factory=SignatureHeader)
    inner: Inner | None = Field(default=None, alias="token")

    @field_validator("headers")
    @classmethod
    def _named(cls, headers: dict[str, HeaderValue]) -> Any:
        return refuse_literals(headers)

    @field_validator("payload")
    @classmethod
    def _known(cls, payload: str) -> str:
        return known_placeholders(payload, _FACTS)

    @field_validator("components")
    @classmethod
    def _lower(cls, components: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(component.lower() for component in components)

    @model_validator(mode="after")
    def _one(self) -> SignedRequest:
        if bool(self.components) == bool(self.payload):
            raise ValueError("give either components (a list) or payload (a template)")
        if self.digest is None and ("{digest}" in self.payload or "digest" in self.components):
            raise ValueError("the digest is signed, so it needs a digest: section")
        return self

    @property
    def wants_token(self) -> bool:
        return self.inner is not None and self.inner.wants_token

    @property
    def carriers(self) -> tuple[str, ...]:
        held = tuple(name for name, value in self.headers.items() if isinstance(value, Secret))
        return (*(self.inner.carriers if self.inner else ()), *held, self.send.header)

    @property
    def hosts(self) -> tuple[str, ...]:
        return self.inner.hosts if self.inner else ()

    def under(self, base_url: str) -> SignedRequest:
        return self.model_copy(update={"inner": self.inner.under(base_url)}) if self.inner else self

    def pairs(self) -> Iterator[str]:
        if self.inner is not None:
            yield from self.inner.pairs()

    def request(self, now: float) -> Request | None:
        return self.inner.request(now) if self.inner else None

    def token(self, reply: Reply, now: float) -> Token:
        return self.inner.token(reply, now) if self.inner else super().token(reply, now)

    def sign(self, request: Request, token: Token | None, now: float) -> Request:
        if self.inner is not None:
            request = self.inner.sign(request, token, now)
        for name, value in header_fields(self.headers, now):
            request = request.with_header(name, value)
        if self.digest is not None and (request.body or self.digest.empty_body):
            request = request.with_header(self.digest.header, self.digest.of(request.body))
        lines, names = _lines(request, self.components) if self.components else ("", "")
        facts = _facts(request) | {
            "key_id": reveal(self.key_id),
            "algorithm": self.algorithm,
            "digest": (request.header(self.digest.header) or "") if self.digest else "",
            "components": names,
        }
        signed = lines.encode() if self.components else filled(self.payload, facts, request)
        facts["signature"] = encoded(self.signature(signed), self.encoding)
        value = filled(self.send.value, facts, request).decode("utf-8", "replace")
        return request.with_header(self.send.header, value)

    def signature(self, signed: bytes) -> bytes:
        """The signature over these bytes."""
        family, _, digest = self.algorithm.rpartition("-")
        if family == "hmac":
            return hmac.new(self._shared, signed, digest).digest()
        key = self._private
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(signed)
        chosen = _HASHES[digest]()
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(signed, ec.ECDSA(chosen))
        if family == "rsa-pss":
            return key.sign(signed, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
        return key.sign(signed, padding.PKCS1v15(), chosen)

    def check_key(self) -> None:
        """Raises ``ConfigurationError`` when the key cannot be read or does not fit the algorithm."""
        self._shared if self.algorithm.startswith("hmac") else self._private

    @cached_property
    def _shared(self) -> bytes:
        text = self.key.reveal()
        try:
            if self.key_encoding == "hex":
                return bytes.fromhex(text)
            return base64.b64decode(text, validate=True) if self.key_encoding == "base64" else text.encode()
        except ValueError:
            raise ConfigurationError(f"the signing key is not {self.key_encoding}") from None

    @cached_property
    def _private(self) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey:
        family = self.algorithm.partition("-")[0]
        try:
            key = load_pem_private_key(self.key.reveal().encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ConfigurationError(
                "the signing key is not an unencrypted private key in PEM form"
            ) from None
        if family == "rsa" and isinstance(key, rsa.RSAPrivateKey):
            return key
        if family == "ecdsa" and isinstance(key, ec.EllipticCurvePrivateKey):
            return key
        if family == "ed25519" and isinstance(key, ed25519.Ed25519PrivateKey):
            return key
        raise ConfigurationError(f"the signing key does not fit the algorithm {self.algorithm}")


def _facts(request: Request) -> dict[str, str | bytes]:
    parts = urlsplit(request.url)
    path = parts.path or "/"
    return {
        "method": request.method,
        "path": path,
        "query": parts.query,
        "target": f"{path}?{parts.query}" if parts.query else path,
        "url": request.url,
        "host": request.header("host") or parts.netloc.rpartition("@")[2],
        "body": request.body,
    }


def filled(template: str, facts: Mapping[str, str | bytes], request: Request) -> bytes:
    """A template with its places filled: from facts of the request, and from its header fields."""
    out, last = [], 0
    for found in _PLACEHOLDER.finditer(template):
        value = (request.header(found[2]) or "") if found[2] else facts[found[1]]
        out += [
            template[last : found.start()].encode(),
            value if isinstance(value, bytes) else value.encode(),
        ]
        last = found.end()
    return b"".join([*out, template[last:].encode()])


def _lines(request: Request, components: tuple[str, ...]) -> tuple[str, str]:
    """The string that draft-cavage signs (2.3), and the list of what is in it."""
    facts = _facts(request)
    lines, names = [], []
    for name in components:
        if name == "(request-target)":
            value: str | None = f"{request.method.lower()} {facts['target']!s}"
        elif name == "host":
            value = str(facts["host"])
        else:
            held = [v.strip() for k, v in request.headers if k.lower() == name]
            value = ", ".join(held) if held else None
        if value is not None:
            lines.append(f"{name}: {value}")
            names.append(name)
    return "\n".join(lines), " ".join(names)
