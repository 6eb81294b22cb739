"""The certificates of a target: whom the suite trusts, and what it shows of itself in mutual TLS."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pydantic import Field

from conformance.errors import ConfigurationError
from conformance.reference import FilePath, Part, SecretRef, read_text

Problem = tuple[str, str]
"""A key of the section, and what is wrong with it."""


class Pair(Part):
    """A certificate and its private key."""

    certificate: FilePath
    key: SecretRef


class Tls(Part):
    """``ca`` is trusted beside nothing else; ``client_certificate`` may be followed by its chain.

    ``certificate_required`` is false for a bank that asks for a client certificate but serves without one.
    ``wrong_clients`` are certificates that the bank must refuse, by what is wrong with them.
    """

    ca: FilePath | None = None
    client_certificate: FilePath | None = None
    client_key: SecretRef | None = None
    certificate_required: bool = True
    wrong_clients: dict[Literal["expired", "wrong_usage", "other_tsp", "other_name"], Pair] = Field(
        default_factory=dict
    )

    @property
    def mutual(self) -> bool:
        """Whether the suite shows a certificate of its own."""
        return self.client_certificate is not None

    def problems(self) -> Iterator[Problem]:
        """What keeps these files from being used, key by key."""
        if self.ca is not None:
            yield from _unreadable("ca", self.ca)
        if self.client_certificate is None:
            if self.client_key is not None:
                yield "client_key", "client_certificate is missing; a key alone shows nothing"
            return
        bad = list(_unreadable("client_certificate", self.client_certificate))
        yield from bad
        if self.client_key is None:
            yield "client_certificate", "client_key is missing; add it, for example file:tsp.key"
            return
        try:
            key = load_pem_private_key(self.client_key.reveal().encode(), None)
        except ConfigurationError as error:
            yield "client_key", str(error)
        except TypeError:
            yield "client_key", "the private key is encrypted; decrypt it, or give it with cmd:openssl ..."
        except (ValueError, UnsupportedAlgorithm):
            yield "client_key", "is not a private key in PEM form"
        else:
            if not bad:
                shown = _certificates(self.client_certificate)[0].public_key()
                form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
                if shown.public_bytes(*form) != key.public_key().public_bytes(*form):
                    yield (
                        "client_key",
                        f"is not the key of {self.client_certificate.name}; give a matching pair",
                    )

    def context(self, shown: tuple[str, str] | None = None) -> ssl.SSLContext:
        """A client context that verifies the bank and shows the client certificate, if there is one.

        ``shown`` is another certificate and its key, PEM, to show instead; two empty texts show none.
        """
        context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
        if shown is not None:
            if any(shown):
                with _on_disk("".join(shown)) as pair:
                    context.load_cert_chain(pair)
            return context
        if self.client_certificate is not None and self.client_key is not None:
            with _on_disk(self.client_key.reveal()) as key:
                context.load_cert_chain(self.client_certificate, key)
        return context


def _certificates(path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(read_text(path, path.name).encode())


def _unreadable(key: str, path: Path) -> Iterator[Problem]:
    try:
        _certificates(path)
    except ConfigurationError as error:
        yield key, str(error)
    except ValueError:
        yield key, f"{path.name} holds no certificate in PEM form"


@contextmanager
def _on_disk(pem: str) -> Iterator[str]:
    """A private file that is there only while OpenSSL reads it; ssl takes keys from files alone."""
    descriptor, name = tempfile.mkstemp(prefix="conformance-", suffix=".pem")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(pem)
        yield name
    finally:
        Path(name).unlink()
