"""Linting of API descriptions: what a reader or a generator of code would stumble over, before it does.

Every rule is a function over one description that yields slips. Nothing is fetched and nothing is run; time
is in proportion to the description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from conformance.lint import examples, patterns, schemas, structure, versions, yamltext
from conformance.lint.walk import Slip, Specimen

__all__ = ["RULES", "Slip", "Specimen", "lint"]

Rule = Callable[[Specimen], Iterator[Slip]]

RULES: Mapping[str, Rule] = {
    "references": structure.references,
    "operation-ids": structure.operation_ids,
    "path-parameters": structure.path_parameters,
    "responses": structure.responses,
    "security": structure.security,
    "servers": structure.servers,
    "well-formed": structure.well_formed,
    "examples": examples.examples,
    "defaults": examples.defaults,
    "patterns-compile": patterns.compile_,
    "patterns-anchored": patterns.anchored,
    "formats": schemas.formats,
    "types": schemas.types,
    "bounds": schemas.bounds,
    "required": schemas.required,
    "keywords": versions.keywords,
    "reference-siblings": versions.reference_siblings,
    "yaml": yamltext.pitfalls,
}


def lint(given: Specimen) -> dict[str, tuple[Slip, ...]]:
    """What every rule finds in a description, by rule, in the order of the description."""
    return {name: tuple(rule(given)) for name, rule in RULES.items()}
