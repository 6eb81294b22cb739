"""``conformance explain``: what an id means, why it matters, how to mend and to repeat it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from conformance.errors import ConfigurationError, meant

if TYPE_CHECKING:
    from conformance.bank.mutant import Mutant
    from conformance.model import Function, Requirement, Resource
    from conformance.registry import Check

IN_REPORTS = {"nonconformity": "fail", "forreview": "review", "suiteerror": "error"}
"""Words of the reports for verdicts."""
EXIT_CODES = {
    0: "conformant",
    1: "nonconformity: something that the framework expects does not hold",
    2: "usage or configuration: the command line or a file is wrong",
    3: "error of the suite",
    4: "incomplete or inconclusive: something expected could not be shown, or the bank did not answer",
    130: "interrupted",
}


@click.command("explain")
@click.argument("id", nargs=-1, required=True)
def command(id: tuple[str, ...]) -> int:
    """Explains a requirement, check, function, resource, profile, mutant, verdict, level, or exit-codes.

    bank.yaml prints the JSON Schema of a bank's file, by which editors complete and check it.
    coverage counts what is judged of each standard, coverage DOCUMENT ("RFC 9700") and a statement's number
    (F2-A12) tell by what; oidf shows the modules of the OpenID Foundation's suite beside the checks.
    """
    for line in _lines(" ".join(id)):
        click.echo(line)
    return 0


def _lines(id: str) -> Iterator[str]:
    from conformance.cli import coverage_lines
    from conformance.coverage import documents, statements
    from conformance.profile import all_profiles
    from conformance.registry import all_checks
    from conformance.report.content.wording import LEVEL_MEANING, MEANING

    meanings = {str(word): meaning for words in (MEANING, LEVEL_MEANING) for word, meaning in words.items()}
    if id in meanings:
        yield f"{id}: {meanings[id]}"
        return
    if id == "exit-codes":
        yield from (f"{code:>3}  {meaning}" for code, meaning in EXIT_CODES.items())
        return
    if id.isascii() and id.isdigit() and int(id) in EXIT_CODES:
        yield f"exit code {id}: {EXIT_CODES[int(id)]}"
        return
    if id == "bank.yaml":
        yield _schema()
        return
    if id.split(" ")[0] == "coverage":
        yield from coverage_lines.lines(id.removeprefix("coverage").strip())
        return
    if id == "oidf":
        yield from coverage_lines.foundation()
        return
    profiles = all_profiles()
    requirements = {r.id: r for p in profiles.values() for r in p.requirements}
    functions = {f.id: f for p in profiles.values() for f in p.functions}
    resources = {name: r for p in profiles.values() for name, r in p.resources.items()}
    checks = all_checks()
    stem = id.split("/")[0]
    if stem in requirements:
        yield from _requirement(requirements[stem], checks)
    elif id in documents():
        yield from coverage_lines.lines(id)
    elif id in statements():
        yield from coverage_lines.statement(statements()[id])
    elif id in checks:
        yield from _check(checks[id], requirements.values())
    elif id in functions:
        yield from _function(functions[id], resources)
    elif id in resources:
        yield from _resource(resources[id])
    elif id in profiles:
        profile = profiles[id]
        yield f"{profile.name} {profile.version}: {profile.title}"
        yield f"source      {profile.source}"
        yield f"includes    {', '.join(profile.include) or 'nothing'}"
        yield f"see         conformance list requirements --profile {profile.name}"
    else:
        words = ("exit-codes", "coverage", "oidf", "bank.yaml", *meanings)
        known = [*requirements, *checks, *functions, *resources, *profiles, *statements(), *words]
        meant = _meant(id, (*known, *documents()))
        if meant:
            yield from _lines(meant)
        else:
            yield from _mutant(id, known)


def _meant(id: str, known: Iterable[str]) -> str:
    """The one thing that a name written in another way means: ``rfc9700``, ``For review``, ``p1-fx-001``."""
    plain = _plain(id)
    found = {name for name in known if _plain(name) == plain}
    return found.pop() if len(found) == 1 else IN_REPORTS.get(plain, "")


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _schema() -> str:
    import json

    from conformance.target import schema

    return json.dumps(schema(), indent=2)


def _requirement(requirement: Requirement, checks: Mapping[str, Check]) -> Iterator[str]:
    yield f"{requirement.id}  ({requirement.level})"
    yield requirement.text
    yield ""
    yield f"source      {requirement.source}"
    if requirement.why:
        yield f"why         {requirement.why}"
    if requirement.fix:
        yield f"how to fix  {requirement.fix}"
    for use in requirement.uses:
        given = ", ".join(f"{k}: {v}" for k, v in use.arguments.items())
        yield f"check       {use.check}{f' with {given}' if given else ''}: {checks[use.check].purpose}"
    if requirement.untested:
        yield f"{'attested ' if requirement.attested else 'untested '}   {requirement.untested}"
    if requirement.functions:
        yield f"functions   {', '.join(requirement.functions)}"
    if requirement.capability:
        yield f"capability  {requirement.capability}"
    if requirement.tags:
        yield f"tags        {', '.join(requirement.tags)}"
    if requirement.uses:
        yield f"reproduce   conformance run BANK.yaml --check {requirement.id}"


def _check(check: Check, requirements: Iterable[Requirement]) -> Iterator[str]:
    yield f"{check.id}: {check.purpose}"
    yield ""
    yield f"takes       {', '.join(check.parameters) or 'no arguments'}"
    yield f"needs       {', '.join(check.needs)}"
    yield f"sends       about {check.requests} request(s)"
    yield f"kind        {'writes' if check.writes else 'intrusive' if check.intrusive else 'passive'}"
    for requirement in requirements:
        if any(use.check == check.id for use in requirement.uses):
            yield f"used by     {requirement.id}  {requirement.text}"
    yield f"reproduce   conformance run BANK.yaml --check {check.id}"


def _function(function: Function, resources: Mapping[str, Resource]) -> Iterator[str]:
    yield f"{function.id}: {function.title}"
    standing = "core" if function.core else "left to the bank"
    yield f"profile     {function.profile} ({standing}), {function.clause}"
    yield f"canonical   {function.method} {function.path}"
    if function.resource in resources:
        yield ""
        yield from _resource(resources[function.resource])


def _resource(resource: Resource) -> Iterator[str]:
    yield f"fields of {resource.name} (* required, + recommended):"
    schema = resource.schema
    yield from _fields(schema, set(resource.recommended), "  ")


def _fields(schema: Mapping[str, Any], recommended: set[str], indent: str) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for name, inner in schema.get("properties", {}).items():
        mark = "*" if name in required else "+" if name in recommended else " "
        kind = inner.get("format") or inner.get("type") or ", ".join(map(str, inner.get("enum", ("any",))))
        told = " or ".join(kind) if isinstance(kind, list) else str(kind)
        yield f"{indent}{mark} {name:<22} {told:<12} {inner.get('description', '')}".rstrip()
        nested = inner.get("items", inner) if isinstance(inner.get("items", inner), dict) else {}
        if nested.get("properties"):
            yield from _fields(nested, set(), indent + "    ")


def _mutant(id: str, known: list[str]) -> Iterator[str]:
    from conformance.bank.mutant import all_mutants

    mutants: dict[str, Mutant] = {}
    problems = []
    try:
        mutants = {m.name: m for m in all_mutants()}
    except Exception as error:  # a module of mutants is code that anybody may have changed
        problems = [f"mutants: cannot be read: {type(error).__name__}: {error}; reinstall the suite"]
    name = id.lower()
    if name not in mutants:
        hint = meant(id, [*known, *mutants], "see conformance list", 0.6 if "-" in id else 0.7)
        if _plain(id).startswith("rfc"):
            hint = "no requirement rests on it; conformance explain coverage lists the documents"
        raise ConfigurationError(f"nothing is called {id}; {hint}", *problems)
    mutant = mutants[name]
    yield f"{mutant.name}: {mutant.summary}"
    yield f"killed by   {', '.join(mutant.kills)}"
    yield f"see it      conformance run --bank-mutant {mutant.name}"
