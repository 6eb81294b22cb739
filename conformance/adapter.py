"""From a bank's own shape to canonical rows, each value with its JSON Pointer.

A mapping walks from the document to its rows in steps of RFC 9535 JSONPath, each relative to the node that
the step before found; a field reads from the row or from an earlier node, ``up`` steps above it. What the
mapping cannot read is a finding with its place in the bank's document, never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.document import shown
from conformance.errors import ConfigurationError
from conformance.fields import Field, Node, Nodes, Notes, Source, plain_value, read_object, walk
from conformance.mapping import parse_fields, parse_steps
from conformance.model import Language
from conformance.path import Path, compiled
from conformance.row import Row, Rows
from conformance.transform import ABSENT
from conformance.written import written

__all__ = ["Row", "RowMapping", "Rows"]


@dataclass(frozen=True, slots=True)
class Column:
    """A language written in the rows: its path, read from the row or the nearest earlier node that has it."""

    path: Path
    languages: Mapping[str, Language]

    def of(self, nodes: Nodes, notes: Notes) -> Language | None:
        """The language of a row; None, with a problem noted, when it is none of those declared."""
        for node in reversed(nodes):
            found = self.path.find(node.value)
            if found:
                written = found[0].value
                if isinstance(written, str) and written in self.languages:
                    return self.languages[written]
                at = Node(node.parts + found[0].parts, written).pointer
                notes.problem(f"one of the languages {', '.join(self.languages)}", shown(written), at)
                return None
        wanted = self.path.names[-1] if self.path.names else self.path.text
        hint = f"a row with its language in {wanted} (a list without one is declared as language: none)"
        notes.problem(hint, "none", nodes[-1].pointer)
        return None


@dataclass(frozen=True, slots=True)
class RowMapping:
    """How one function of one bank is read. ``fields`` is None when its rows are canonical already."""

    steps: tuple[Path, ...]
    fields: Mapping[str, Field] | None = None
    column: Column | None = None
    names: frozenset[str] = field(default_factory=frozenset)
    """The member names that the mapping reads."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """The JSON Schema of a row, by which numbers are written as it has them."""
    tongues: Mapping[Language, RowMapping] = field(default_factory=dict)
    """The mapping of each language, where members of other names hold it."""

    @classmethod
    def parse(cls, rows: Any, fields: Any = None, language: Any = None, at: str = "") -> RowMapping:
        """A mapping from the ``rows`` and ``fields`` of a target file, without ``fields`` canonical rows.

        ``language`` is ``{column: JSONPath, values: {en: …, tc: …, sc: …}}`` where rows of several languages
        come in one list; a value may be a list of spellings; or ``{placeholder: name, values: …}`` where
        ``{name}`` in a path stands for the spelling of the language that is read. ``at`` is the key path
        that messages begin with. Raises ``ConfigurationError`` with every problem.
        """
        if isinstance(language, Mapping) and "placeholder" in language:
            place, spelled = f"{{{language['placeholder']}}}", language["values"]
            parsed = {
                each: cls.parse(_put(place, word, rows), _put(place, word, fields), None, at)
                for each in Language
                if (word := spelled.get(each.value)) is not None
            }
            known = frozenset[str]().union(*(mapping.names for mapping in parsed.values()))
            tongues = {each: replace(mapping, names=known) for each, mapping in parsed.items()}
            return replace(next(iter(tongues.values())), tongues=tongues)
        at = f"{at}." if at else ""
        problems: list[str] = []
        steps: tuple[Path, ...] = ()
        read: dict[str, Field] | None = None
        column: Column | None = None
        try:
            steps = parse_steps(rows, f"{at}rows")
        except ConfigurationError as error:
            problems += error.problems
        try:
            read = None if fields is None else parse_fields(fields, f"{at}fields", len(steps) or 99)
        except ConfigurationError as error:
            problems += error.problems
        try:
            column = None if language is None else _column(language, f"{at}language")
        except ConfigurationError as error:
            problems += error.problems
        if problems:
            raise ConfigurationError(*problems)
        paths = [*steps, *(path for inner in (read or {}).values() for path in inner.paths())]
        names = frozenset(name for path in paths for name in path.names if isinstance(name, str))
        return cls(steps, read, column, names)

    @classmethod
    def canonical(cls, path: str = "$.data[*]") -> RowMapping:
        """The mapping of a bank that speaks the canonical API: every row as it is."""
        return cls((compiled(path),))

    def of_schema(self, schema: Mapping[str, Any]) -> RowMapping:
        """The same for rows of a JSON Schema."""
        tongues = {name: replace(mapping, schema=schema) for name, mapping in self.tongues.items()}
        return replace(self, schema=schema, tongues=tongues)

    @property
    def of_values(self) -> bool:
        """Whether rows are values, such as the balances of one object: a field then reads ``$``, the row."""
        return any(isinstance(each, Source) and each.whole for each in (self.fields or {}).values())

    def read(self, document: Any, language: Language | None = None) -> Rows:
        """The rows of a parsed document, in its order.

        Where rows carry their language, those of ``language`` alone, or all when it is None; where members
        do, their texts of ``language``; elsewhere ``language`` is what the document was asked for in.
        """
        if language is not None and language in self.tongues:
            return self.tongues[language].read(document, language)
        notes = Notes(self.names)
        rows: list[Row] = []
        for nodes in walk(self.steps, (Node((), document),), notes, top=True):
            row = self._row(nodes, language, notes)
            if row is not None:
                rows.append(row)
        # Without any row, a name on the way that is nearly the right one is what hides them.
        hidden = () if rows or notes.problems else tuple(notes.slips.values())
        return Rows(tuple(rows), (*notes.problems, *hidden), tuple(notes.slips.values()))

    def _row(self, nodes: Nodes, language: Language | None, notes: Notes) -> Row | None:
        node = nodes[-1]
        if not isinstance(node.value, dict) and not (self.of_values and plain_value(node.value)):
            notes.problem("a value" if self.of_values else "an object", shown(node.value), node.pointer)
            return None
        spoken = language
        if self.column is not None:
            spoken = self.column.of(nodes, notes)
            if spoken is None or language not in (None, spoken):
                return None
        if self.fields is None:
            return Row(node.value, {"": node.pointer}, node.pointer, spoken, frozenset({""}))
        notes.places, notes.verbatim, notes.unread = {}, set(), set()
        value = read_object(self.fields, nodes, "", notes)
        if value is ABSENT:
            notes.problem(f"at least one of {', '.join(self.fields)}", shown(node.value), node.pointer)
            return None
        value = written(value, self.schema)
        return Row(
            value, notes.places, node.pointer, spoken, frozenset(notes.verbatim), frozenset(notes.unread)
        )


def _put(place: str, spelling: str, given: Any) -> Any:
    """What a file says of rows and fields, with a spelling in the place that stands for it."""
    if isinstance(given, str):
        return given.replace(place, spelling)
    if isinstance(given, Mapping):
        return {name: _put(place, spelling, inner) for name, inner in given.items()}
    return [_put(place, spelling, inner) for inner in given] if isinstance(given, list | tuple) else given


def _column(given: Any, at: str) -> Column:
    if not isinstance(given, Mapping) or set(given) != {"column", "values"}:
        raise ConfigurationError(
            f"{at}: expected column (a JSONPath) and values (language: the bank's spelling)"
        )
    languages: dict[str, Language] = {}
    if not isinstance(given["values"], Mapping) or not given["values"]:
        raise ConfigurationError(f"{at}.values: expected for example {{en: en-US, tc: zh-TW, sc: zh-CN}}")
    for name, spelling in given["values"].items():
        try:
            language = Language(str(name))
        except ValueError:
            raise ConfigurationError(
                f"{at}.values.{name}: unknown language; there are en, tc and sc"
            ) from None
        languages |= {
            str(word): language for word in (spelling if isinstance(spelling, list) else [spelling])
        }
    try:
        return Column(compiled(given["column"]), languages)
    except ConfigurationError as error:
        raise ConfigurationError(*(f"{at}.column: {problem}" for problem in error.problems)) from None
