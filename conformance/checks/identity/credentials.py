"""Calls of nobody and of strangers: what the description secures is refused to them."""

from __future__ import annotations

from conformance.answer import Answer
from conformance.generate.cause import Sighting, told
from conformance.generate.identities import garbled, plain, secured, sent
from conformance.generate.survey import Seed, Survey, needs
from conformance.registry import Findings, check


@check(requests=10)
def credentials_are_required(survey: Survey) -> Findings:
    """Refuses calls without credentials where the description asks for them."""
    found = list(secured(survey))
    needs(
        bool(found),
        "the description secures no operation that can be called and that its phase does not judge",
    )
    seen: list[Sighting] = []
    for held in found:
        answer = sent(survey, plain(survey, held.call, held.scoped))
        if answer is not None and answer.ok and survey.control(held.scoped):
            seen.append(_sighting(held, answer))
    yield from told("a refusal without credentials", seen)


@check(requests=10)
def credentials_are_checked(survey: Survey) -> Findings:
    """Refuses calls with credentials that the bank gave to nobody."""
    found = list(secured(survey))
    needs(
        bool(found),
        "the description secures no operation that can be called and that its phase does not judge",
    )
    seen: list[Sighting] = []
    for held in found:
        bare = sent(survey, plain(survey, held.call, held.scoped))
        request = garbled(survey, held.call, held.scoped)
        answer = sent(survey, request) if request is not None else None
        if answer is not None and answer.ok and bare is not None and not bare.ok:
            seen.append(_sighting(held, answer))
    yield from told("a refusal under unknown credentials", seen)


def _sighting(held: Seed, answer: Answer) -> Sighting:
    scoped = held.scoped
    return Sighting(scoped.name, f"status {answer.status}", scoped.operation.pointer, answer.exchange)
