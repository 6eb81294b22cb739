"""The types that travel: what is required, what is planned, what was sent and what came of it.

All are frozen; none knows how it is loaded, sent or drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How strongly the source of a requirement speaks."""

    EXPECTED = "expected"
    RECOMMENDED = "recommended"
    PERMITTED = "permitted"
    BEYOND = "beyond"


class Verdict(StrEnum):
    """The outcome of a case; ``verdict.py`` says when each is given and what it does."""

    PASS = "pass"
    FAIL = "fail"
    OBSERVATION = "observation"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not_applicable"
    REVIEW = "review"
    ERROR = "error"


class Language(StrEnum):
    """The languages of Hong Kong's banks: English, Traditional and Simplified Chinese."""

    ENGLISH = "en"
    TRADITIONAL = "tc"
    SIMPLIFIED = "sc"


@dataclass(frozen=True, slots=True)
class Source:
    """The document that asks for something, and where in it."""

    document: str
    clause: str

    def __str__(self) -> str:
        return f"{self.document}, {self.clause}" if self.clause else self.document


@dataclass(frozen=True, slots=True)
class CheckUse:
    """A check chosen by a requirement, with the arguments of its ``with``."""

    check: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One testable statement of a source.

    Exactly one of ``uses`` and ``untested`` is filled. ``functions`` empty means every function of the
    phase that includes the requirement. ``capability`` names an optional behaviour that a bank declares;
    without it the requirement does not apply. ``attested`` marks a statement that a person confirms.
    """

    id: str
    level: Level
    text: str
    source: Source
    profile: str
    uses: tuple[CheckUse, ...] = ()
    untested: str = ""
    attested: bool = False
    functions: tuple[str, ...] = ()
    capability: str = ""
    tags: tuple[str, ...] = ()
    why: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """One label of Annex A: something that a bank's API lets a TSP do.

    ``resource`` names the canonical rows it answers with; ``method`` and ``path`` are those of the
    profile's canonical API. ``core`` is false for what Annex A leaves to the bank.
    """

    id: str
    title: str
    profile: str
    clause: str
    method: str = "GET"
    path: str = ""
    resource: str = ""
    core: bool = True
    writes: bool = False
    permission: str = ""
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """A canonical resource: the JSON Schema of one row and what its fields mean to the checks.

    ``key`` lists alternatives, best first, of the fields that identify a row; ``text`` the fields written
    in a language; ``recommended`` the fields that a good bank fills.
    """

    name: str
    schema: Mapping[str, Any]
    key: tuple[tuple[str, ...], ...] = ()
    text: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """Requirements and functions of one phase or one standard.

    ``include`` names the profiles whose requirements also hold for this one's functions. ``for_banks`` is
    false for the profile of an API that no bank has. ``limits`` (requests_per_second, jobs) hold for its
    hosts whatever a target allows, those of this machine excepted.
    """

    name: str
    title: str
    version: str
    source: Source
    functions: tuple[Function, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    resources: Mapping[str, Resource] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    description: Mapping[str, Any] | None = None
    for_banks: bool = True
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_phase(self) -> bool:
        """Whether the profile stands on its own in a report, with functions and a verdict."""
        return bool(self.functions)


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, complete: an absolute URL, header fields in order, the bytes of the body."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def safe(self) -> bool:
        """Whether its method changes nothing, so that it does no harm when it is sent again."""
        return self.method in SAFE_METHODS

    def header(self, name: str) -> str | None:
        """The first value of a header field, whatever the case of its name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def with_header(self, name: str, value: str) -> Request:
        """The same request with one header field set, replacing any of that name."""
        return Request(self.method, self.url, (*self.without_header(name).headers, (name, value)), self.body)

    def without_header(self, name: str) -> Request:
        """The same request without a header field."""
        kept = tuple((key, value) for key, value in self.headers if key.lower() != name.lower())
        return Request(self.method, self.url, kept, self.body)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response, redacted, as recorded. ``seconds`` is to the last byte read.

    ``status`` is 0 and ``fault`` says why when no answer came. Bodies are excerpts.
    """

    id: int
    case: str
    started: float
    seconds: float
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: str
    status: int
    http_version: str
    response_headers: tuple[tuple[str, str], ...]
    response_body: str
    response_bytes: int
    fault: str = ""
    curl: str = ""
    """A command line that repeats the request, with secrets as variables."""
    request_base64: str = ""
    """The exact body where ``request_body`` does not give its bytes and no secret is in it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was expected against what came, and where.

    ``at`` is a JSON Pointer into the bank's own payload, or names a header, a parameter, an address.
    ``exchange`` is the id of the exchange that shows it; left out, it is the case's latest.
    ``seen`` of ``tried`` runs of the check showed it; ``intermittent`` when it did not repeat.
    """

    expected: str
    actual: str
    at: str = ""
    exchange: int | None = None
    seen: int = 1
    tried: int = 1
    operations: tuple[str, ...] = ()
    """The described operations that show it, as ``POST /payees``."""
    waived: str = ""
    """The reason for which this finding alone is accepted."""

    @property
    def intermittent(self) -> bool:
        return self.tried > 1 and self.seen == 1


@dataclass(frozen=True, slots=True)
class Case:
    """A check bound to a requirement, its arguments and, where it judges one, a function.

    ``counts_for`` names the phases whose verdict it enters; ``settled`` carries a verdict and its reason
    that were clear before any traffic. ``requests`` is an estimate.
    """

    id: str
    requirement: str
    level: Level
    check: str
    arguments: Mapping[str, Any]
    function: str = ""
    counts_for: tuple[str, ...] = ()
    writes: bool = False
    intrusive: bool = False
    requests: int = 1
    creates: int = 0
    settled: tuple[Verdict, str] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The cases of a run, in order, and a digest over all that decides what they do."""

    cases: tuple[Case, ...]
    profiles: tuple[Profile, ...]
    seed: int
    digest: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A dated, reasoned acceptance of a known finding; ``match`` is a glob over ids."""

    match: str
    reason: str
    expires: date
    function: str = "*"
    owner: str = ""
    ticket: str = ""
    operation: str = "*"
    """A glob over the operations of the bank's description, as ``POST /payees``."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case; ``seconds`` it took, and ``notes``: facts worth printing at any verdict."""

    case: Case
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    traceback: str = ""
    started: float = 0.0
    seconds: float = 0.0
    exchanges: tuple[int, ...] = ()
    waived: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)
