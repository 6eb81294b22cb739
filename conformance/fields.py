"""The fields of a mapping at work: each reads its canonical value and notes where it stood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from conformance.document import kind, pointer, shown
from conformance.model import Finding
from conformance.path import Parts, Path, compiled
from conformance.slip import slip_of
from conformance.transform import ABSENT, Apply, Unreadable

MAX_PROBLEMS = 100
"""Findings that one document may give; a bank that breaks every row is told so often enough."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document and its path from the root."""

    parts: Parts
    value: Any

    @property
    def pointer(self) -> str:
        return pointer(self.parts)


Nodes = tuple[Node, ...]
"""The document, then the node of each step of the walk; the last is the row."""


@dataclass(slots=True)
class Notes:
    """What is learnt while a document is read. ``names`` are the member names that the mapping knows."""

    names: frozenset[str]
    problems: list[Finding] = field(default_factory=list)
    slips: dict[str, Finding] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    verbatim: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    """Canonical places whose value came, but could not be read."""

    def problem(self, expected: str, actual: str, at: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Finding(expected, actual, at))
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(Finding("readable values", f"more than {MAX_PROBLEMS} that are not"))

    def slip(self, path: Path, node: Node) -> str | None:
        """Notes a member whose name is nearly the one that the path wants next; gives that name."""
        depth, reached = path.follow(node.value)
        if depth == len(path.names) or not isinstance(reached, dict):
            return None
        wanted = path.names[depth]
        near = slip_of(wanted, reached, self.names) if isinstance(wanted, str) else None
        if near is not None and len(self.slips) < MAX_PROBLEMS:
            place = pointer((*node.parts, *path.names[:depth], near))
            self.slips.setdefault(place, Finding(f"a member named {wanted}", shown(near), place))
        return near


class Field(Protocol):
    """One field of a mapping, compiled."""

    def read(self, nodes: Nodes, at: str, notes: Notes) -> Any:
        """The canonical value, or ``ABSENT``; notes under ``at``, its JSON Pointer, where it was read."""

    def paths(self) -> Iterable[Path]:
        """The paths that it reads."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the mapping states itself."""

    value: Any

    def read(self, nodes: Nodes, at: str, notes: Notes) -> Any:
        return self.value

    def paths(self) -> Iterable[Path]:
        return ()


@dataclass(frozen=True, slots=True)
class Source:
    """A value of the document; of several paths the first that has one. ``key`` reads the node's own name."""

    sources: tuple[Path, ...]
    up: int
    transforms: tuple[tuple[Apply, bool], ...]
    default: Any
    first: bool
    key: bool = False

    @property
    def whole(self) -> bool:
        """Whether it reads the row itself."""
        own = not self.up and not self.key
        return own and any(path.singular and not path.names for path in self.sources)

    def read(self, nodes: Nodes, at: str, notes: Notes) -> Any:
        node = nodes[len(nodes) - 1 - self.up]
        if self.key:
            name = node.parts[-1] if node.parts else ABSENT
            found = self._transformed(Node(node.parts, name), node, at, notes)
            return self.default if found is ABSENT else found
        for path in self.sources:
            matches = [
                Node(node.parts + m.parts, m.value) for m in path.find(node.value) if m.value is not None
            ]
            if not matches:
                continue
            many = not (path.singular or self.first)
            found = self._transformed(matches if many else matches[0], node, at, notes)
            if found is not ABSENT:
                return found
        for path in self.sources:
            notes.slip(path, node)
        return self.default

    def paths(self) -> Iterable[Path]:
        return self.sources

    def _transformed(self, read: Node | list[Node], node: Node, at: str, notes: Notes) -> Any:
        if isinstance(read, Node) and not self.transforms:
            notes.places[at] = read.pointer
            notes.verbatim.add(at)
            return read.value
        if isinstance(read, Node) and isinstance(read.value, list):
            read = [Node((*read.parts, index), v) for index, v in enumerate(read.value) if v is not None]
        for apply, whole in self.transforms:
            if isinstance(read, Node):
                results = list(_applied(apply, read, node, at, notes))
                if not results:
                    return ABSENT
                listed = isinstance(results[0].value, list)
                read = _spread(results[0]) if listed else results[0]
            elif not whole:
                read = [
                    part
                    for element in read
                    for result in _applied(apply, element, node, at, notes)
                    for part in (_spread(result) if isinstance(result.value, list) else [result])
                ]
        if isinstance(read, Node):
            notes.places[at] = read.pointer
            return read.value
        if not read:
            return ABSENT
        for index, element in enumerate(read):
            notes.places[f"{at}/{index}"] = element.pointer
            if not self.transforms:
                notes.verbatim.add(f"{at}/{index}")
        return [element.value for element in read]


@dataclass(frozen=True, slots=True)
class Nested:
    """An object with fields of its own, once or (with ``steps``) once for each node that its walk finds."""

    fields: Mapping[str, Field]
    steps: tuple[Path, ...] | None = None
    up: int = 0

    def read(self, nodes: Nodes, at: str, notes: Notes) -> Any:
        if self.steps is None:
            return read_object(self.fields, nodes, at, notes)
        result: list[Any] = []
        for inner in walk(self.steps, nodes[: len(nodes) - self.up], notes):
            place = f"{at}/{len(result)}"
            value = read_object(self.fields, inner, place, notes)
            if value is not ABSENT:
                notes.places[place] = inner[-1].pointer
                result.append(value)
        return result or ABSENT

    def paths(self) -> Iterable[Path]:
        yield from self.steps or ()
        for inner in self.fields.values():
            yield from inner.paths()


