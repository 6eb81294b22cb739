"""What a bank offers: the functions of its file, or of a profile, as operations that can be asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from conformance.adapter import RowMapping
from conformance.entry import (
    CursorPaging,
    Entry,
    LanguageChoice,
    LinkPaging,
    NoLanguage,
    OffsetPaging,
    PagePaging,
    Period,
    pairs,
)
from conformance.errors import ConfigurationError, meant
from conformance.model import Function, Language, Profile, Resource
from conformance.operation import LanguageCarrier, LanguageRule, Operation, Paging
from conformance.profile import all_profiles, chosen
from conformance.target import Target

CANONICAL_LANGUAGE = LanguageRule(
    LanguageCarrier.HEADER,
    "Accept-Language",
    {Language.ENGLISH: "en", Language.TRADITIONAL: "zh-Hant", Language.SIMPLIFIED: "zh-Hans"},
    assumed=True,
)
CANONICAL_PAGING = Paging("page", "page_size", first=1, total="$.meta.total", largest=100, assumed=True)
CANONICAL_PERIOD = Period.model_validate({"from": "from", "to": "to"})


def profiles_for(target: Target, names: tuple[str, ...], phases: tuple[str, ...]) -> tuple[Profile, ...]:
    """The profiles to judge a target by.

    What the user named; else what the bank's file names; else every phase in which the bank offers a
    function, and what it publishes where its file says so. Profiles that a phase includes come with it.
    Raises ``ConfigurationError``.
    """
    _known_names(target)
    if names or phases:
        return chosen(names, phases)
    if target.profiles:
        return chosen(tuple(target.profiles), ())
    offered = [
        profile.name
        for profile in all_profiles().values()
        if profile.is_phase
        and profile.requirements
        and profile.for_banks
        and any(_entry(target, f) for f in profile.functions)
    ]
    if not offered:
        raise ConfigurationError(
            f"{target.file or target.base_url}: functions: none is offered, so there is nothing to judge; "
            "list what the bank offers (conformance list functions)"
        )
    published = ("publication",) if target.publication else ()
    return chosen((*offered, *published), ())


def operations(target: Target, profiles: tuple[Profile, ...]) -> Mapping[str, Operation]:
    """The functions that a bank offers, by id, in the profiles' order. Raises ``ConfigurationError``."""
    return {
        function.id: _operation(target, profile, function, entry)
        for profile, function, entry in _offered(target, profiles)
    }


def _offered(target: Target, profiles: tuple[Profile, ...]) -> Iterator[tuple[Profile, Function, Entry]]:
    for profile in profiles:
        for function in profile.functions:
            entry = _entry(target, function)
            if entry is not None:
                yield profile, function, entry


def _entry(target: Target, function: Function) -> Entry | None:
    """How a function is offered; None when it is not."""
    entry = target.functions.get(function.id)
    if entry is not None:
        return entry if entry.offered else None
    return Entry() if target.assumed else None


def _operation(target: Target, profile: Profile, function: Function, entry: Entry) -> Operation:
    asked = entry.request
    if entry.permission:
        function = replace(function, permission=" ".join(entry.permission))
    headers = dict(asked.headers)
    if asked.media_type and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = asked.media_type
    canonical = entry.rows is None
    one = isinstance(entry.language, NoLanguage)
    language = None if isinstance(entry.language, NoLanguage) else entry.language or target.language
    if language is not None and language.placeholder and not _stands(language, entry):
        language, one = None, True  # the file says where languages differ, and here they do not
    rule = _language(language, entry) if language else CANONICAL_LANGUAGE if canonical and not one else None
    # What a file says of paging counts, also that there is none; a silent one leaves the canonical way.
    paging = entry.paging or (target.paging if "paging" in target.model_fields_set else None)
    method = asked.method or function.method
    at = f"{target.place_of(('functions', function.id))}: functions.{function.id}"
    if not (asked.path or function.path):
        raise ConfigurationError(f"{at}: request.path is missing, and the profile has no canonical path")
    resource = _resource(profile, function)
    mapping = (
        RowMapping.canonical(function.rows or "$.data[*]")
        if canonical
        else RowMapping.parse(entry.rows, entry.fields, language.for_adapter if language else None, at)
    )
    _known_fields(target, function, entry, resource)
    if resource is not None:
        mapping = mapping.of_schema(resource.schema)
    in_body = _in_body(paging, asked.content, at)
    return Operation(
        function=function,
        method=method,
        path=asked.path or function.path,
        mapping=mapping,
        resource=resource,
        query=pairs(asked.query),
        headers=headers,
        body=asked.content,
        language=rule,
        paging=_numbered(paging) if paging else CANONICAL_PAGING if canonical and _lists(function) else None,
        continuation=paging if isinstance(paging, CursorPaging | LinkPaging) else None,
        assumed=target.functions.get(function.id) is None,
        reads=entry.reads if entry.reads is not None else not function.writes,
        canonical=canonical,
        error_paths=target.errors.paths,
        period=entry.period or (CANONICAL_PERIOD if canonical else None),
        scope=entry.scope,
        in_body=in_body,
    )


