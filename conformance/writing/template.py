"""Templates of request bodies: which member of an instruction stands where, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.oauth.settings import filled


def made(template: Any, facts: Mapping[str, Any]) -> Any:
    """A template filled with facts, in names of members too, without objects of which nothing is left."""
    keyed = _named(template, facts)
    return _pruned(keyed, filled(keyed, facts))


def _named(template: Any, facts: Mapping[str, Any]) -> Any:
    """The template with its members' names filled; one whose name is absent is left out."""
    if isinstance(template, list):
        return [_named(each, facts) for each in template]
    if not isinstance(template, Mapping):
        return template
    names = {name: filled(name, facts) if "{" in str(name) else name for name in template}
    told = {k: _named(v, facts) for k, v in template.items() if names[k] is not None}
    return {str(names[k]): v for k, v in told.items() if v != {} or template[k] == {}}


def _pruned(template: Any, value: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(template, Mapping):
        return value
    kept = {name: _pruned(template[name], each) for name, each in value.items()}
    return {k: v for k, v in kept.items() if v != {} or template[k] in ({}, "{instruction}")}


def names_of(member: str, template: Any) -> tuple[str, ...]:
    """What a bank calls a member of an instruction: the names on the way to it in the template."""
    return (member, *_way(member, template))


def _way(member: str, template: Any) -> Iterable[str]:
    if isinstance(template, str):
        return ()
    if isinstance(template, Mapping):
        return [
            found
            for name, inner in template.items()
            if _holds(member, inner)
            for found in (str(name), *_way(member, inner))
        ]
    return ()


def _holds(member: str, template: Any) -> bool:
    if isinstance(template, Mapping):
        return any(_holds(member, inner) for inner in template.values())
    return isinstance(template, str) and (f"{{{member}}}" in template or f"{{{member}." in template)
