"""The writing of a description: its version and its YAML."""

from __future__ import annotations

from conformance.checks.lint.findings import findings
from conformance.dictionary import Dictionaries
from conformance.registry import Findings, check


@check(requests=2, confirm=False)
def keywords_of_the_version(dictionaries: Dictionaries) -> Findings:
    """Uses the keywords of the version of OpenAPI that it names."""
    yield from findings(dictionaries, "keywords")


@check(requests=2, confirm=False)
def references_stand_alone(dictionaries: Dictionaries) -> Findings:
    """Puts nothing that constrains beside a reference, where it would be ignored."""
    yield from findings(dictionaries, "reference-siblings")


@check(requests=2, confirm=False)
def yaml_unambiguous(dictionaries: Dictionaries) -> Findings:
    """Writes no YAML that one reader takes otherwise than another."""
    yield from findings(dictionaries, "yaml")
