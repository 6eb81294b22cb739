"""The embedded reference bank as a target: over TLS on loopback, or in memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.bank.app import CONFORMANT, Bank
from conformance.bank.mutant import BASES, Mutant, all_mutants
from conformance.bank.policy import Policy
from conformance.bank.products.access import ID, SECRET
from conformance.bank.products.tokens import PATH as TOKENS
from conformance.bank.serve import serve
from conformance.bank.tls import Tls
from conformance.embedded_authorization import (
    Hide,
    authorization,
    capabilities,
    fixture_of,
    hidden,
    in_files,
)
from conformance.embedded_limits import GENEROUS, limited, rate_limit
from conformance.embedded_publication import publication, published, told
from conformance.embedded_writes import CAPABILITIES as WRITING
from conformance.embedded_writes import named, writes
from conformance.errors import ConfigurationError, meant
from conformance.load.timeline import Timeline
from conformance.profile import data_folder
from conformance.secret import Secret
from conformance.target import Target
from conformance.wire import MemoryWire, WSGIApplication

NAME = "Reference Bank"
RATE = 2000.0
"""Requests a second that the bank may be sent: it is our own, on this machine."""
MEMORY_URL = "https://bank.example"
LIMITED_URL = "https://limited.bank.example"


POLICY = (
    CONFORMANT.evolve("http.plain_http", "refused")
    .evolve("authorization.code_lifetime", 5)
    .evolve("authorization.par_lifetime", 8)
    .evolve("payments.otp_lifetime", 8)
    .evolve("payments.key_lifetime", 12)
    .evolve("payments.step_up_above", "1.00")
    .evolve("payments.cut_off", "00:00")
    .evolve("limits", GENEROUS)
)
"""The bank as it is judged: in memory no socket keeps plain http out, so that the bank does.
What ends by itself ends soon, so that the checks which wait for it need not wait long. Cut-off is always
past, and what needs a further confirmation is cheap, so that both can be seen at any hour."""

APPROVED = ("deposits.fund-transfer", "accounts.status", "accounts.balances", "accounts.transactions")
"""The functions that the bank offers whose customers are asked for payments that are made already."""


def mutant_named(name: str) -> Mutant:
    """The mutant of a name; raises ``ConfigurationError`` for a name that none has."""
    known = {mutant.name: mutant for mutant in all_mutants()}
    if name not in known:
        hint = meant(name, known, "see conformance list mutants")
        raise ConfigurationError(f"--bank-mutant {name}: no such mutant; {hint}")
    return known[name]


def application(
    mutant: Mutant | None = None,
    seed: int = 0,
    policy: Policy = POLICY,
    clock: Callable[[], float] = time.time,
) -> WSGIApplication:
    """The bank as a WSGI application, with one defect or none; ``seed`` varies its data."""

    def make(changed: Policy) -> WSGIApplication:
        return Bank(published(changed), clock, seed)

    return mutant.apply(policy, make) if mutant else make(policy)


def credentials(policy: Policy) -> dict[str, str]:
    """The header fields by which the bank knows its TSP; none where it is open to everybody."""
    products = policy.products
    return (
        {} if products.access != "header-pair" else dict(zip((ID, SECRET), products.clients[0], strict=True))
    )


def base_of(mutant: Mutant | None, policy: Policy = POLICY) -> Policy:
    """The conformant bank that a mutant is seeded into, which is what its bank file describes."""
    return told(mutant, BASES[mutant.base](policy), policy) if mutant else policy


def description(
    base_url: str,
    *,
    ca: Path | None = None,
    name: str = NAME,
    fields: Mapping[str, object] | None = None,
    policy: Policy = POLICY,
    hide: Hide = hidden,
    folder: Path | None = None,
    limited_url: str = LIMITED_URL,
) -> dict[str, object]:
    """The bank file of the reference bank, as data; ``fields`` are the header fields with credentials.

    ``hide`` makes of a secret what stands in the file, ``folder`` takes the TSPs' certificates, and
    ``limited_url`` is where the bank has a low limit.
    """
    data: dict[str, object] = {
        "bank": {"name": name, "environment": "sandbox"},
        "base_url": base_url,
        "limits": {"requests_per_second": RATE, "jobs": 4},
        "allow": ["writes", "intrusive"],
        "language": {"header": "Accept-Language", "values": {"en": "en", "tc": "zh-Hant", "sc": "zh-Hans"}},
        "errors": {"code": "$.error.code", "message": "$.error.message"},
        "api": str(data_folder() / "phase1" / "openapi.yaml"),
    }
    if ca is not None:
        data["tls"] = {"ca": str(ca)}
    data["capabilities"] = [*capabilities(policy.authorization), *WRITING]
    data["authorization"] = authorization(policy.authorization, base_url, hide, folder)
    fixture = fixture_of(policy.authorization)
    data["writes"] = writes(policy.payments, fixture, asks_more=policy.applications.strict)
    data["rate_limit"] = rate_limit(limited_url, hide)
    data |= publication(base_url, policy.publication)
    if policy.payments.approval or policy.payments.consent_named:
        data["functions"] = dict.fromkeys(APPROVED, "offered") | named(policy.payments)
    if fields:
        data["authentication"] = {"kind": "header-pair", "headers": dict(fields)}
    if policy.products.access == "bearer":
        client, secret = policy.products.clients[0]
        data["authentication"] = {
            "kind": "oauth2-client-credentials",
            "token_url": TOKENS,
            "client_id": client,
            "client_secret": hide("CLIENT_SECRET", secret),
        }
    return data


def _hidden(values: Mapping[str, str]) -> dict[str, object]:
    return {name: Secret(value, name=name) for name, value in values.items()}


def _written(values: Mapping[str, str], folder: Path) -> dict[str, object]:
    """The values in files of their own, since a bank file holds no secret itself."""
    for name, value in values.items():
        (folder / f"{name}.txt").write_text(value, encoding="utf-8")
    return {name: f"file:{(folder / f'{name}.txt').resolve()}" for name in values}


def memory(
    mutant: Mutant | None = None,
    seed: int = 0,
    policy: Policy = POLICY,
    clock: Callable[[], float] = time.time,
) -> tuple[Target, MemoryWire]:
    """The bank in this process: a target, and the wire that reaches it."""
    base = base_of(mutant, policy)
    target = Target.model_validate(description(MEMORY_URL, fields=_hidden(credentials(base)), policy=base))
    still = Timeline()
    low = application(mutant, seed, limited(policy), still)
    usual = application(mutant, seed, policy, clock)

    def by_host(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        app = low if LIMITED_URL.endswith(f"//{environ['HTTP_HOST'].lower()}") else usual
        return app(environ, start_response)

    return target, MemoryWire(by_host, clock=still)


@dataclass(frozen=True, slots=True)
class Served:
    """A bank that is being served: its bank file as data, and the folder with its certificates."""

    url: str
    description: dict[str, object]
    folder: Path


@contextmanager
def served(mutant: str = "", *, port: int = 0, folder: Path | None = None) -> Iterator[Served]:
    """The bank over TLS on loopback for as long as the block lasts.

    Certificates go to ``folder``, or to one that is removed at the end. Raises ``ConfigurationError`` for an
    unknown mutant and a port that is taken.
    """
    chosen = mutant_named(mutant) if mutant else None
    base = base_of(chosen)
    trusted = (fixture_of(base.authorization).client_trust,)
    tls = replace(Tls.fresh("optional"), trusted_clients=trusted)
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-")))
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"--folder {place}: cannot be made ({error.strerror})") from error
        ca = place / "ca.pem"
        ca.write_text(tls.authority.certificate, encoding="ascii")
        try:
            url = stack.enter_context(serve(application(chosen), tls=tls, port=port))
            low = application(chosen, policy=limited(POLICY))
            limited_url = stack.enter_context(serve(low, tls=tls))
        except OSError as error:
            raise ConfigurationError(
                f"--port {port}: cannot be served on: {error.strerror or error}; without --port a free one "
                "is taken"
            ) from error
        name = f"{NAME}, {mutant}" if mutant else NAME
        fields = _written(credentials(base), place)
        told = description(
            url,
            ca=ca.resolve(),
            name=name,
            fields=fields,
            policy=base,
            hide=in_files(place),
            folder=place,
            limited_url=limited_url,
        )
        yield Served(url, told, place)


@contextmanager
def embedded(mutant: str = "", *, serving: bool = True) -> Iterator[Target]:
    """The bank as a target, served for as long as the block lasts; without ``serving`` only its target."""
    if not serving:
        chosen = mutant_named(mutant) if mutant else None
        name = f"{NAME}, {mutant}" if mutant else NAME
        base = base_of(chosen)
        fields = _hidden(credentials(base))
        yield Target.model_validate(description(MEMORY_URL, name=name, fields=fields, policy=base))
        return
    with served(mutant) as bank:
        yield Target.model_validate(bank.description)
