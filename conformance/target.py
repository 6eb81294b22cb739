"""A target: one environment of one bank, as its ``bank.yaml`` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PrivateAttr, WithJsonSchema, field_validator, model_validator

from conformance import yamlfile
from conformance.acceptance import Attestation, GivenWaivers, WaiverEntry, WaiverFile, Waivers, expired
from conformance.address import authority, safe_base
from conformance.authentication import Anonymous, Scheme, secrets
from conformance.authorization import Authorization
from conformance.duration import duration
from conformance.entry import (
    Entry,
    FunctionEntry,
    HeaderValue,
    LanguageChoice,
    NoPaging,
    Paging,
    header_fields,
)
from conformance.entry import refuse_literals as literal
from conformance.errors import ConfigurationError
from conformance.identities import Authentication, Identified, Identities, kind
from conformance.maintenance import HONG_KONG, Window, read_window
from conformance.model import Waiver
from conformance.publication import Publication
from conformance.rate_limit import RateLimit
from conformance.reference import Bytes, ExistingFile, JsonPath, Part, Seconds
from conformance.signing import SignedRequest
from conformance.tlsfiles import Tls
from conformance.writing.settings import Writes
from conformance.yamlfile import Document, Loc

PERMISSIONS = ("writes", "intrusive")

Environment = Literal["sandbox", "test", "uat", "staging", "production"]
Permission = Literal["writes", "intrusive"]


class Bank(Part):
    """Whose API it is, and which of its environments."""

    name: str = Field(min_length=1)
    environment: Environment = "sandbox"


class Errors(Part):
    """The bank's error body: where code and message stand, and the statuses that come without one."""

    code: JsonPath | Literal[""] = ""
    message: JsonPath | Literal[""] = ""
    id: JsonPath | Literal[""] = ""
    no_body: tuple[int, ...] = ()

    @property
    def paths(self) -> Mapping[str, str]:
        """The JSONPaths that the file gives, by what stands there."""
        named = {"code": self.code, "message": self.message, "id": self.id}
        return {name: path for name, path in named.items() if path}


class Limits(Part):
    """What the suite may do to the bank. Times are seconds, sizes bytes, 0 means no cap."""

    requests_per_second: float = Field(default=10.0, gt=0, le=10_000)
    jobs: int = Field(default=4, ge=1, le=256)
    max_requests: int = Field(default=0, ge=0)
    max_time: Seconds = Field(default=0.0, ge=0)
    timeout: Seconds = Field(default=15.0, gt=0)
    max_body: Bytes = Field(default=16 << 20, gt=0)


