"""What would spoil a run, looked for before one: clock, names, certificates, credentials, a call each."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from cryptography import x509

from conformance.answer import Answer
from conformance.errors import NoConnection, Outcome
from conformance.model import Plan, Profile
from conformance.oauth.access import Access
from conformance.oauth.health import examined
from conformance.operation import Operation
from conformance.protected import guarded
from conformance.reading import Reading
from conformance.session import Session, open_session
from conformance.target import Target
from conformance.tsp import Tsp
from conformance.verdict import counted

SKEW = 5.0
"""Seconds by which clocks may differ before tokens and timestamps are in danger."""
LEFT_OUT = ("second TSP", "customers")
"""What a bank may leave out, at the price of cases that cannot be decided."""
SOON = 30
"""Days before its end from which a certificate is warned of."""


class Health(StrEnum):
    """How a thing that was looked at stands."""

    GOOD = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was looked at, how it stands, and what to do about it."""

    subject: str
    health: Health
    said: str


def examine(
    target: Target, profiles: tuple[Profile, ...], plan: Plan, only: Sequence[str] = ()
) -> Iterator[Symptom]:
    """Looks at everything in turn; sends one harmless request for each function that reads.

    ``only`` are globs of the functions that are asked; all of them without any.
    """
    yield _window(target)
    host, port = _endpoint(target.base_url)
    named = _resolved(host)
    yield named
    if named.health is not Health.BAD and target.base_url.startswith("https:"):
        yield _chain(target, host, port)
    yield from _own_certificate(target)
    with open_session(target, profiles, plan) as session:
        yield from _authorization(session)
        yield from _calls(session, only)


def _window(target: Target) -> Symptom:
    closed = target.closed(time.time())
    if closed:
        return Symptom("maintenance", Health.BAD, f"{closed}; run again when it is over")
    return Symptom("maintenance", Health.GOOD, "the bank is outside its maintenance windows")


