"""Text that a careless server evaluates, copies into its header, opens or fetches; a canary shows it."""

from __future__ import annotations

import re
from dataclasses import replace

from conformance.answer import Answer
from conformance.generate import seed
from conformance.generate.call import Call
from conformance.generate.cause import Sighting, told
from conformance.generate.places import Place, places
from conformance.generate.sample import NOTHING
from conformance.generate.survey import Seed, Survey, needs
from conformance.listener import PATIENCE, listening, reachable
from conformance.model import Finding
from conformance.registry import Findings, check

PRODUCT = str(7331 * 1337)
TEMPLATES = "{{7331*1337}}${7331*1337}#{7331*1337}"
CANARY = "X-Conformance-Canary"
FILES = (
    ("../../../../../../etc/passwd", re.compile(r"root:[^:\n]*:0:0:")),
    ("..\\..\\..\\..\\windows\\win.ini", re.compile(r"\[(fonts|extensions)\]")),
)
EXPANDED = "conformance-7331-canary"
XML = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY one "conformance-7331"><!ENTITY two "&one;-canary">'
    '<!ENTITY far SYSTEM "{url}">]><a><name>&two;</name><far>&far;</far></a>'
)


def _all(survey: Survey, text: str) -> list[Place]:
    found = [place for place in places(survey) if place.allows(text)]
    needs(bool(found), "the description has no place for free text")
    return found


def _ask(survey: Survey, place: Place, text: str) -> Answer | None:
    return survey.attempt(place.call(text, f"injection {text}"), place.seed.scoped)


@check(intrusive=True, requests=1)
def text_is_not_evaluated(survey: Survey) -> Findings:
    """Evaluates no expression of a template language in text."""
    for place in _all(survey, TEMPLATES):
        answer = _ask(survey, place, TEMPLATES)
        if answer is not None and PRODUCT in answer.text():
            yield Finding(
                f"text of {place.name} in {place.seed.scoped.name} left as it is",
                f"the product {PRODUCT}",
                place.at,
                answer.exchange,
            )


@check(intrusive=True, requests=1)
def text_stays_out_of_header_fields(survey: Survey) -> Findings:
    """Copies no line break of a parameter into the header of its answer."""
    for place in _all(survey, f"{'x'}\r\n{CANARY}: 1"):
        if place.in_body:
            continue
        answer = _ask(survey, place, f"{place.text or 'x'}\r\n{CANARY}: 1")
        if answer is not None and answer.header(CANARY) is not None:
            yield Finding(
                f"no header field out of {place.name} in {place.seed.scoped.name}",
                f"{CANARY}: 1",
                place.at,
                answer.exchange,
            )


@check(intrusive=True, requests=2)
def text_opens_no_file(survey: Survey) -> Findings:
    """Opens no file outside its own for a path with dots in text."""
    found = [place for place in places(survey) if not place.in_body]
    needs(bool(found), "the description has no place for free text")
    for place in found:
        for text, sign in FILES:
            answer = _ask(survey, place, text) if place.allows(text) else None
            if answer is not None and answer.ok and sign.search(answer.text()):
                yield Finding(
                    f"no file of the server for {place.name} in {place.seed.scoped.name}",
                    f"the content of {text}",
                    place.at,
                    answer.exchange,
                )
                break


@check(intrusive=True, requests=1)
def addresses_are_not_fetched(survey: Survey) -> Findings:
    """Fetches no address on its own machine that a request names."""
    found = [place for place in places(survey) if place.holds_url()]
    needs(bool(found), "the description has no place for an address")
    here = reachable(survey.tsp.base_url)
    needs(here, "the bank cannot reach this machine, so that nothing shows what it fetches")
    with listening() as ear:
        for number, place in enumerate(found):
            name = f"canary-{number}"
            answer = _ask(survey, place, ear.url(name))
            if answer is None:
                continue
            if ear.heard(name, PATIENCE if answer.ok else 0.0):
                yield Finding(
                    f"no fetch of a loopback address in {place.name} of {place.seed.scoped.name}",
                    "the address was fetched",
                    place.at,
                    answer.exchange,
                )


@check(intrusive=True, requests=1)
def entities_are_not_expanded(survey: Survey) -> Findings:
    """Expands and fetches no entity of an XML document."""
    found = [
        held
        for held in survey.seeds.values()
        if held.call.body is not NOTHING or any("xml" in name for name in held.scoped.operation.bodies)
    ]
    needs(bool(found), "no described operation that may be called takes a body")
    seen: list[Sighting] = []
    with listening() as ear:
        for number, held in enumerate(found):
            name = f"entity-{number}"
            answer = survey.attempt(_xml(held, ear.url(name)), held.scoped)
            if answer is not None and (EXPANDED in answer.text() or ear.heard(name)):
                said = "the external address fetched" if ear.heard(name) else "the expanded text"
                seen.append(Sighting(held.scoped.name, said, "body", answer.exchange))
    yield from told("no entity expanded", seen)


def _xml(held: Seed, url: str) -> Call:
    named = next((name for name in held.scoped.operation.bodies if "xml" in name), "application/xml")
    call = seed.renewed(held.call, held.scoped, "entities")
    return replace(call, body=NOTHING, raw=XML.format(url=url).encode(), media_type=named)
