"""Laws of single objects: what is made, changed and removed shows in what is read afterwards."""

from __future__ import annotations

from conformance.document import shown
from conformance.generate.lifecycle import Life, differences, listed_ids, steps
from conformance.generate.pool import item, rows
from conformance.generate.survey import Survey, document, identity, needs
from conformance.model import Finding
from conformance.registry import Findings, check


def _made(survey: Survey) -> list[Life]:
    found = [life for life in steps(survey) if life.id]
    needs(bool(found), "nothing can be made and read again, or writes are not allowed")
    return found


@check(requests=12)
def what_is_made_can_be_read(survey: Survey) -> Findings:
    """Gives an object under its identifier as soon as it is made."""
    for life in _made(survey):
        if life.read is not None and life.read.status in (404, 410):
            yield Finding(
                f"the object just made in {life.place}",
                f"status {life.read.status}",
                life.place,
                life.read.exchange,
            )


@check(requests=0)
def what_is_made_is_as_sent(survey: Survey) -> Findings:
    """Keeps what was sent: no member comes back with another value."""
    for life in _made(survey):
        came = life.read if life.read is not None and life.read.ok else life.made
        for name, sent, held in differences(life.body, document(came)) if came else ():
            if not _same_value(sent, held):
                yield Finding(
                    f"{name} in {life.place} as it was sent",
                    f"{shown(held)} for {shown(sent)}",
                    f"/{name}",
                    came.exchange if came else None,
                )


@check(requests=0)
def what_is_made_is_listed(survey: Survey) -> Findings:
    """Lists an object as soon as it is made."""
    for life in _made(survey):
        ids = listed_ids(life.listed, life.name)
        readable = life.read is not None and life.read.ok
        if life.listed and life.listed.ok and readable and life.id not in ids and 0 < len(ids) < 20:
            yield Finding(
                f"the object just made in the list {life.place}",
                f"{len(ids)} others",
                life.place,
                life.listed.exchange,
            )


@check(requests=0)
def location_leads_to_what_was_made(survey: Survey) -> Findings:
    """Answers under the Location of a new object."""
    for life in _made(survey):
        readable = life.read is not None and life.read.ok
        status = life.followed.status if life.followed is not None else 0
        if life.followed is not None and readable and status in (400, 404, 405, 410):
            yield Finding(
                f"the object just made in {life.place}",
                f"status {life.followed.status}",
                "header Location",
                life.followed.exchange,
            )


@check(requests=0)
def changes_can_be_read(survey: Survey) -> Findings:
    """Gives the new values after a change was accepted."""
    for life in _made(survey):
        if life.reread is None or not life.reread.ok:
            continue
        for name, sent, held in differences(life.change, document(life.reread)):
            if not _same_value(sent, held):
                yield Finding(
                    f"{name} in {life.place} as it was changed",
                    f"{shown(held)} for {shown(sent)}",
                    f"/{name}",
                    life.reread.exchange,
                )


@check(requests=0)
def changes_are_idempotent(survey: Survey) -> Findings:
    """Leaves an object as it is when the same PUT comes again (RFC 9110, 9.2.2)."""
    for life in _made(survey):
        again = life.changed_again
        if again is None or again.request.method != "PUT" or life.reread is None or life.third is None:
            continue
        if differences(life.change, document(life.reread)):
            continue
        if again.status >= 400 and again.status not in (409, 412, 429):
            yield Finding(
                f"the same PUT in {life.place} accepted again",
                f"status {again.status}",
                life.place,
                again.exchange,
            )
            continue
        changed = differences(life.change, document(life.third))
        if changed:
            name, sent, held = changed[0]
            yield Finding(
                f"the same {name} in {life.place} after the same PUT",
                f"{shown(held)} for {shown(sent)}",
                f"/{name}",
                life.third.exchange,
            )