def _known_fields(target: Target, function: Function, entry: Entry, resource: Resource | None) -> None:
    """Refuses a field whose name is a slip of a canonical one: the bank would be blamed for its absence."""
    known = set(resource.schema.get("properties", ())) if resource else set()
    problems = []
    for name in set(entry.fields or ()) - known:
        hint = meant(name, known, "", cutoff=0.8)
        if hint:
            place = target.place_of(("functions", function.id, "fields", name), key=True)
            problems.append(f"{place}: functions.{function.id}.fields.{name}: unknown field; {hint}")
    if problems:
        raise ConfigurationError(*sorted(problems))


def _lists(function: Function) -> bool:
    return "*" in (function.rows or "$.data[*]")


def _resource(profile: Profile, function: Function) -> Resource | None:
    return profile.resources.get(function.resource)


def _in_body(paging: object, body: bytes, at: str) -> frozenset[str]:
    """The parameters of paging that stand in a body, which must then be an object."""
    if getattr(paging, "send", "") != "json":
        return frozenset()
    if body and not isinstance(json.loads(body), dict):
        raise ConfigurationError(f"{at}: paging in the body needs an object under request.json")
    assert isinstance(paging, PagePaging | OffsetPaging | CursorPaging)
    return frozenset(filter(None, (paging.parameter, paging.size_parameter)))


def _stands(choice: LanguageChoice, entry: Entry, *, in_request: bool = False) -> bool:
    """Whether the placeholder of a language stands in a function's entry, or in its request alone."""
    asked = entry.request
    told: list[object] = [asked.path, asked.query, asked.json_, asked.form, asked.body]
    told += [] if in_request else [entry.rows, entry.fields]
    return f"{{{choice.placeholder}}}" in json.dumps(told, ensure_ascii=False, default=str)


def _language(choice: LanguageChoice, entry: Entry) -> LanguageRule:
    spelled = {k: v if isinstance(v, str) else v[0] for k, v in choice.values.items()}
    if choice.placeholder:
        asked = _stands(choice, entry, in_request=True)
        carrier = LanguageCarrier.PLACE if asked else LanguageCarrier.MEMBER
        return LanguageRule(carrier, choice.placeholder, spelled)
    if choice.header:
        return LanguageRule(LanguageCarrier.HEADER, choice.header, spelled)
    if choice.query:
        return LanguageRule(LanguageCarrier.QUERY, choice.query, spelled)
    return LanguageRule(LanguageCarrier.COLUMN, choice.column, spelled)


def _numbered(paging: object) -> Paging | None:
    if isinstance(paging, OffsetPaging):
        return Paging(paging.parameter, paging.size_parameter, 0, paging.total, paging.largest, by_row=True)
    if not isinstance(paging, PagePaging):
        return None
    return Paging(
        paging.parameter,
        paging.size_parameter,
        paging.first,
        paging.total,
        paging.largest,
        pages=paging.pages,
    )


def _known_names(target: Target) -> None:
    """Refuses what no profile has, and slips of capabilities: what they declare would be left out."""
    profiles = all_profiles().values()
    functions = [f.id for profile in profiles for f in profile.functions]
    requirements = [r.id for profile in profiles for r in profile.requirements]
    capabilities = {r.capability for profile in profiles for r in profile.requirements if r.capability}
    problems = []
    for name in target.functions:
        if name not in functions:
            place = target.place_of(("functions", name))
            hint = meant(name, functions, "see conformance list functions")
            problems.append(f"{place}: functions.{name}: unknown function; {hint}")
    for name in target.attestations:
        if name not in requirements:
            place = target.place_of(("attestations", name), key=True)
            hint = meant(name, requirements, "see conformance list requirements")
            problems.append(f"{place}: attestations.{name}: unknown requirement; {hint}")
    for number, name in enumerate(target.capabilities):
        hint = "" if name in capabilities else meant(name, capabilities, "", cutoff=0.8)
        if hint:
            place = target.place_of(("capabilities", number))
            problems.append(f"{place}: capabilities: unknown {name}; {hint}")
    if problems:
        raise ConfigurationError(*problems)
