"""The life of an object: made, read, listed, changed, changed again, removed, and asked for once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.answer import Answer
from conformance.generate import seed
from conformance.generate.call import Call
from conformance.generate.contract import Scoped
from conformance.generate.pool import item, rows
from conformance.generate.survey import Survey, Trial, document, identity
from conformance.model import Request


@dataclass
class Life:
    """One object of one collection. Steps that the API does not have, or that were refused, are None."""

    collection: Scoped
    body: Any
    trials: list[Trial] = field(default_factory=list)
    id: str = ""
    name: str = ""
    made: Answer | None = None
    read: Answer | None = None
    listed: Answer | None = None
    followed: Answer | None = None
    unchanged: Answer | None = None
    changed: Answer | None = None
    reread: Answer | None = None
    changed_again: Answer | None = None
    third: Answer | None = None
    stale: Answer | None = None
    change: Any = None
    same_key: Answer | None = None
    other_key: Answer | None = None
    removed: Answer | None = None
    after: Answer | None = None
    listed_after: Answer | None = None

    @property
    def place(self) -> str:
        """The collection's path, for findings."""
        return self.collection.operation.path


def steps(survey: Survey) -> tuple[Life, ...]:
    """The lives of one object of every collection that lets objects be made and read, once in a round."""
    found: tuple[Life, ...] = survey.once("lives", lambda: _lives(survey))
    return found


def _lives(survey: Survey) -> tuple[Life, ...]:
    if not survey.contract.writes:
        return ()
    found = []
    for scoped in survey.contract.operations:
        held = survey.seeds.get(scoped.name)
        reader = survey.contract.item_of(scoped, "GET")
        if scoped.operation.method == "POST" and held is not None and reader is not None:
            found.append(_Walk(survey, Life(scoped, held.call.body), held.call, reader).walked())
    return tuple(found)


class _Walk:
    """Sends the steps of one life, in order."""

    def __init__(self, survey: Survey, life: Life, call: Call, reader: Scoped) -> None:
        self.survey, self.life, self.call, self.reader = survey, life, call, reader

    def _sent(self, call: Call, scoped: Scoped) -> Answer | None:
        answer = self.survey.attempt(call, scoped)
        if answer is not None:
            self.life.trials.append(Trial(scoped, "chain", call, answer))
        return answer

    def walked(self) -> Life:
        life, survey, collection = self.life, self.survey, self.life.collection
        first = seed.renewed(self.call, collection, "life")
        life.made = self._sent(first, collection)
        if life.made is None or not life.made.ok:
            return life
        life.name = self.reader.operation.path.rpartition("{")[2].rstrip("}")
        life.id = identity(document(life.made), life.name, life.made)
        if not life.id:
            return life
        self._keys(first)
        read = Call(self.reader.operation, {**self.call.path, life.name: life.id})
        life.read = self._sent(read, self.reader)
        self._location()
        life.listed = self._list()
        if life.read is not None and life.read.ok:
            tag = life.read.header("ETag")
            if tag:
                life.unchanged = self._sent(read.with_header("If-None-Match", tag), self.reader)
            self._change(read)
        remover = survey.contract.item_of(collection, "DELETE")
        if remover is not None:
            gone = Call(remover.operation, read.path)
            life.removed = self._sent(gone, remover)
            if life.removed is not None and life.removed.ok:
                life.after = self._sent(read, self.reader)
                life.listed_after = self._list()
                self._sent(gone, remover)
        return life

    def _keys(self, first: Call) -> None:
        """The same request under its key once more, and another one under the same key."""
        life, collection = self.life, self.life.collection
        if not any(seed.once_only(name) for name, _ in first.headers):
            return
        life.same_key = self._sent(first, collection)
        other = varied(life.body, collection)
        if other is not None:
            life.other_key = self._sent(first.with_body(other), collection)

    def _location(self) -> None:
        life = self.life
        where = life.made.header("Location") if life.made else None
        if not where or life.made is None:
            return
        from urllib.parse import urljoin

        url = urljoin(life.made.request.url, where)
        if life.read is not None and url == life.read.request.url:
            life.followed = life.read
            return
        if self.survey.tsp.knows(url):
            asked = Request("GET", url, (("Accept", "application/json"),))
            life.followed = self.survey.tsp.send(self.survey.tsp.authorized(asked))

    def _list(self) -> Answer | None:
        """The collection's list, as long as it is given at once."""
        lister = self.survey.contract.named("GET", self.life.collection.operation.path)
        held = self.survey.seeds.get(lister.name) if lister else None
        if lister is None or held is None:
            return None
        return self._sent(largest(held.call, lister), lister)

    def _change(self, read: Call) -> None:
        life, survey = self.life, self.survey
        method = next((m for m in ("PUT", "PATCH") if survey.contract.item_of(life.collection, m)), "")
        changer = survey.contract.item_of(life.collection, method) if method else None
        if changer is None or not isinstance(life.body, Mapping):
            return
        held = survey.seeds.get(changer.name)
        body = held.call.body if held is not None and isinstance(held.call.body, Mapping) else life.body
        life.change = varied(body, changer) or body
        media = held.call.media_type if held is not None else self.call.media_type
        call = Call(changer.operation, read.path, body=life.change, media_type=media)
        if held is not None:
            call = replace(call, headers=held.call.headers, query=held.call.query)
        life.changed = self._sent(call, changer)
        if life.changed is None or not life.changed.ok:
            return
        life.reread = self._sent(read, self.reader)
        life.changed_again = self._sent(call, changer)
        life.third = self._sent(read, self.reader)
        if any(p.name.lower() == "if-match" for p in changer.operation.parameters):
            life.stale = self._sent(call.with_header("If-Match", '"conformance-stale"'), changer)