def _endpoint(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _resolved(host: str) -> Symptom:
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError as error:
        return Symptom(
            "name", Health.BAD, f"{host} has no address ({error.strerror}); check base_url and your DNS"
        )
    return Symptom("name", Health.GOOD, f"{host} is {', '.join(sorted(found))}")


def _chain(target: Target, host: str, port: int) -> Symptom:
    try:
        with (
            socket.create_connection((host, port), timeout=10) as plain,
            target.tls.context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert(binary_form=True) or b""
            version = secure.version()
    except ssl.SSLCertVerificationError as error:
        remedy = "give its authority as tls.ca, if it is a private one"
        return Symptom("certificate", Health.BAD, f"not trusted: {error.verify_message}; {remedy}")
    except (OSError, ssl.SSLError) as error:
        return Symptom(
            "certificate",
            Health.BAD,
            f"no TLS connection to {host}:{port} ({error.strerror or error}); check base_url",
        )
    ends = x509.load_der_x509_certificate(shown).not_valid_after_utc
    days = (ends - datetime.now(UTC)).days
    health = Health.WARNING if days < SOON else Health.GOOD
    return Symptom("certificate", health, f"trusted, {version}, ends in {days} days")


def _own_certificate(target: Target) -> Iterator[Symptom]:
    if target.tls.client_certificate is None:
        return
    certificate = x509.load_pem_x509_certificates(target.tls.client_certificate.read_bytes())[0]
    days = (certificate.not_valid_after_utc - datetime.now(UTC)).days
    health = Health.BAD if days < 0 else Health.WARNING if days < SOON else Health.GOOD
    yield Symptom("client certificate", health, f"ends in {days} days")


def _authorization(session: Session) -> Iterator[Symptom]:
    """The authorization server and the TSPs' registrations with it, where the chosen phases need them."""
    if session.target.authorization is None or not any(f.permission for f in session.functions().values()):
        return
    memory = session.memory(0)
    access = Access(Tsp(session.traffic, "doctor", memory), session.target, memory)
    for subject, well, said in examined(access):
        health = Health.GOOD if well else Health.WARNING if subject in LEFT_OUT else Health.BAD
        yield Symptom(subject, health, session.traffic.vault.text(said))


def _calls(session: Session, only: Sequence[str]) -> Iterator[Symptom]:
    tsp = Tsp(session.traffic, "doctor", session.memory(0))
    clock: Symptom | None = None
    asked = [
        operation
        for operation in session.operations.values()
        # A customer's data need a login, which a look beforehand spares.
        if operation.reads and not (session.target.authorization and guarded(operation.function))
        if not only or any(fnmatchcase(operation.id, glob) for glob in only)
    ]
    for number, operation in enumerate(asked, 1):
        try:
            answer = tsp.call(operation)
        except NoConnection as nowhere:
            left = f"; functions not asked for this: {len(asked) - number}" if number < len(asked) else ""
            yield Symptom(
                operation.id, Health.BAD, session.traffic.vault.text(nowhere.reason) + _proxy() + left
            )
            return
        except Outcome as outcome:
            yield Symptom(operation.id, Health.BAD, session.traffic.vault.text(outcome.reason))
            continue
        if clock is None:
            clock = _clock(answer)
            yield clock
        called = _called(operation.id, answer)
        yield _read(called, Reading(tsp, operation)) if called.health is Health.GOOD else called


def _proxy() -> str:
    """That a proxy of the environment is not used, where there is one."""
    found = [
        name for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy") if os.environ.get(name)
    ]
    return f"; {found[0]} is not used: requests go straight to the bank, so let them through" if found else ""


def _called(id: str, answer: Answer) -> Symptom:
    took = f"{answer.status} in {answer.seconds * 1000:.0f} ms"
    if answer.status in (401, 403):
        return Symptom(id, Health.BAD, f"{took}: the bank refused the credentials; check authentication")
    if not answer.ok:
        return Symptom(id, Health.BAD, f"{took}; check request.path, or say: {id}: not offered")
    return Symptom(id, Health.GOOD, took)


def _read(called: Symptom, reading: Reading) -> Symptom:
    """What the file makes of a good answer: a wrong ``rows`` or ``fields`` shows here, before a run."""
    try:
        rows = reading.first_rows()
    except Outcome as outcome:
        return Symptom(called.subject, Health.WARNING, f"{called.said}; {outcome.reason}")
    if rows.problems:
        first = rows.problems[0]
        read = f"{counted(len(rows), 'row', 'rows')}, of which not all" if len(rows) else "no row"
        place = f" at {first.at}" if first.at else ""
        said = f"{read} can be read: expected {first.expected}, got {first.actual}{place}"
        return Symptom(called.subject, Health.WARNING, f"{called.said}, {said}; check rows and fields")
    if not len(rows):
        return Symptom(called.subject, Health.WARNING, f"{called.said}, but no row is found; check rows")
    said = f"{called.said}, {counted(len(rows), 'row', 'rows')}"
    missing, strange = _unmapped(reading.operation), _strange(reading.operation)
    if missing:
        said += f"; needed, and not among fields: {', '.join(missing)}"
    if strange:
        said += f"; fields that no check reads: {', '.join(strange)}"
    return Symptom(called.subject, Health.WARNING if missing else Health.GOOD, said)


def _unmapped(operation: Operation) -> list[str]:
    """The fields without which a row is of no use, where the file does not say how they are read."""
    if operation.resource is None or operation.mapping.fields is None:
        return []
    mapped = {name.partition(".")[0] for name in operation.mapping.fields}
    return [name for name in operation.resource.schema.get("required", ()) if name not in mapped]


def _strange(operation: Operation) -> list[str]:
    """The fields of the file that the profile does not have: the bank's own, or ones under a wrong name."""
    if operation.resource is None or operation.mapping.fields is None:
        return []
    known = operation.resource.schema.get("properties", {})
    named = dict.fromkeys(name.partition(".")[0] for name in operation.mapping.fields)
    return [name for name in named if name not in known]


def _clock(answer: Answer) -> Symptom:
    said = answer.header("Date")
    try:
        moment = parsedate_to_datetime(said or "")
        apart = abs(time.time() - moment.timestamp())
    except (ValueError, TypeError, OverflowError):
        return Symptom("clock", Health.WARNING, "the bank sends no Date header field to compare clocks by")
    if apart > SKEW:
        return Symptom(
            "clock", Health.BAD, f"differs from the bank's by {apart:.0f} s; set this machine's clock"
        )
    return Symptom("clock", Health.GOOD, "agrees with the bank's")
