"""Client certificates: asked for, required, and judged; each refusal beside a client that is admitted."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.registry import check
from conformance.tls.hosts import TlsHosts
from conformance.tls.mutual import AGAIN, GIVEN, GOOD, REFUSALS, Attempt, MutualFacts


def _controlled(tls_hosts: TlsHosts) -> Iterator[MutualFacts]:
    """The places where the right client was admitted; without it no refusal proves anything."""
    for one in tls_hosts.mutual():
        control = one.attempts[GOOD]
        if control.status == 0 or control.status in REFUSALS or control.status >= 500:
            raise Inconclusive(f"{one.facts.endpoint}: the right client certificate got {control}")
        again = one.attempts[AGAIN]
        if again.status == 0:
            raise Inconclusive(
                f"{one.facts.endpoint}: the right client certificate got {control}, and at last {again}"
            )
        yield one


def _let_in(one: MutualFacts, attempt: Attempt) -> bool:
    """An answer like that of the right client: neither an alert nor a refusal."""
    return attempt.status > 0 and not attempt.refused_cleanly and attempt.status < 500 and (
        attempt.admitted or attempt.status == one.attempts[GOOD].status
    )  # fmt: skip


def _admitted(tls_hosts: TlsHosts, who: str, called: str) -> Iterator[Finding]:
    for one in _controlled(tls_hosts):
        attempt = one.attempts.get(who)
        if attempt is None:
            raise NotApplicable(f"the target gives no client certificate of the kind {who}")
        if _let_in(one, attempt):
            yield Finding(f"{called} refused", str(attempt), at=f"{one.facts.endpoint}{one.path}")
        elif attempt.fault.startswith(("timeout", "spent", "unsupported")):
            raise Inconclusive(f"{one.facts.endpoint}: {called}: {attempt}")


@check(confirm=False, requests=10)
def client_certificate_asked(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Asks for a client certificate where the target declares that one is needed."""
    for one in tls_hosts.mutual():
        control = one.attempts[GOOD]
        if not one.asked and not control.admitted:
            raise Inconclusive(f"{one.facts.endpoint}: no handshake asks, and the right client got {control}")
        if not one.asked:
            yield Finding("a CertificateRequest", "none in any handshake", at=str(one.facts.endpoint))


@check(confirm=False)
def client_certificate_required(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Refuses a client that shows no certificate."""
    yield from _admitted(tls_hosts, "none", "a client without a certificate")


@check(confirm=False)
def self_signed_client_refused(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Refuses a certificate that a client signed for itself under a TSP's name."""
    yield from _admitted(tls_hosts, "self_signed", "a self-signed client certificate")


@check(confirm=False)
def foreign_client_refused(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Refuses a certificate of another authority that has the name of the right one."""
    yield from _admitted(tls_hosts, "other_ca", "a client certificate of another authority")


@check(confirm=False)
def given_client_refused(tls_hosts: TlsHosts, *, who: str) -> Iterator[Finding]:
    """Refuses the client certificate that the target gives as expired, for another use or of another TSP."""
    if who not in GIVEN:
        raise NotApplicable(f"no such kind of client certificate: {who}")
    yield from _admitted(tls_hosts, who, f"the {who.replace('_', ' ')} client certificate")


@check(confirm=False)
def authorities_named(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Names the authorities whose client certificates it takes."""
    for one in tls_hosts.mutual():
        if one.asked and not one.names_authorities:
            yield Finding(
                "certificate_authorities in the CertificateRequest", "none", at=str(one.facts.endpoint)
            )


@check(confirm=False)
def refusal_clean(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Refuses a client with an alert or with 400, 401 or 403, and not with a page or a broken connection."""
    for one in _controlled(tls_hosts):
        for who in ("none", "self_signed", "other_ca"):
            attempt = one.attempts[who]
            page = attempt.media_type == "text/html" != one.attempts[GOOD].media_type
            if attempt.refused_cleanly or (_let_in(one, attempt) and not page):
                continue
            if not attempt.fault.startswith(("timeout", "spent", "unsupported")):
                seen = f"{attempt}, {attempt.media_type}" if attempt.media_type else str(attempt)
                yield Finding(
                    "an alert, or 400, 401 or 403", seen, at=f"{one.facts.endpoint}{one.path} {who}"
                )
                break


@check(confirm=False)
def silent_before_authentication(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Sends no data before the client has shown who it is, or to a client that it then refuses."""
    for one in _controlled(tls_hosts):
        early = max(one.unasked, *(attempt.early for attempt in one.attempts.values()))
        if early:
            yield Finding(
                "no data before the client is authenticated", f"{early} bytes", at=str(one.facts.endpoint)
            )


@check(confirm=False)
def forwarded_certificate_ignored(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Takes no client certificate from a header of the request, which anybody can write."""
    for one in _controlled(tls_hosts):
        for who, attempt in one.attempts.items():
            if who.startswith("forged") and attempt.admitted:
                at = who.partition(" at ")[2] or str(one.facts.endpoint)
                yield Finding("a refusal, as without the header", str(attempt), at=f"{at}{one.path}")


@check(confirm=False)
def resumption_without_identity(tls_hosts: TlsHosts) -> Iterator[Finding]:
    """Admits nobody by a resumed session that was begun without a certificate, with a refused one, or at an
    endpoint that asks for none."""
    for one in _controlled(tls_hosts):
        for who, attempt in one.attempts.items():
            if who.startswith("resumed_") and _let_in(one, attempt):
                yield Finding(
                    "a refusal, as in the first handshake", str(attempt), at=f"{one.facts.endpoint}{one.path}"
                )
                break
