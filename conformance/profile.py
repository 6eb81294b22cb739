"""Profiles: requirements and functions as data, read from ``profiles/`` and tied to the checks."""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from conformance.errors import ConfigurationError, meant
from conformance.model import CheckUse, Function, Level, Profile, Requirement, Resource, Source
from conformance.yamlfile import read


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Source(_Strict):
    document: str
    clause: str = ""

    def model(self) -> Source:
        return Source(self.document, self.clause)


class _Function(_Strict):
    id: str = Field(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)+$")
    title: str
    clause: str
    method: str = "GET"
    path: str = ""
    resource: str = ""
    core: bool = True
    writes: bool = False
    permission: str = ""
    rows: str = "$.data[*]"


class _Requirement(_Strict):
    id: str = Field(pattern=r"^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+$")
    level: Level
    text: str = Field(min_length=10)
    source: _Source
    functions: list[str] = []
    check: str = ""
    checks: list[str] = []
    with_: dict[str, Any] = Field(default={}, alias="with")
    untested: str = ""
    attested: str = ""
    capability: str = ""
    tags: list[str] = []
    why: str = ""
    fix: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> _Requirement:
        ways = [bool(self.check), bool(self.checks), bool(self.untested), bool(self.attested)]
        if sum(ways) != 1:
            raise ValueError("a requirement has exactly one of check, checks, untested, attested")
        return self

    def model(self, profile: str) -> Requirement:
        names = [self.check] if self.check else self.checks
        return Requirement(
            id=self.id,
            level=self.level,
            text=" ".join(self.text.split()),
            source=self.source.model(),
            profile=profile,
            uses=tuple(CheckUse(name, self.with_) for name in names),
            untested=self.untested or self.attested,
            attested=bool(self.attested),
            functions=tuple(self.functions),
            capability=self.capability,
            tags=tuple(self.tags),
            why=self.why,
            fix=self.fix,
        )


class _RequirementFile(_Strict):
    requirement: list[_Requirement]


class _ProfileFile(_Strict):
    profile: str
    title: str
    version: str
    source: _Source
    include: Names = []
    for_banks: bool = True
    limits: dict[Literal["requests_per_second", "jobs"], float] = {}
    functions: list[_Function] = []
    requirement: list[_Requirement] = []


class _Resource(_Strict):
    schema_: dict[str, Any] = Field(alias="schema")
    key: list[Any] = []
    text: list[str] = []
    recommended: list[str] = []
    title: str = ""
    description: str = ""

    def model(self, name: str) -> Resource:
        alternatives = self.key if self.key and isinstance(self.key[0], list) else [self.key]
        return Resource(
            name=name,
            schema=self.schema_,
            key=tuple(tuple(fields) for fields in alternatives if fields),
            text=tuple(self.text),
            recommended=tuple(self.recommended),
        )


class _ResourceFile(_Strict):
    resources: dict[str, _Resource]


def data_folder() -> Path:
    """Where the profiles lie: inside the installed package, or at the root of a checkout."""
    installed = Path(str(importlib.resources.files("conformance"))) / "_data" / "profiles"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "profiles"


@functools.cache
def all_profiles() -> Mapping[str, Profile]:
    """Every profile by name, phases first. A profile is a folder with ``profile.yaml`` or one YAML file."""
    found: dict[str, Profile] = {}
    for path in _profile_files(data_folder()):
        profile = load(path)
        if profile.name in found:
            raise ConfigurationError(f"{path}: the profile name {profile.name} is used twice")
        found[profile.name] = profile
    _check_ids(found)
    order = sorted(found.values(), key=lambda p: (not p.name.startswith("phase"), p.name))
    return {profile.name: profile for profile in order}


def _profile_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if (path / "profile.yaml").is_file():
            yield path / "profile.yaml"
        elif path.is_dir():
            for file in sorted(path.glob("*.yaml")):
                if file.read_text(encoding="utf-8").startswith("profile:"):
                    yield file


def load(path: Path) -> Profile:
    """One profile with all that lies beside its ``profile.yaml``; raises ``ConfigurationError``."""
    head = read(path, _ProfileFile)
    requirements = [entry.model(head.profile) for entry in head.requirement]
    resources: dict[str, Resource] = {}
    description: Mapping[str, Any] | None = None
    if path.name == "profile.yaml":
        for file in sorted((path.parent / "requirements").glob("*.yaml")):
            requirements += [entry.model(head.profile) for entry in read(file, _RequirementFile).requirement]
        if (path.parent / "resources.yaml").is_file():
            loaded = read(path.parent / "resources.yaml", _ResourceFile).resources
            resources = {name: entry.model(name) for name, entry in loaded.items()}
        if (path.parent / "openapi.yaml").is_file():
            text = (path.parent / "openapi.yaml").read_text(encoding="utf-8")
            description = yaml.load(text, Loader=yaml.CSafeLoader)
    functions = tuple(Function(profile=head.profile, **entry.model_dump()) for entry in head.functions)
    return Profile(
        name=head.profile,
        title=head.title,
        version=head.version,
        source=head.source.model(),
        functions=functions,
        requirements=tuple(requirements),
        resources=resources,
        include=tuple(head.include),
        description=description,
        for_banks=head.for_banks,
        limits={str(name): value for name, value in head.limits.items()},
    )


def _check_ids(profiles: Mapping[str, Profile]) -> None:
    seen: dict[str, str] = {}
    functions = {f.id for p in profiles.values() for f in p.functions}
    problems = []
    for profile in profiles.values():
        problems += [
            f"profile {profile.name}: include: unknown profile {name}"
            for name in profile.include
            if name not in profiles
        ]
        for requirement in profile.requirements:
            if requirement.id in seen:
                problems.append(f"requirement {requirement.id}: in {seen[requirement.id]} and {profile.name}")
            seen[requirement.id] = profile.name
            problems += [
                f"requirement {requirement.id}: unknown function {name}"
                for name in requirement.functions
                if name not in functions
            ]
    if problems:
        raise ConfigurationError(*problems)


def named(name: str) -> Profile:
    """The profile of a name. Raises ``ConfigurationError`` where there is none."""
    known = all_profiles()
    if name not in known:
        hint = meant(name, known, f"known are {', '.join(known)}")
        raise ConfigurationError(f"unknown profile {name}: {hint}")
    return known[name]


def chosen(names: tuple[str, ...], phases: tuple[str, ...]) -> tuple[Profile, ...]:
    """The profiles that a user named by ``--profile`` and ``--phase``, with all that they include.

    Phases are numbers, Arabic or Roman. Without any, every profile. Raises ``ConfigurationError``.
    """
    known = all_profiles()
    wanted = [*names, *(_phase(text) for text in phases)] or list(known)
    result: dict[str, Profile] = {}
    while wanted:
        profile = named(wanted.pop(0))
        if profile.name not in result:
            result[profile.name] = profile
            wanted += profile.include
    return tuple(profile for name, profile in known.items() if name in result)


_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}


def _phase(text: str) -> str:
    number = _ROMAN.get(text.strip().upper(), text.strip())
    if number not in ("1", "2", "3", "4"):
        raise ConfigurationError(f"unknown phase {text}: the framework has phases 1 to 4")
    return f"phase{number}"
