"""Objects of one customer in the hands of another, and members that no client may set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.generate import keywords, seed
from conformance.generate.call import Call
from conformance.generate.cause import Sighting, told
from conformance.generate.identities import Stranger
from conformance.generate.lifecycle import varied
from conformance.generate.pool import item
from conformance.generate.survey import Seed, Survey, document, identity, needs
from conformance.model import Finding
from conformance.registry import Findings, check


@check(requests=10)
def objects_of_others_are_not_given(survey: Survey) -> Findings:
    """Gives nobody an object that is not in their own list."""
    stranger = Stranger(survey)
    found = list(stranger.foreign())
    needs(bool(found), "the first customer has no object that the other's list does not have as well")
    seen: list[Sighting] = []
    for owned in found:
        answer = stranger.send(owned.seed.call, owned.seed.scoped)
        if answer is not None and answer.ok and answer.body.strip():
            scoped = owned.seed.scoped
            said = f"status {answer.status} and {len(answer.body)} bytes"
            seen.append(Sighting(scoped.name, said, scoped.operation.pointer, answer.exchange))
    yield from told("a refusal to a customer whose own list does not have the object", seen)


@check(requests=10)
def objects_of_others_cannot_be_changed(survey: Survey) -> Findings:
    """Lets nobody change or remove an object that is not theirs."""
    stranger = Stranger(survey)
    made = list(_made(survey))
    needs(bool(made), "nothing can be made and then changed or removed, or writes are not allowed")
    seen: list[Sighting] = []
    for held, made_id in made:
        reader = survey.contract.item_of(held.scoped, "GET")
        if reader is None:
            continue
        name = reader.operation.path.rpartition("{")[2].rstrip("}")
        read = stranger.send(Call(reader.operation, {**held.call.path, name: made_id}), reader)
        if read is None or read.ok:
            continue  # shared with everybody, or found by the check of reads
        for method in ("PUT", "PATCH", "DELETE"):
            changer = survey.contract.item_of(held.scoped, method)
            if changer is None:
                continue
            call = Call(changer.operation, {**held.call.path, name: made_id})
            own = survey.seeds.get(changer.name)
            if method != "DELETE":
                body = own.call.body if own else held.call.body
                call = call.with_body(varied(body, changer) or body)
                call = Call(call.operation, call.path, (), (), call.body, held.call.media_type)
            answer = stranger.send(call, changer)
            if answer is not None and answer.ok:
                said = f"status {answer.status}"
                seen.append(Sighting(changer.name, said, changer.operation.pointer, answer.exchange))
    yield from told("a refusal to a customer who does not own the object", seen)


def _made(survey: Survey) -> Iterator[tuple[Seed, str]]:
    """A new object of the first customer in every collection whose objects can be changed or removed."""
    for held in survey.seeds.values():
        if held.scoped.operation.method != "POST" or not survey.contract.writes:
            continue
        if not any(survey.contract.item_of(held.scoped, m) for m in ("PUT", "PATCH", "DELETE")):
            continue
        answer = survey.attempt(seed.renewed(held.call, held.scoped, "ownership"), held.scoped)
        made_id = identity(document(answer), "id", answer) if answer is not None and answer.ok else ""
        if made_id:
            yield held, made_id


@check(requests=4)
def objects_of_others_cannot_be_used(survey: Survey) -> Findings:
    """Lets nobody act with an object of another customer, such as paying from their account."""
    stranger = Stranger(survey)
    needs(survey.contract.writes, "writes are not allowed")
    owned = {one.id: one.seed.scoped.operation.path.partition("/{")[0] for one in stranger.foreign()}
    for held in survey.seeds.values():
        body = held.call.body
        if held.scoped.operation.method != "POST" or not isinstance(body, Mapping):
            continue
        used = [name for name, value in body.items() if isinstance(value, str) and value in owned]
        if not used:
            continue
        answer = stranger.send(seed.renewed(held.call, held.scoped, "stranger"), held.scoped)
        if answer is not None and answer.ok:
            yield Finding(
                f"{held.scoped.name} refused with the {used[0]} of another customer",
                f"status {answer.status}",
                f"/{used[0]}",
                answer.exchange,
            )


@check(requests=4)
def members_of_the_bank_cannot_be_set(survey: Survey) -> Findings:
    """Lets no client set a member that only the bank sets."""
    tried = False
    for held in survey.seeds.values():
        body = held.call.body
        if held.scoped.operation.method != "POST" or not isinstance(body, Mapping):
            continue
        for name, value, control in _reserved(held, body):
            tried = True
            call = seed.renewed(held.call.with_body({**body, name: value}), held.scoped, f"reserved {name}")
            answer = survey.attempt(call, held.scoped)
            if answer is None or not answer.ok:
                continue
            if item(document(answer)).get(name) == value != control:
                yield Finding(
                    f"{name} of {held.scoped.name} set by the bank alone",
                    f"{value!r} as the client sent it",
                    f"/{name}",
                    answer.exchange,
                )
    needs(tried, "no described operation makes an object with members that a client does not send")


def _reserved(held: Seed, body: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Members of the new object that the request does not describe, each with another value for it."""
    schema = next((s for name, s in held.scoped.operation.bodies.items() if "json" in name), None)
    flat = keywords.flat(held.scoped.document, schema.schema) if schema else {}
    asked = keywords.properties(held.scoped.document, flat)
    response = held.scoped.operation.response_for(held.answer.status)
    shown = response.schema_for(held.answer.media_type) if response else None
    answered = keywords.flat(held.scoped.document, shown.schema) if shown else {}
    described = keywords.properties(held.scoped.document, answered)
    for name, value in item(document(held.answer)).items():
        if name in body or (name in asked and asked[name].get("readOnly") is not True):
            continue
        listed = described.get(name, {}).get("enum")
        if isinstance(value, bool):
            yield name, not value, value
        elif isinstance(listed, list):
            yield from ((name, other, value) for other in listed[:3] if other != value)
        elif isinstance(value, int):
            yield name, value + 1000, value
