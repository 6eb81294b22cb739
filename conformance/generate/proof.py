"""Whether a check of the contract has judged anything: what was never answered is not shown to be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.errors import Inconclusive, NotApplicable
from conformance.generate.cause import Sign, findings
from conformance.generate.contract import Scoped
from conformance.generate.survey import Survey
from conformance.model import Finding


def accepted(survey: Survey) -> None:
    """Raises an ``Outcome`` where the bank accepted no described request, so that nothing is proof."""
    if survey.seeds:
        return
    if all(map(_is_customers, survey.contract.operations)):
        raise NotApplicable("only a customer's token opens what is described, which the phases judge")
    raise Inconclusive("control request refused: the bank accepted no request that its description allows")


def proven(survey: Survey, signs: Iterable[Sign], judged: int, nothing: str) -> Iterator[Finding]:
    """The findings of some signs. Raises an ``Outcome`` where no answer was judged; ``nothing`` says why the
    requirement does not apply to a bank that does accept requests."""
    if not judged:
        accepted(survey)
        raise NotApplicable(nothing)
    yield from findings(survey, signs)


def _is_customers(scoped: Scoped) -> bool:
    """Whether the description opens an operation only to tokens that a customer grants."""
    given = scoped.operation.security
    schemes = scoped.api.security_schemes
    return bool(given) and all(any(_is_granted(schemes.get(name)) for name in one) for one in given or ())


def _is_granted(scheme: Any) -> bool:
    """Whether a customer has to take part for a token of a security scheme (OpenAPI 3 or 2)."""
    if not isinstance(scheme, Mapping):
        return False
    flows = scheme.get("flows")
    named = set(flows) if isinstance(flows, Mapping) else {str(scheme.get("flow", ""))}
    alone = {"clientCredentials", "application"}
    return scheme.get("type") == "openIdConnect" or (scheme.get("type") == "oauth2" and not named & alone)
