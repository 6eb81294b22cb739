"""The schemas, examples and patterns of a description."""

from __future__ import annotations

from conformance.checks.lint.findings import findings
from conformance.dictionary import Dictionaries
from conformance.registry import Findings, check


@check(requests=2, confirm=False)
def examples_valid(dictionaries: Dictionaries) -> Findings:
    """Shows examples that are valid by their own schemas."""
    yield from findings(dictionaries, "examples")


@check(requests=2, confirm=False)
def defaults_valid(dictionaries: Dictionaries) -> Findings:
    """Has defaults and enumerated values that are valid by their own schemas."""
    yield from findings(dictionaries, "defaults")


@check(requests=2, confirm=False)
def patterns_compile(dictionaries: Dictionaries) -> Findings:
    """Writes patterns as regular expressions of ECMA-262."""
    yield from findings(dictionaries, "patterns-compile")


@check(requests=2, confirm=False)
def patterns_anchored(dictionaries: Dictionaries) -> Findings:
    """Writes patterns that hold for the whole of a text."""
    yield from findings(dictionaries, "patterns-anchored")


@check(requests=2, confirm=False)
def formats_named(dictionaries: Dictionaries) -> Findings:
    """Puts names of formats into format, not values, masks or misspellings."""
    yield from findings(dictionaries, "formats")


@check(requests=2, confirm=False)
def types_known(dictionaries: Dictionaries) -> Findings:
    """Uses the types of JSON, and says what lists hold."""
    yield from findings(dictionaries, "types")


@check(requests=2, confirm=False)
def bounds_agree(dictionaries: Dictionaries) -> Findings:
    """Sets bounds between which there is room."""
    yield from findings(dictionaries, "bounds")


@check(requests=2, confirm=False)
def required_described(dictionaries: Dictionaries) -> Findings:
    """Describes every member that it requires."""
    yield from findings(dictionaries, "required")
