"""The matrix of identities: each secured operation under credentials that must not open it.

Reads are sent together on the fast path, spread over time as the rate of the bank's file has it; what is
served, throttled or lost there is sent once more by the usual way, so that every verdict rests on that.
Writes are sent one by one, and only on objects of the survey's own.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.errors import Outcome, Unreachable
from conformance.generate import seed
from conformance.generate.call import Call
from conformance.generate.identities import plain, secured
from conformance.generate.survey import Seed, Survey, document, identity
from conformance.load.shot import Shot
from conformance.model import Request

PUT_OFF = (0, 429, 502, 503, 504)
"""Statuses of the fast path that say nothing of the credentials; 0 is no answer."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One operation under one identity."""

    held: Seed
    who: str
    request: Request


def renewed(held: Seed, who: str) -> Call:
    """The accepted call, a write under a key of its own."""
    return held.call if held.scoped.reads else seed.renewed(held.call, held.scoped, f"identity {who}")


def asked(survey: Survey, held: Seed, who: str) -> Request:
    """The accepted call as a request without credentials."""
    return plain(survey, renewed(held, who), held.scoped)


def guarded(survey: Survey) -> Iterator[Seed]:
    """The secured operations with an accepted call: reads first, then writes, at last removals."""
    found = list(secured(survey))
    yield from (held for held in found if held.scoped.reads)
    yield from (held for held in found if not held.scoped.reads)
    yield from removals(survey)


def removals(survey: Survey) -> tuple[Seed, ...]:
    """For each secured removal a call that would remove an object of our own, made for that."""
    found: tuple[Seed, ...] = survey.once("removals", lambda: tuple(_removals(survey)))
    return found


def _removals(survey: Survey) -> Iterator[Seed]:
    for scoped in survey.contract.operations if survey.contract.writes else ():
        operation, security = scoped.operation, scoped.operation.security
        creator = survey.creator(scoped)
        held = survey.seeds.get(creator.name) if creator else None
        if operation.method != "DELETE" or not security or not all(security) or held is None:
            continue
        made = survey.attempt(seed.renewed(held.call, held.scoped, "removal"), held.scoped)
        if made is None or not made.ok:
            continue
        name = operation.path.rpartition("{")[2].rstrip("}")
        value = identity(document(made), name, made)
        if value:
            yield Seed(scoped, Call(operation, {**held.call.path, name: value}), made)


def served(survey: Survey, cells: Sequence[Cell]) -> list[tuple[Cell, Answer]]:
    """The cells whose request the bank serves, with its answers."""
    reads = [cell for cell in cells if cell.held.scoped.reads]
    suspects = _suspects(survey, reads) + [cell for cell in cells if not cell.held.scoped.reads]
    found = []
    for cell in suspects:
        try:
            answer = survey.tsp.send(cell.request)
        except Unreachable:
            continue
        if answer.ok:
            found.append((cell, answer))
    return found


def _suspects(survey: Survey, cells: list[Cell]) -> list[Cell]:
    """The reads that a volley did not see refused."""
    if len(cells) < 2:
        return cells
    gap = survey.tsp.interval
    shots = [Shot(number * gap, cell.request) for number, cell in enumerate(cells)]
    try:
        hits = survey.tsp.volley(shots)
    except (Outcome, ValueError):
        return cells  # several hosts, or the caps of the run: one by one, the usual way says which
    refused = {id(hit.shot) for hit in hits if not hit.ok and hit.status not in PUT_OFF}
    return [cell for cell, shot in zip(cells, shots, strict=True) if id(shot) not in refused]


def accepted(survey: Survey, held: Seed) -> bool:
    """The control: whether the right call is still accepted; of a removal, whether its object is there."""
    if held.scoped.operation.method != "DELETE":
        return survey.control(held.scoped)
    creator = survey.creator(held.scoped)
    reader = survey.contract.item_of(creator, "GET") if creator else None
    if reader is None:
        return True
    answer = survey.attempt(Call(reader.operation, held.call.path), reader)
    return answer is not None and answer.ok


# Tokens


def altered(survey: Survey, held: Seed) -> list[Cell]:
    """The call under tokens made of our own without the bank's key; none where the token is opaque."""
    bare = asked(survey, held, "altered")
    signed = survey.tsp.authorized(bare)
    found = []
    for name, value in signed.headers:
        scheme, blank, token = value.rpartition(" ")
        if (name, value) in bare.headers or not is_jwt(token):
            continue
        for who, other in alterations(token):
            found.append(Cell(held, who, signed.with_header(name, f"{scheme}{blank}{other}")))
    return found


def alterations(token: str) -> Iterator[tuple[str, str]]:
    """Tokens that a bank refuses if it verifies signatures, with words for each."""
    head, body, signature = token.split(".")
    middle = len(signature) // 2
    flipped = "A" if signature[middle : middle + 1] != "A" else "B"
    yield (
        "a token with another signature",
        f"{head}.{body}.{signature[:middle]}{flipped}{signature[middle + 1 :]}",
    )
    yield "a token without its signature", f"{head}.{body}."
    for spelling in ("none", "nOnE"):
        yield (
            f"a token of algorithm {spelling}",
            f"{_encoded({**_decoded(head), 'alg': spelling})}.{body}.",
        )
    claims = _decoded(body)
    if claims:
        other = {**claims, "sub": "conformance-other", "exp": int(claims.get("exp", 0) or 0) + 86_400}
        yield "a token with other claims under the old signature", f"{head}.{_encoded(other)}.{signature}"


def is_jwt(token: str) -> bool:
    """Whether a text is a signed JSON Web Token (RFC 7519)."""
    parts = token.split(".")
    return len(parts) == 3 and all(parts) and "alg" in _decoded(parts[0])


def _decoded(part: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _encoded(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