class Target(Part):
    """One environment of one bank. ``functions`` holds what the file lists; see ``entry``.

    ``other_identity`` are the credentials of another customer or TSP, from whom the objects of the first are
    to be kept; ``identities`` are further ones, each to be refused for a reason of its own.
    """

    bank: Bank
    base_url: str
    api: ExistingFile | None = None
    tls: Tls = Field(default_factory=Tls)
    authentication: Annotated[Authentication, BeforeValidator(kind)] = Field(default_factory=Anonymous)
    other_identity: Identified = None
    identities: Identities = Field(default_factory=Identities)
    language: LanguageChoice | None = None
    errors: Errors = Field(default_factory=Errors)
    maintenance: tuple[
        Annotated[
            Window,
            BeforeValidator(read_window),
            WithJsonSchema({"type": "string", "examples": ["02:30-07:00"]}),
        ],
        ...,
    ] = ()
    limits: Limits = Field(default_factory=Limits)
    allow: tuple[Permission, ...] = ()
    headers: dict[str, HeaderValue] = Field(default_factory=dict)
    paging: Paging = Field(default_factory=NoPaging)
    functions: dict[str, FunctionEntry] = Field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    attestations: dict[str, Attestation] = Field(default_factory=dict)
    given_waivers: GivenWaivers = Field(default_factory=Waivers, alias="waivers")
    profiles: tuple[str, ...] = ()
    authorization: Authorization | None = None
    publication: Publication | None = None
    hosts: tuple[str, ...] = ()
    tls_endpoints: tuple[str, ...] = ()
    rate_limit: RateLimit = Field(default_factory=RateLimit)
    writes: Writes | None = None

    _document: Document | None = PrivateAttr(default=None)
    _waivers: tuple[Waiver, ...] = PrivateAttr(default=())

    @field_validator("base_url")
    @classmethod
    def _https(cls, url: str) -> str:
        return safe_base(url)

    @field_validator("headers")
    @classmethod
    def _named(cls, headers: dict[str, HeaderValue]) -> Any:
        return literal(headers)

    @field_validator("hosts", "tls_endpoints")
    @classmethod
    def _authorities(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(authority(one) for one in given)

    @model_validator(mode="after")
    def _safe(self) -> Self:
        object.__setattr__(self, "authentication", self.authentication.under(self.base_url))
        object.__setattr__(self, "rate_limit", self.rate_limit.under(self.base_url))
        if self.other_identity is not None:
            object.__setattr__(self, "other_identity", self.other_identity.under(self.base_url))
        return self

    @property
    def name(self) -> str:
        """The bank's name."""
        return self.bank.name

    @property
    def environment(self) -> Environment:
        """Which of the bank's environments it is."""
        return self.bank.environment

    @property
    def is_production(self) -> bool:
        """Whether real customers are behind it."""
        return self.bank.environment == "production"

    @property
    def file(self) -> str:
        """The name of the target file; empty without one."""
        return Path(self._document.name).name if self._document else ""

    @property
    def assumed(self) -> bool:
        """Whether no function is listed, so that every canonical one is taken to be offered."""
        return not self.functions

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """The waivers in force."""
        return self._waivers

    @property
    def authorities(self) -> tuple[str, ...]:
        """Every ``host:port`` that the file names, which requests may go to."""
        urls = [self.base_url, *self.authentication.hosts]
        urls += self.other_identity.hosts if self.other_identity else ()
        urls += [url for scheme in self.identities.schemes() for url in scheme.hosts]
        urls += self.authorization.hosts if self.authorization else ()
        urls += self.publication.hosts if self.publication else ()
        urls += self.rate_limit.hosts
        return tuple(dict.fromkeys((*(authority(url) for url in urls), *self.hosts)))

    def entry(self, function: str) -> Entry | None:
        """How a function is offered; None when the file does not list it."""
        return self.functions.get(function)

    def offers(self, function: str) -> bool:
        """Whether the bank claims a function, expressly or because nothing is listed."""
        listed = self.functions.get(function)
        return listed.offered if listed else self.assumed

    def place_of(self, loc: Loc, *, key: bool = False) -> str:
        """``bank.yaml:14:5`` of a part of the file; empty when the target has no file."""
        return self._document.place(loc, key=key) if self._document else ""

    def in_maintenance(self, now: float | datetime) -> bool:
        """Whether the bank is closed at a moment (seconds since the epoch, or an aware datetime)."""
        return bool(self.closed(now))

    def closed(self, now: float | datetime) -> str:
        """Why no request is sent at a moment; empty when the bank is open."""
        moment = now if isinstance(now, datetime) else datetime.fromtimestamp(now, UTC)
        window = next((w for w in self.maintenance if moment in w), None)
        return f"the bank is in its maintenance window {window.text} (Hong Kong time)" if window else ""

    def request_headers(self, now: float) -> tuple[tuple[str, str], ...]:
        """The header fields of ``headers``, made for a moment."""
        return header_fields(self.headers, now)

    def limited(
        self,
        *,
        rate: float | None = None,
        jobs: int | None = None,
        max_requests: int | None = None,
        max_time: str | float | None = None,
        allow: Iterable[str] = (),
        share: int = 1,
    ) -> Target:
        """The target with other limits and more permissions; ``share`` processes divide its rate.

        Raises ``ConfigurationError`` for what the target does not admit.
        """
        try:
            seconds = duration(max_time).total_seconds() if isinstance(max_time, str) else max_time
        except ValueError as error:
            raise ConfigurationError(f"--max-time: {error}") from None
        given = {"requests_per_second": rate, "jobs": jobs, "max_requests": max_requests, "max_time": seconds}
        changed = {**self.limits.model_dump(), **{k: v for k, v in given.items() if v is not None}}
        changed["requests_per_second"] /= max(1, share)
        allowed = tuple(dict.fromkeys((*self.allow, *allow)))
        for name in allowed:
            if name not in PERMISSIONS:
                raise ConfigurationError(f"--allow {name}: unknown; there are {' and '.join(PERMISSIONS)}")
        if allowed and self.is_production:
            where = self.place_of(("bank", "environment"))
            raise ConfigurationError(
                f"--allow {allowed[0]}: {where + ': ' if where else ''}bank.environment is production, "
                "which admits neither writes nor intrusive checks"
            )
        try:
            limits = Limits.model_validate(changed)
        except ValueError as error:
            raise ConfigurationError(f"limits: {_first(error)}") from None
        return self._with(limits=limits, allow=allowed)

    def _with(self, **changes: Any) -> Target:
        made = self.model_copy(update=changes)
        made._document, made._waivers = self._document, self._waivers
        return made


def _first(error: ValueError) -> str:
    lines = str(error).splitlines()
    return " ".join(line.strip() for line in lines[1:3]) or lines[0]


def load_target(path: str | Path, *, resolve: bool = True) -> Target:
    """The target of a file. Raises one ``ConfigurationError`` with all that is wrong, each with its place.

    With ``resolve`` every secret is read and every certificate is tried; without, neither is touched.
    """
    document = yamlfile.load(path)
    target = yamlfile.validate(document, Target, {"folder": Path(path).resolve().parent})
    target._document = document
    entries, problems = _waivers(target, document)
    target._waivers = tuple(entry.waiver() for entry in entries)
    problems += _contradictions(target)
    if resolve:
        problems += _unresolved(target)
    if problems:
        raise ConfigurationError(*problems)
    return target


def target_from_url(base_url: str) -> Target:
    """A target that speaks a profile's canonical API without credentials, every function assumed."""
    try:
        url = safe_base(base_url)
    except ValueError as error:
        raise ConfigurationError(f"--base-url: {error}") from None
    return Target(bank=Bank(name=str(urlsplit(url).hostname)), base_url=url)


def schema() -> dict[str, Any]:
    """The JSON Schema of a target file, for editors."""
    made = Target.model_json_schema(by_alias=True, mode="validation")
    entry = made["$defs"]["Entry"]
    for holder, name in (
        (made, "authentication"),
        (made, "paging"),
        (entry, "paging"),
        (entry, "language"),
    ):
        holder["properties"][name] = {"anyOf": [{"const": "none"}, holder["properties"][name]]}
    listed = made["properties"]["functions"]
    listed["additionalProperties"] = {
        "anyOf": [{"enum": ["offered", "not offered"]}, listed["additionalProperties"]]
    }
    made["properties"]["waivers"] = {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/WaiverEntry"}}]
    }
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "bank.yaml"
    return made


def _waivers(target: Target, document: Document) -> tuple[tuple[WaiverEntry, ...], list[str]]:
    given = target.given_waivers
    entries, source = given.entries, document
    if given.file is not None:
        name = str(Path(document.name).parent / document.value["waivers"])
        source = yamlfile.load(name)
        entries = yamlfile.validate(source, WaiverFile, {"folder": given.file.parent}).waivers
    return entries, expired(entries, source, datetime.now(HONG_KONG).date())


def _contradictions(target: Target) -> Iterator[str]:
    if target.is_production and target.allow:
        here, there = (
            target.place_of(("allow",), key=True),
            target.place_of(("bank", "environment"), key=True),
        )
        yield (
            f"{here}: allow: {', '.join(target.allow)} is not admitted, since {there} says "
            "environment: production; remove one of them"
        )


def _unresolved(target: Target) -> Iterator[str]:
    told: set[Loc] = set()
    for key, problem in target.tls.problems():
        told.add(("tls", key))
        yield f"{target.place_of(('tls', key))}: tls.{key}: {problem}"
    for loc, secret in secrets(target):
        if loc in told:
            continue
        try:
            secret.reveal()
        except ConfigurationError as error:
            told.add(loc)
            yield f"{target.place_of(loc)}: {'.'.join(map(str, loc))}: {error}"
    scheme: Scheme = target.authentication
    if isinstance(scheme, SignedRequest) and ("authentication", "key") not in told:
        try:
            scheme.check_key()
        except ConfigurationError as error:
            yield f"{target.place_of(('authentication', 'key'))}: authentication.key: {error}"
