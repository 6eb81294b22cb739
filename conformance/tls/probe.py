"""Asks one address everything that well-formed handshakes can tell, and gives ``TlsFacts``.

Nothing malformed is sent. ``probe`` raises nothing: what goes wrong is a trouble within the facts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from conformance.tls import resumption, wire
from conformance.tls.agreement import finished
from conformance.tls.certificate import Trust, read_chain, read_name, read_staple
from conformance.tls.codes import (
    LEGACY_GROUPS,
    SCHEMES,
    SSL2,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    TLS13,
    TLS13_GROUPS,
    TLS13_SCHEMES,
    group_name,
    scheme_name,
    version_name,
)
from conformance.tls.contact import contact, ssl2_specs
from conformance.tls.enumerate import Caller, LaterHello, accepted_suites, drain, legacy_hello, preference
from conformance.tls.facts import (
    Endpoint,
    NameFacts,
    ResumptionFacts,
    TlsFacts,
    VersionFacts,
)
from conformance.tls.identity import Identity
from conformance.tls.line import Dialler, Fault, Limits, Meter
from conformance.tls.session13 import Connection13, Flight13
from conformance.tls.suites import FALLBACK_SCSV, suite
from conformance.tls.suites import TLS13 as TLS13_SUITES
from conformance.tls.wire import Alert, Flight, Hello

GREASE = 0x7A7A
UNKNOWN_NAME = "unknown.invalid"
UNKNOWN_PROTOCOL = "x-conformance"
AnyAnswer = Flight | Flight13 | Alert | Fault
LEGACY = (TLS12, TLS11, TLS10, SSL3)


@dataclass(slots=True)
class Probe:
    """The questions to one address, in turn. ``known`` gathers the fields of ``TlsFacts``."""

    caller: Caller
    server_name: str
    trust: Trust
    known: dict[str, object] = field(default_factory=dict)
    versions: dict[int, VersionFacts] = field(default_factory=dict)
    flight13: Flight13 | None = None
    alpn: list[str] = field(default_factory=list)

    # What the server speaks

    def hello13(self, **changes: object) -> Hello:
        base = Hello(
            version=TLS13,
            suites=TLS13_SUITES,
            server_name=self.server_name,
            groups=TLS13_GROUPS,
            schemes=TLS13_SCHEMES,
        )
        return replace(base, **changes)  # type: ignore[arg-type]

    def hello12(self, **changes: object) -> Hello:
        return replace(legacy_hello(self.newest_legacy or TLS12, self.server_name), **changes)  # type: ignore[arg-type]

    @property
    def agreed(self) -> tuple[int, ...]:
        """The groups for a handshake to the end."""
        return finished(self.known.get("groups", ()))  # type: ignore[arg-type]

    @property
    def newest_legacy(self) -> int | None:
        return next((one for one in LEGACY if one in self.versions), None)

    def reach(self) -> bool:
        """Whether the address speaks TLS, and takes our hellos."""
        met = contact(self.caller, self.hello13())
        self.known["reached"], self.known["speaks_tls"] = met.reached, met.speaks_tls
        if met.refused:
            self.known["intolerances"] = (met.refused,)
            self.caller.note("every hello", Fault("intolerant", f"refused with {met.refused}"))
        return met.speaks_tls and not met.refused

    def list_versions(self) -> None:
        for version in (TLS13, *LEGACY):
            base = self.hello13() if version == TLS13 else legacy_hello(version, self.server_name)
            found = accepted_suites(self.caller, base, f"suites of {version_name(version)}")
            if found:
                server_order, weak_first = preference(self.caller, base, found)
                self.versions[version] = VersionFacts(version, found, server_order, weak_first)
        specs = ssl2_specs(self.caller)
        if specs:
            self.versions[SSL2] = VersionFacts(SSL2, specs)

    def newest(self) -> None:
        """The version that a client gets who offers all of them."""
        hello = self.hello13(
            versions=(TLS13, TLS12, TLS11, TLS10), suites=(*TLS13_SUITES, *self.legacy_suites())
        )
        answer = self.caller.ask(hello)
        if isinstance(answer, Flight):
            self.known["newest"] = answer.hello.version

    def legacy_suites(self) -> tuple[int, ...]:
        newest = self.newest_legacy
        return self.versions[newest].suites if newest else ()

    # Groups, signatures, options of SSL 3.0 to TLS 1.2

    def groups_and_schemes(self) -> None:
        groups: list[int] = []
        schemes: list[int] = []
        signed = tuple(
            one
            for one in self.legacy_suites()
            if suite(one).key_exchange in ("DHE", "ECDHE")
            and suite(one).authentication in ("RSA", "ECDSA", "DSS")
        )
        curves = tuple(one for one in signed if suite(one).key_exchange == "ECDHE")
        if curves and self.newest_legacy != SSL3:
            base = self.hello12(suites=curves)
            groups += drain(lambda left: self.chosen(replace(base, groups=left), "group"), LEGACY_GROUPS)
        if signed and self.newest_legacy == TLS12:
            base12 = self.hello12(suites=signed)
            schemes += drain(
                lambda left: self.chosen(replace(base12, schemes=left), "scheme"), tuple(SCHEMES)
            )
        if TLS13 in self.versions:
            mine = drain(self.group13, TLS13_GROUPS)
            groups += [one for one in mine if one not in groups]
            first = finished(group_name(one) for one in mine)
            ours = next((one for one in first if one in mine), None)
            if ours is not None:
                first = (ours, *(one for one in mine if one != ours))
                found = drain(lambda left: self.scheme13(first, left), TLS13_SCHEMES)
                schemes += [one for one in found if one not in schemes]
        self.known["groups"] = tuple(group_name(one) for one in groups)
        self.known["schemes"] = tuple(scheme_name(one) for one in schemes)

    def chosen(self, hello: Hello, what: str) -> int | None:
        answer = self.unmuted(self.caller.ask(hello))
        return getattr(answer, what) or None if isinstance(answer, Flight) else None

    def group13(self, left: tuple[int, ...]) -> int | None:
        answer = self.unmuted(self.caller.ask(self.hello13(groups=left)))
        if isinstance(answer, Flight) and answer.hello.version == TLS13:
            return int.from_bytes(answer.hello.extensions.get(wire.KEY_SHARE, b"")[:2], "big") or None
        return None

    def scheme13(self, groups: tuple[int, ...], left: tuple[int, ...]) -> int | None:
        flight = self.unmuted(self.encrypted(self.hello13(groups=groups, schemes=left)))
        return flight.scheme if isinstance(flight, Flight13) else None

    def unmuted(self, answer: AnyAnswer) -> AnyAnswer:
        """The answer, with a note where none came: silence is no refusal of what was offered."""
        if isinstance(answer, Fault) and answer.kind == "timeout":
            self.caller.note("groups and signatures", answer)
        return answer

    def encrypted(self, hello: Hello) -> Flight13 | Alert | Fault:
        """The encrypted flight of a TLS 1.3 server, without finishing the handshake."""
        try:
            with self.caller.line() as line:
                return Connection13(line).open(hello, only_flight=True)
        except Alert as alert:
            return alert
        except Fault as fault:
            if fault.kind == "spent":
                raise
            return fault

    def options(self) -> None:
        flights = self.caller.seen
        self.known["compression"] = any(one.hello.compression for one in flights)
        self.known["truncated_hmac"] = any(wire.TRUNCATED_HMAC in one.hello.extensions for one in flights)
        self.known["heartbeat"] = any(wire.HEARTBEAT_MODE in one.hello.extensions for one in flights)
        self.known["secure_renegotiation"] = self.always(wire.RENEGOTIATION, flights)
        self.known["extended_master_secret"] = self.always(wire.EXTENDED_SECRET, flights)
        cbc = [one for one in flights if suite(one.hello.suite).mode == "CBC"]
        self.known["encrypt_then_mac"] = self.always(wire.ENCRYPT_THEN_MAC, cbc)
        sizes = [one.dh_bits for one in flights if one.dh_bits]
        self.known["dh_bits"] = min(sizes) if sizes else None

    @staticmethod
    def always(extension: int, flights: list[Flight]) -> bool | None:
        """Whether the server agreed to an extension each time that it was offered; None when it never was."""
        asked = [one for one in flights if extension in one.offered and one.hello.version > SSL3]
        return all(extension in one.hello.extensions for one in asked) if asked else None

    def fallback(self) -> None:
        """RFC 7507, and the sentinel of RFC 8446 section 4.1.3 in a hello without TLS 1.3."""
        older = [one for one in LEGACY if one in self.versions]
        if TLS13 in self.versions and older:
            flights = [one for one in self.caller.seen if one.hello.version == older[0]]
            ends = {one.hello.random[-8:] for one in flights}
            wanted = b"DOWNGRD\x01" if older[0] == TLS12 else b"DOWNGRD\x00"
            self.known["downgrade_sentinel"] = bool(ends) and ends == {wanted}
        lower = older[0] if TLS13 in self.versions and older else older[1] if len(older) > 1 else None
        if lower is not None:
            own = self.versions[lower].suites
            answer = self.caller.ask(
                replace(legacy_hello(lower, self.server_name), suites=(*own, FALLBACK_SCSV))
            )
            if not isinstance(answer, Fault):
                self.known["fallback_signal"] = (
                    isinstance(answer, Alert) and answer.name == "inappropriate_fallback"
                )

    # Application protocols, names, tolerance

    def best(self, **changes: object) -> Hello:
        if TLS13 in self.versions:
            return replace(self.hello13(groups=self.agreed), **changes)  # type: ignore[arg-type]
        return replace(self.hello12(suites=self.legacy_suites()), **changes)  # type: ignore[arg-type]

    def answer_best(self, hello: Hello) -> tuple[AnyAnswer, dict[int, bytes], tuple[bytes, ...]]:
        if hello.version == TLS13:
            encrypted = self.encrypted(hello)
            if isinstance(encrypted, Flight13):
                return encrypted, dict(encrypted.extensions), encrypted.chain
            return encrypted, {}, ()
        answer = self.caller.ask(hello)
        if isinstance(answer, Flight):
            return answer, dict(answer.hello.extensions), answer.chain
        return answer, {}, ()

    def application_protocols(self) -> None:
        left, found = ["h2", "http/1.1", "http/1.0"], []
        while left:
            _, extensions, _ = self.answer_best(self.best(alpn=tuple(left)))
            chosen = extensions.get(wire.ALPN, b"")[3:].decode("ascii", "replace")
            if chosen not in left:
                break
            found.append(chosen)
            left.remove(chosen)
        self.known["alpn"] = tuple(found)
        answer, extensions, _ = self.answer_best(self.best(alpn=(UNKNOWN_PROTOCOL,)))
        if isinstance(answer, Alert):
            self.known["unknown_alpn"] = answer.name
        elif not isinstance(answer, Fault):
            chosen = extensions.get(wire.ALPN, b"")[3:].decode("ascii", "replace")
            self.known["unknown_alpn"] = chosen or "ignored"
        else:
            self.known["unknown_alpn"] = answer.kind

    def server_names(self) -> None:
        found = []
        for name in ("", UNKNOWN_NAME):
            answer, _, chain = self.answer_best(replace(self.best(), server_name=name))
            leaf = hashlib.sha256(chain[0]).hexdigest() if chain else ""
            refusal = getattr(answer, "name", "") or getattr(answer, "kind", "")
            found.append(NameFacts(name, refusal, leaf))
        self.known["names"] = tuple(found)

    def tolerance(self) -> None:
        """Hellos that are unusual and right; one refused where a plain one is not is an intolerance."""
        rich: dict[str, dict[str, tuple[object, ...]]] = {
            "unknown extensions": {"extra": ((GREASE, b""), (0x8A8A, b"\0"))},
            "unknown suites": {"suites": (GREASE, *self.best().suites)},
            "unknown groups": {"groups": (GREASE, *self.best().groups)},
            "a hello of 1,500 bytes": {"extra": ((wire.PADDING, bytes(1500)),)},
        }
        if TLS13 in self.versions:
            rich["unknown versions"] = {"versions": (GREASE, 0x0305, TLS13)}
        if not self.served(self.best()):
            return
        together: dict[str, tuple[object, ...]] = {}
        for change in rich.values():
            for key, value in change.items():
                together[key] = (*together.get(key, ()), *value) if key == "extra" else value
        refused = []
        if not self.served(self.best(**together)):
            refused = [name for name, change in rich.items() if not self.served(self.best(**change))]
            refused = refused or ["several unusual fields at once"]
        if self.newest_legacy == TLS12 or (self.newest_legacy and TLS13 not in self.versions):
            newer = self.hello12(suites=self.legacy_suites())
            if not isinstance(self.caller.ask(LaterHello(newer)), Flight):
                refused.append("a version above its own")
        self.known["intolerances"] = tuple(refused)

    def served(self, hello: Hello) -> bool:
        answer, _, _ = self.answer_best(hello)
        return isinstance(answer, Flight | Flight13)

    def sessions(self) -> None:
        found = ResumptionFacts()
        if TLS13 in self.versions:
            found, self.flight13 = resumption.tls13(self.caller, self.hello13(groups=self.agreed))
        if TLS12 in self.versions:
            found = resumption.tls12(self.caller, self.hello12(), self.versions[TLS12].suites, found)
        self.known["resumption"] = found

    def forget_refusals(self) -> None:
        """Nothing is held against a server for what it may have refused to everything."""
        for name in ("groups", "alpn", "unknown_alpn", "fallback_signal", "names", "intolerances"):
            self.known.pop(name, None)

    # Certificates

    def certificates(self) -> None:
        if self.flight13 is None and TLS13 in self.versions:
            answer = self.encrypted(self.hello13(groups=self.agreed))
            self.flight13 = answer if isinstance(answer, Flight13) else None
        chains: dict[bytes, tuple[bytes, ...]] = {}
        staples: list[tuple[bytes, tuple[bytes, ...]]] = []
        flights: list[Flight | Flight13] = [*([self.flight13] if self.flight13 else []), *self.caller.seen]
        if any(one.named for one in self.caller.seen):
            flights = [one for one in flights if isinstance(one, Flight13) or one.named]
        for one in flights:
            if one.chain:
                chains.setdefault(one.chain[0], one.chain)
            if one.staple and not staples:
                staples.append((one.staple, one.chain))
        self.known["chains"] = tuple(read_chain(one, self.trust) for one in chains.values())
        self.known["staple"] = next((read_staple(der, chain, self.trust) for der, chain in staples), None)
        self.known["asks_certificate"] = any(one.asks_certificate for one in flights)
        named = next((one.authorities for one in flights if one.authorities), ())
        self.known["authorities"] = tuple(read_name(der) for der in named)

    def run(self) -> None:
        if not self.reach():
            return
        self.list_versions()
        if not self.versions:
            self.known["speaks_tls"] = False
            self.caller.note("every version", Fault("refused", "no hello is agreed to"))
        if not set(self.versions) - {SSL2}:
            return
        for step in (
            self.newest, self.groups_and_schemes, self.sessions, self.fallback, self.application_protocols,
            self.server_names, self.tolerance,
        ):  # fmt: skip
            step()


def probe(
    endpoint: Endpoint,
    dialler: Dialler,
    trust: Trust,
    limits: Limits | None = None,
    identity: Identity | None = None,
) -> TlsFacts:
    """All facts of one address within the limits, one connection at a time.

    ``identity`` is the client certificate to show where nothing of sessions is to be seen without one.
    """
    meter = Meter(limits or Limits())
    caller = Caller(dialler, endpoint, meter, meter.limits.handshake, [], [], identity)
    asking = Probe(caller, endpoint.server_name, trust)
    try:
        asking.run()
        caller.control()
    except Fault as fault:
        caller.note("budget", fault)
    if any(one.kind == "gone" for one in caller.troubles):
        asking.forget_refusals()
    try:
        asking.options()
        asking.certificates()
    except Fault as fault:
        caller.note("certificates", fault)
    return TlsFacts(
        endpoint=endpoint,
        versions=tuple(asking.versions[one] for one in (TLS13, *LEGACY, SSL2) if one in asking.versions),
        troubles=tuple(caller.troubles),
        connections=meter.connections,
        seconds=round(meter.seconds, 4),
        received=meter.received,
        **asking.known,  # type: ignore[arg-type]
    )