@check(requests=0)
def removed_objects_are_gone(survey: Survey) -> Findings:
    """Gives and lists an object that was removed no more, or gives it as removed."""
    for life in _made(survey):
        if life.after is not None and life.after.status in (404, 410) and _still_listed(life):
            yield Finding(
                f"no object in the list {life.place} that is gone: status {life.after.status}",
                "the removed object, as it was",
                life.place,
                life.listed_after.exchange if life.listed_after else None,
            )
        if life.after is None or not life.after.ok:
            continue
        before = life.third or life.reread or life.read
        if before is not None and item(document(before)) == item(document(life.after)):
            yield Finding(
                f"no object of {life.place} after its removal, or one marked as removed",
                f"status {life.after.status} and the same object",
                life.place,
                life.after.exchange,
            )


@check(requests=0)
def same_key_makes_one_object(survey: Survey) -> Findings:
    """Makes one object for a request that comes twice under one idempotency key."""
    for life in _keyed(survey):
        again = life.same_key
        if again is not None and again.ok:
            second = identity(document(again), life.name, again)
            if second and second != life.id:
                yield Finding(
                    f"the object of {life.place} that the key made before",
                    "another object",
                    "header Idempotency-Key",
                    again.exchange,
                )


@check(requests=0)
def key_stands_for_one_request(survey: Survey) -> Findings:
    """Refuses another request under an idempotency key that was used."""
    for life in _keyed(survey):
        other, again = life.other_key, life.same_key
        if other is None or not other.ok or again is None:
            continue
        if identity(document(again), life.name, again) == life.id:
            yield Finding(
                f"a refusal in {life.place} of another request under a used key",
                f"status {other.status}",
                "header Idempotency-Key",
                other.exchange,
            )


def _still_listed(life: Life) -> bool:
    """Whether a list gives an object after its removal just as it was last read."""
    reads = (life.third, life.reread, life.read)
    latest = next((read for read in reads if read is not None and read.ok), None)
    if latest is None or life.listed_after is None or not life.listed_after.ok:
        return False
    held = item(document(latest))
    named = [r for r in rows(document(life.listed_after)) if str(r.get(life.name, r.get("id"))) == life.id]
    return any(all(held.get(name, value) == value for name, value in row.items()) for row in named)


def _keyed(survey: Survey) -> list[Life]:
    found = [life for life in _made(survey) if life.same_key is not None]
    needs(bool(found), "no described operation takes an idempotency key")
    return found


@check(requests=0)
def unchanged_objects_are_not_sent_again(survey: Survey) -> Findings:
    """Answers 304 to If-None-Match with the current ETag, where 304 is described (RFC 9110, 13.1.2)."""
    for life in _made(survey):
        reader = survey.contract.item_of(life.collection, "GET")
        if life.unchanged is None or reader is None or "304" not in reader.operation.responses:
            continue
        if life.unchanged.status == 200:
            yield Finding(
                f"status 304 for an unchanged object of {life.place}",
                "status 200 and the object",
                "header If-None-Match",
                life.unchanged.exchange,
            )


@check(requests=0)
def stale_changes_are_refused(survey: Survey) -> Findings:
    """Refuses a change whose If-Match names another state than the current one (RFC 9110, 13.1.1)."""
    for life in _made(survey):
        if life.stale is not None and life.stale.ok:
            yield Finding(
                f"status 412 for a change in {life.place} under a foreign ETag",
                f"status {life.stale.status}",
                "header If-Match",
                life.stale.exchange,
            )


def _same_value(sent: object, held: object) -> bool:
    """Whether two values mean the same: numbers by value, instants and texts by what they say."""
    if isinstance(sent, str) and isinstance(held, str):
        return sent.strip().casefold() == held.strip().casefold() or _masked(held)
    if isinstance(sent, list | dict):
        return True
    return str(sent) == str(held)


def _masked(text: str) -> bool:
    return "*" in text or "•" in text or "xxx" in text.lower()
