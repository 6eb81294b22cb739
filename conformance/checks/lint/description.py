"""The frame of a description."""

from __future__ import annotations

from conformance.checks.lint.findings import findings
from conformance.dictionary import Dictionaries
from conformance.registry import Findings, check


@check(requests=2, confirm=False)
def references_resolve(dictionaries: Dictionaries) -> Findings:
    """Refers to nothing that is missing from the description or lies outside it."""
    yield from findings(dictionaries, "references")


@check(requests=2, confirm=False)
def operations_have_ids(dictionaries: Dictionaries) -> Findings:
    """Gives every operation an operationId of its own."""
    yield from findings(dictionaries, "operation-ids")


@check(requests=2, confirm=False)
def path_parameters_agree(dictionaries: Dictionaries) -> Findings:
    """Declares the parameters that stand in its paths, and no others."""
    yield from findings(dictionaries, "path-parameters")


@check(requests=2, confirm=False)
def responses_described(dictionaries: Dictionaries) -> Findings:
    """Describes for every operation what it answers when all is well."""
    yield from findings(dictionaries, "responses")


@check(requests=2, confirm=False)
def security_defined(dictionaries: Dictionaries) -> Findings:
    """Defines every security scheme that it requires."""
    yield from findings(dictionaries, "security")


@check(requests=2, confirm=False)
def servers_usable(dictionaries: Dictionaries) -> Findings:
    """Names servers that a TSP can reach over https."""
    yield from findings(dictionaries, "servers")


@check(requests=2, confirm=False)
def well_formed(dictionaries: Dictionaries) -> Findings:
    """Has the parts that its specification requires of every description."""
    yield from findings(dictionaries, "well-formed")
