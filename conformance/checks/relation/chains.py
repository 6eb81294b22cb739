"""Links of a description: what an answer leads to by its description is there."""

from __future__ import annotations

from conformance.generate.call import Call
from conformance.generate.cause import Sighting, told
from conformance.generate.chains import Chain, chains
from conformance.generate.seed import calls
from conformance.generate.survey import Survey, needs
from conformance.registry import Findings, check

GONE = (404, 405, 410, 501)


@check(requests=10)
def described_links_lead_on(survey: Survey) -> Findings:
    """Serves the operation that a link of its description leads to, for the values that the link takes."""
    found = [chain for chain in chains(survey.contract) if chain.target.operation.method == "GET"]
    needs(bool(found), "the description has no link to an operation that reads")
    seen = []
    followed = False
    for chain in found:
        call = _call(survey, chain)
        answer = survey.attempt(call, chain.target) if call is not None else None
        followed |= answer is not None
        if answer is not None and answer.status in GONE and survey.control(chain.source):
            said = f"status {answer.status} from {chain.target.name}"
            place = f"link {chain.link.name} of {chain.source.name}"
            seen.append(Sighting(place, said, chain.source.operation.pointer, answer.exchange))
    needs(followed, "no answer had the values that the links of the description take")
    yield from told("what the link leads to", seen)


def _call(survey: Survey, chain: Chain) -> Call | None:
    """The call that a link describes, by the accepted call of its source; None where a value is lacking."""
    held = survey.seeds.get(chain.source.name)
    values = chain.values(held.call, held.answer) if held is not None and chain.fits(held.answer) else None
    if not values:
        return None
    own = survey.seeds.get(chain.target.name)
    call = own.call if own is not None else next(iter(calls(chain.target, survey.pool, survey.seed)), None)
    for parameter in chain.target.operation.parameters:
        if call is not None and parameter.name in values:
            call = call.with_parameter(parameter, values[parameter.name])
    return call