def largest(call: Call, lister: Scoped) -> Call:
    """The call of a list with the largest page that is described."""
    for parameter in lister.operation.parameters:
        if parameter.place == "query" and is_size(parameter.name) and parameter.schema is not None:
            schema = parameter.schema.schema
            most = schema.get("maximum") if isinstance(schema, Mapping) else None
            if not isinstance(most, int) and isinstance(schema, Mapping) and "$ref" in schema:
                from conformance.generate import keywords

                most = keywords.flat(lister.document, schema).get("maximum")
            if isinstance(most, int):
                return call.with_query(parameter.name, str(most))
    return call


def is_size(name: str) -> bool:
    """Whether a query parameter is the size of a page, by its name."""
    plain = name.lower().replace("_", "").replace("-", "").replace("[", "").replace("]", "")
    return plain in ("limit", "pagesize", "perpage", "size", "pagelimit", "maxresults", "top")


def varied(body: Any, scoped: Scoped) -> Any:
    """The body with one text member changed so that the description still allows it; None if none can be."""
    from conformance.generate import keywords, sample
    from conformance.openapi import BadSchema
    from conformance.schema import Direction

    schema = next((s for name, s in scoped.operation.bodies.items() if "json" in name), None)
    if schema is None or not isinstance(body, Mapping):
        return None
    members = keywords.properties(scoped.document, keywords.flat(scoped.document, schema.schema))
    likely = sorted(
        body, key=lambda n: 0 if any(w in n.lower() for w in ("name", "note", "text", "label")) else 1
    )
    for name in likely:
        value, inner = body[name], members.get(name, {})
        if not isinstance(value, str) or "enum" in inner or "format" in inner or name.lower().endswith("id"):
            continue
        longer = sample.text({**inner, "minLength": len(value) + 1}) if "pattern" in inner else f"{value} B"
        for candidate in (longer, value[:-1], value[:-1] + ("2" if value[-1:] != "2" else "3")):
            changed = {**body, name: candidate}
            try:
                if candidate != value and schema.validator(Direction.REQUEST).valid(changed):
                    return changed
            except BadSchema:
                return None
    return None


def listed_ids(answer: Answer | None, name: str) -> list[str]:
    """The identifiers of the objects in a list."""
    found = []
    for row in rows(document(answer)) if answer is not None and answer.ok else ():
        value = row.get(name, row.get("id"))
        if value is not None:
            found.append(str(value))
    return found


def differences(sent: Any, came: Any) -> list[tuple[str, Any, Any]]:
    """Members of an object that came back with another value than was sent, not those left out."""
    if not isinstance(sent, Mapping):
        return []
    held = item(came)
    return [(name, value, held[name]) for name, value in sent.items() if name in held and held[name] != value]