@dataclass(frozen=True, slots=True)
class Joined:
    """Several fields as one list."""

    parts: tuple[Field, ...]

    def read(self, nodes: Nodes, at: str, notes: Notes) -> Any:
        result: list[Any] = []
        for part in self.parts:
            own = Notes(notes.names, notes.problems, notes.slips)
            value = part.read(nodes, "", own)
            if value is ABSENT:
                continue
            listed = isinstance(value, list)
            moved = _moved if listed else _placed
            notes.places.update({at + moved(p, len(result)): s for p, s in own.places.items()})
            notes.verbatim.update(at + moved(p, len(result)) for p in own.verbatim)
            if listed and "" in own.places:
                notes.places.update(
                    {
                        f"{at}/{len(result) + index}": f"{own.places['']}/{index}"
                        for index in range(len(value))
                    }
                    if "" in own.verbatim
                    else {f"{at}/{len(result) + index}": own.places[""] for index in range(len(value))}
                )
            result += value if listed else [value]
        return result or ABSENT

    def paths(self) -> Iterable[Path]:
        for part in self.parts:
            yield from part.paths()


def plain_value(value: Any) -> bool:
    """Whether a value is a text, a number or a truth value."""
    return value is not None and not isinstance(value, dict | list)


def read_object(fields: Mapping[str, Field], nodes: Nodes, at: str, notes: Notes) -> Any:
    """The fields of one object; ``ABSENT`` when nothing but constants is there."""
    value: dict[str, Any] = {}
    told = False
    for name, inner in fields.items():
        read = inner.read(nodes, f"{at}/{name}", notes)
        if read is not ABSENT:
            value[name] = read
            told = told or not isinstance(inner, Constant)
    return value if told else ABSENT


def walk(steps: tuple[Path, ...], nodes: Nodes, notes: Notes, top: bool = False) -> Iterator[Nodes]:
    """The rows that the steps lead to. ``top`` says that the first step searches the document itself."""
    if not steps:
        yield nodes
        return
    step, node = steps[0], nodes[-1]
    matches = step.find(node.value)
    if not matches:
        _explain(step, node, notes, top)
    elif step.lists and len(matches[0].parts) > len(step.names) and isinstance(matches[0].parts[-1], str):
        parts = (*node.parts, *step.names)
        notes.problem("a list", shown(step.follow(node.value)[1]), pointer(parts))
        return
    for match in matches:
        if match.value is not None:
            yield from walk(steps[1:], (*nodes, Node(node.parts + match.parts, match.value)), notes)


def _applied(apply: Apply, read: Node, node: Node, at: str, notes: Notes) -> Iterator[Node]:
    try:
        value = apply(read.value, node.value)
    except Unreadable as error:
        label = ".".join(part for part in at.split("/") if part and not part.isdigit())
        notes.unread.add(at)
        notes.problem(f"{error.expected}, for {label}", shown(read.value), read.pointer)
    else:
        if value is not ABSENT:
            yield Node(read.parts, value)


def _spread(node: Node) -> list[Node]:
    return [Node(node.parts, value) for value in node.value]


def _moved(at: str, by: int) -> str:
    head, _, rest = at[1:].partition("/")
    return f"/{int(head) + by}{'/' + rest if rest else ''}" if head.isdigit() else ""


def _placed(at: str, index: int) -> str:
    return f"/{index}{at}"


def _explain_lists(parts: tuple[str, ...], node: Node, notes: Notes) -> None:
    """Notes at which of several lists, one in the other, a walk from the document came to nothing."""
    nodes = [node]
    for number, text in enumerate(parts):
        path, last = compiled(text), number == len(parts) - 1
        found = [Node(n.parts + m.parts, m.value) for n in nodes for m in path.find(n.value)]
        if not found:
            _explain(path, nodes[0], notes, top=True)
            return
        if last:
            return
        lists = [n for n in found if isinstance(n.value, list)]
        if not lists:
            notes.problem("a list", shown(found[0].value), found[0].pointer)
            return
        nodes = [Node((*n.parts, index), v) for n in lists for index, v in enumerate(n.value)]
        if not nodes:
            return


def _explain(step: Path, node: Node, notes: Notes, top: bool) -> None:
    if top and step.lists_on_the_way:
        _explain_lists(step.lists_on_the_way, node, notes)
        return
    depth, reached = step.follow(node.value)
    place = pointer((*node.parts, *step.names[:depth]))
    if depth == len(step.names):
        empty = reached is None or reached == {}
        if step.lists and not isinstance(reached, list) and (top or not empty):
            notes.problem("a list", shown(reached), place)
        return
    near = notes.slip(step, node)
    if top:
        wanted = step.names[depth]
        seen = f"{shown(near)} in its place" if near else shown(reached)
        notes.problem(f"an object with {shown(wanted)}", seen, place)
    elif not isinstance(reached, dict | list) and reached is not None:
        notes.problem("an object", f"{kind(reached)}, {shown(reached)}", place)
