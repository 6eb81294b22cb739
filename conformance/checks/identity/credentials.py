"""Calls of nobody and of strangers: what the description secures is refused to them."""

from __future__ import annotations

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.generate.cause import Sighting, told
from conformance.generate.identities import Bounded, Strangers, garbled
from conformance.generate.matrix import Cell, accepted, altered, asked, guarded, renewed, served
from conformance.generate.survey import Seed, Survey, needs
from conformance.registry import Findings, check

NONE = "the description secures no operation that can be called and that its phase does not judge"


def _guarded(survey: Survey) -> list[Seed]:
    found = list(guarded(survey))
    needs(bool(found), NONE)
    return found


@check(requests=10)
def credentials_are_required(survey: Survey) -> Findings:
    """Refuses calls without credentials where the description asks for them."""
    cells = [Cell(held, "nobody", asked(survey, held, "nobody")) for held in _guarded(survey)]
    seen = [
        _sighting(cell, answer)
        for cell, answer in served(survey, cells)
        if cell.held.scoped.operation.method == "DELETE" or accepted(survey, cell.held)
    ]
    yield from told("a refusal without credentials", seen)


@check(requests=10)
def credentials_are_checked(survey: Survey) -> Findings:
    """Refuses calls with credentials that the bank gave to nobody."""
    cells = []
    for held in _guarded(survey):
        request = garbled(survey, renewed(held, "garbage"), held.scoped)
        if request is not None:
            cells.append(Cell(held, "garbage", request))
    seen = [_sighting(cell, answer) for cell, answer in served(survey, cells) if _closed(survey, cell.held)]
    yield from told("a refusal under unknown credentials", seen)


@check(requests=20)
def tokens_are_verified(survey: Survey) -> Findings:
    """Refuses tokens that were changed: another signature, none, no algorithm, other claims."""
    cells = [cell for held in _guarded(survey) for cell in altered(survey, held)]
    needs(
        bool(cells), "the bank's credentials are opaque, so that none can be made from them without its key"
    )
    yield from told("a refusal of a token that the bank did not sign", _let_in(survey, cells))


@check(requests=20)
def unfit_tokens_are_refused(survey: Survey, identities: Strangers) -> Findings:
    """Refuses tokens that the bank did sign and that are expired, not yet valid, or for somebody else."""
    needs(
        bool(identities.unfit),
        "the bank's file names none of identities: expired, not_yet_valid, wrong_issuer, wrong_audience, "
        "which only the bank can sign",
    )
    held = _guarded(survey)
    for who, sign in identities.unfit:
        cells = [Cell(one, who, sign(asked(survey, one, who))) for one in held]
        yield from told(f"a refusal of {who}", _let_in(survey, cells))


@check(requests=20)
def functions_are_kept_apart(survey: Survey, identities: Strangers) -> Findings:
    """Refuses to an identity of fewer scopes, or of a lower role, what these do not let it do."""
    needs(
        bool(identities.lesser),
        "the bank's file names no identities: fewer_scopes or lower_role, to whom the bank refuses something",
    )
    held = _guarded(survey)
    judged = False
    for lesser in identities.lesser:
        kept = [one for one in held if lesser.may(one.scoped) is False]
        judged |= bool(kept)
        if kept:
            _control(survey, lesser, held)
        cells = [Cell(one, lesser.who, lesser.sign(asked(survey, one, lesser.who))) for one in kept]
        yield from told(f"a refusal to an identity with {lesser.who}", _let_in(survey, cells))
    needs(
        judged,
        "the description asks for no scope, and the bank's file denies nothing, that the identity lacks",
    )


def _control(survey: Survey, lesser: Bounded, held: list[Seed]) -> None:
    """Raises ``Inconclusive`` unless the identity is served what it may read."""
    may = [one for one in held if one.scoped.reads and lesser.may(one.scoped) is not False]
    for one in sorted(may, key=lambda seed: lesser.may(seed.scoped) is not True):
        request = lesser.sign(asked(survey, one, lesser.who))
        if survey.tsp.send(request).ok:
            return
    raise Inconclusive(f"control request refused: the identity with {lesser.who} is served nothing at all")


def _closed(survey: Survey, held: Seed) -> bool:
    """Whether an operation is refused to nobody, without which no other credentials show anything."""
    return not served(survey, [Cell(held, "nobody", asked(survey, held, "nobody"))])


def _let_in(survey: Survey, cells: list[Cell]) -> list[Sighting]:
    """The calls that were served, of operations that look at their credentials at all."""
    return [
        _sighting(cell, answer)
        for cell, answer in served(survey, cells)
        if _refuses_garbage(survey, cell.held)
    ]


def _refuses_garbage(survey: Survey, held: Seed) -> bool:
    """Whether an operation refuses credentials that the bank gave to nobody."""
    request = garbled(survey, renewed(held, "garbage"), held.scoped)
    return request is not None and not served(survey, [Cell(held, "garbage", request)])


def _sighting(cell: Cell, answer: Answer) -> Sighting:
    scoped = cell.held.scoped
    who = "" if cell.who in ("nobody", "garbage") else f" to {cell.who}"
    return Sighting(scoped.name, f"status {answer.status}{who}", scoped.operation.pointer, answer.exchange)
