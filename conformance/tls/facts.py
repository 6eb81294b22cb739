"""What was seen of one address of one endpoint. Frozen, without judgement, and plain data by ``to_json``."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from conformance.tls.codes import version_name
from conformance.tls.suites import suite


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and port that the target names, at one of its addresses; ``uses`` says what it serves."""

    host: str
    port: int
    address: str = ""
    uses: tuple[str, ...] = ()

    @property
    def server_name(self) -> str:
        """The host as a server name; empty for an address literal, which is none (RFC 6066 section 3)."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            pass
        else:
            return ""
        try:
            return self.host.rstrip(".") if self.host.isascii() else self.host.encode("idna").decode()
        except UnicodeError:
            return ""

    def __str__(self) -> str:
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.host}:{self.port}" + (
            f" at {shown}" if self.address and self.address != self.host else ""
        )


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that got no proper answer: a fault's kind and what was seen."""

    step: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One protocol version: its suites in the order in which the server gave them up.

    ``server_order`` says whether the server's own order decides; None when one suite leaves no choice.
    ``weak_first`` is what it took from its own suites offered weakest first.
    """

    version: int
    suites: tuple[int, ...]
    server_order: bool | None = None
    weak_first: int | None = None

    @property
    def name(self) -> str:
        return version_name(self.version)


@dataclass(frozen=True, slots=True)
class NameFacts:
    """The answer to a hello with another server name or none: an alert's name, or the leaf's SHA-256."""

    asked: str
    alert: str = ""
    leaf: str = ""


@dataclass(frozen=True, slots=True)
class StapleFacts:
    """A stapled OCSP response: ``status`` is good, revoked, unknown or the reason why it cannot be used."""

    status: str
    this_update: datetime | None = None
    next_update: datetime | None = None
    for_leaf: bool = True
    signed: bool = True


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate. ``names`` are dNSName and iPAddress of its subject alternative names."""

    sha256: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]
    common_name: str
    key_type: str
    key_bits: int
    key_sha256: str
    signature_hash: str
    is_ca: bool
    key_usage: tuple[str, ...] | None
    extended_usage: tuple[str, ...] | None
    scts: int
    ocsp: tuple[str, ...]
    crls: tuple[str, ...]
    must_staple: bool
    self_signed: bool

    @property
    def lifetime_days(self) -> int:
        return (self.not_after - self.not_before).days


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """A chain as sent, leaf first. ``problem`` says why no path to a trusted certificate was found, if so:
    untrusted, incomplete, invalid."""

    certificates: tuple[CertificateFacts, ...]
    ordered: bool
    complete: bool
    trusted: bool
    problem: str = ""
    private: bool = False
    unreadable: str = ""

    @property
    def leaf(self) -> CertificateFacts | None:
        return self.certificates[0] if self.certificates else None


@dataclass(frozen=True, slots=True)
class ResumptionFacts:
    """Sessions: by id, by ticket and in TLS 1.3. ``lifetime`` is the longest ticket hint in seconds."""

    by_id: bool | None = None
    by_ticket: bool | None = None
    tls13: bool | None = None
    lifetime: int = 0
    early_data: int = 0


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """Everything seen of one address. None means not asked or without sense."""

    endpoint: Endpoint
    reached: bool = False
    speaks_tls: bool = False
    versions: tuple[VersionFacts, ...] = ()
    newest: int | None = None
    groups: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    dh_bits: int | None = None
    alpn: tuple[str, ...] = ()
    unknown_alpn: str = ""
    compression: bool = False
    secure_renegotiation: bool | None = None
    extended_master_secret: bool | None = None
    encrypt_then_mac: bool | None = None
    truncated_hmac: bool = False
    heartbeat: bool = False
    resumption: ResumptionFacts = ResumptionFacts()
    fallback_signal: bool | None = None
    downgrade_sentinel: bool | None = None
    names: tuple[NameFacts, ...] = ()
    intolerances: tuple[str, ...] = ()
    staple: StapleFacts | None = None
    chains: tuple[ChainFacts, ...] = ()
    asks_certificate: bool = False
    authorities: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    connections: int = 0
    seconds: float = 0.0
    received: int = 0

    def version(self, code: int) -> VersionFacts | None:
        return next((one for one in self.versions if one.version == code), None)

    @property
    def leaf(self) -> CertificateFacts | None:
        return next((chain.leaf for chain in self.chains if chain.leaf), None)

    @property
    def trouble(self) -> str:
        """The troubles in one line."""
        return "; ".join(f"{one.step}: {one.kind} {one.detail}".strip() for one in self.troubles)

    def to_json(self) -> dict[str, Any]:
        """The facts as JSON values; suites by name."""
        plain = _plain(self)
        for shown, version in zip(plain["versions"], self.versions, strict=True):
            shown["name"] = version.name
            shown["suites"] = [str(suite(code)) for code in version.suites]
            if version.weak_first is not None:
                shown["weak_first"] = str(suite(version.weak_first))
        plain["newest"] = version_name(self.newest) if self.newest else None
        return dict(plain)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
