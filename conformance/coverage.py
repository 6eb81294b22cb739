"""What the standards ask, and what of it is judged: counted from the profiles and their catalogue."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from conformance.errors import ConfigurationError
from conformance.model import Requirement
from conformance.profile import all_profiles, data_folder
from conformance.yamlfile import read

LABELS = ("A", "B", "C")
"""Modules that bear on banks here: on all of Phase III, under FAPI, where a capability is declared."""
TAGGED = {
    "fapi1": "FAPI 1.0 Baseline",
    "fapi2": "FAPI 2.0 Security Profile",
    "owasp": "OWASP API Security Top 10 2023",
}
_RFC = re.compile(r"rfc:?([0-9]{3,5})(?::.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a standard, and the requirements that judge it."""

    number: str
    document: str
    clause: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the OpenID Foundation's suite, and the checks that see what it sees, or why none."""

    plan: str
    name: str
    label: str
    checks: tuple[str, ...]
    left: str

    @property
    def bears(self) -> bool:
        """Whether it bears on a bank here."""
        return any(part in LABELS for part in self.label.split("/"))


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the OpenID Foundation's suite, and the checks that see what it sees, or why none."""

    subject: str
    name: str
    checks: tuple[str, ...]
    left: str


@dataclass(frozen=True, slots=True)
class Row:
    """How many requirements rest on a document, and in how many ways its numbered statements are judged."""

    document: str
    checked: int
    attested: int
    untested: int
    statements: int

    @property
    def requirements(self) -> int:
        return self.checked + self.attested + self.untested


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Statement(_Strict):
    clause: str
    by: list[str] = Field(min_length=1)


class _Catalogue(_Strict):
    documents: dict[str, dict[str, _Statement]]


class _Module(_Strict):
    label: str = Field(pattern=r"^[ABCX](/[ABCX])?$")
    checks: list[str] = []
    left: str = ""


class _Foundation(_Strict):
    plans: dict[str, dict[str, _Module]]


class _Conditions(_Strict):
    conditions: dict[str, dict[str, list[str] | str]]


@functools.cache
def statements() -> Mapping[str, Statement]:
    """The catalogue by number. Raises ``ConfigurationError`` for a requirement that does not exist."""
    loaded = read(data_folder() / "security" / "catalogue.yaml", _Catalogue)
    found = {
        number: Statement(number, document, each.clause, tuple(each.by))
        for document, members in loaded.documents.items()
        for number, each in members.items()
    }
    known = requirements()
    unknown = [
        f"{each.number}: no requirement {name}"
        for each in found.values()
        for name in each.by
        if name not in known
    ]
    if unknown:
        raise ConfigurationError(*unknown)
    return found


@functools.cache
def modules() -> tuple[Module, ...]:
    """The modules of the OpenID Foundation's suite, in the order of its plans."""
    loaded = read(data_folder() / "security" / "foundation.yaml", _Foundation)
    return tuple(
        Module(plan, name, each.label, tuple(each.checks), each.left)
        for plan, members in loaded.plans.items()
        for name, each in members.items()
    )


@functools.cache
def conditions() -> tuple[Condition, ...]:
    """The conditions of the OpenID Foundation's suite that judge what banks run."""
    loaded = read(data_folder() / "security" / "conditions.yaml", _Conditions)
    return tuple(
        Condition(subject, name, tuple(given), "")
        if isinstance(given, list)
        else Condition(subject, name, (), given)
        for subject, members in loaded.conditions.items()
        for name, given in members.items()
    )


@functools.cache
def requirements() -> Mapping[str, Requirement]:
    """Every requirement of every profile, by id."""
    return {r.id: r for profile in all_profiles().values() for r in profile.requirements}


def state(requirement: Requirement) -> str:
    """How a requirement is judged: ``checked``, ``attested`` or ``untested``."""
    if requirement.uses:
        return "checked"
    return "attested" if requirement.attested else "untested"


def judged(statement: Statement) -> str:
    """How a statement is judged: by the best of its requirements."""
    states = {state(requirements()[name]) for name in statement.by}
    return next(each for each in ("checked", "attested", "untested") if each in states)


@functools.cache
def documents() -> tuple[str, ...]:
    """The documents that requirements rest on, by name."""
    return tuple(row.document for row in table())


def documents_of(requirement: Requirement) -> frozenset[str]:
    """The documents that a requirement rests on: its source, its tags and the statements that it judges."""
    named = {requirement.source.document, *_judging().get(requirement.id, ())}
    for tag in requirement.tags:
        if match := _RFC.fullmatch(tag):
            named.add(f"RFC {match[1]}")
        elif (word := tag.split(":")[0]) in TAGGED and ":" in tag:
            named.add(TAGGED[word])
    return frozenset(named)


@functools.cache
def _judging() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for statement in statements().values():
        for name in statement.by:
            found.setdefault(name, set()).add(statement.document)
    return {name: frozenset(named) for name, named in found.items()}


def of(document: str) -> tuple[Requirement, ...]:
    """The requirements that rest on a document, in the order of the profiles."""
    return tuple(r for r in requirements().values() if document in documents_of(r))


def table() -> tuple[Row, ...]:
    """A row for each document that a requirement rests on, by name."""
    counted: dict[str, dict[str, int]] = {}
    for requirement in requirements().values():
        for document in documents_of(requirement):
            row = counted.setdefault(document, {"checked": 0, "attested": 0, "untested": 0})
            row[state(requirement)] += 1
    numbered = [statement.document for statement in statements().values()]
    return tuple(
        Row(document, **row, statements=numbered.count(document)) for document, row in sorted(counted.items())
    )
