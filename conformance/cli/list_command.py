"""``conformance list``: what there is."""

from __future__ import annotations

import json

import click

KINDS = ("profiles", "functions", "requirements", "checks", "mutants")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--profile", default="", metavar="NAME", help="Only of this profile.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(kind: str, profile: str, as_json: bool) -> int:
    """Lists profiles, functions, requirements, checks or mutants."""
    from conformance.profile import named

    if profile:
        named(profile)
    rows = ROWS[kind](profile)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    columns = [
        max((len(str(v)) for v in values), default=0)
        for values in zip(*(r.values() for r in rows), strict=True)
    ]
    for row in rows:
        cells = [str(value).ljust(min(width, 60)) for value, width in zip(row.values(), columns, strict=True)]
        click.echo("  ".join(cells).rstrip())
    return 0


def _profiles(only: str) -> list[dict[str, object]]:
    from conformance.profile import all_profiles

    return [
        {
            "profile": p.name,
            "version": p.version,
            "requirements": len(p.requirements),
            "functions": len(p.functions),
            "title": p.title,
        }
        for p in all_profiles().values()
        if only in ("", p.name)
    ]


def _functions(only: str) -> list[dict[str, object]]:
    from conformance.profile import all_profiles

    return [
        {
            "function": f.id,
            "profile": p.name,
            "core": "core" if f.core else "optional",
            "resource": f.resource,
            "path": f"{f.method} {f.path}",
            "title": f.title,
        }
        for p in all_profiles().values()
        for f in p.functions
        if only in ("", p.name)
    ]


def _requirements(only: str) -> list[dict[str, object]]:
    from conformance.profile import all_profiles

    return [
        {
            "requirement": r.id,
            "level": str(r.level),
            "how": ", ".join(u.check for u in r.uses) or ("attested" if r.attested else "untested"),
            "source": str(r.source),
            "text": r.text,
        }
        for p in all_profiles().values()
        for r in p.requirements
        if only in ("", p.name)
    ]


def _bound(only: str) -> set[str]:
    """The ids of the checks by which a profile is judged."""
    from conformance.profile import all_profiles

    profiles = (p for p in all_profiles().values() if only in ("", p.name))
    return {use.check for p in profiles for r in p.requirements for use in r.uses}


def _checks(only: str) -> list[dict[str, object]]:
    from conformance.registry import all_checks

    bound = _bound(only)
    return [
        {
            "check": c.id,
            "kind": "writes" if c.writes else "intrusive" if c.intrusive else "passive",
            "purpose": c.purpose,
        }
        for c in all_checks().values()
        if c.id in bound
    ]


def _mutants(only: str) -> list[dict[str, object]]:
    from conformance.bank.mutant import all_mutants

    bound = _bound(only)
    return [
        {"mutant": m.name, "killed by": ", ".join(m.kills), "defect": m.summary}
        for m in all_mutants()
        if bound.intersection(m.kills)
    ]


ROWS = dict(zip(KINDS, (_profiles, _functions, _requirements, _checks, _mutants), strict=True))
