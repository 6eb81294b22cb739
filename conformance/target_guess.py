"""What a bank's own API description lets one guess of how the bank speaks; a person corrects the guesses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.document import resolve
from conformance.openapi import ApiDescription, ApiOperation
from conformance.target_names import KINDS, SYNONYMS

Members = Mapping[str, Any]
"""The members of an object, each with its schema."""

_LANGUAGES = {"en": r"^en", "tc": r"zh[-_]?(hk|tw|hant)|^tc$|^zht", "sc": r"zh[-_]?(cn|hans)|^sc$|^zhs"}
_CURSORS = ("cursor", "after", "pagetoken", "nexttoken", "continuation", "startingafter", "nextpagetoken")
_SIZES = ("limit", "pagesize", "size", "perpage", "maxitems", "pagelimit", "top", "count")
_NUMBERS = ("page", "pagenumber", "pageno", "pageindex", "pageidx")
_OFFSETS = ("offset", "skip", "startrow", "rowoffset", "startindex", "pageoffset")
_TOTAL = re.compile(
    r"total( (count|elements|items|records|results|resources|rows|number))?|(item|row|record)s? count"
)
_ENDS = {
    "en": ("EN", "En", "en", "Eng", "eng"),
    "tc": ("TC", "Tc", "tc", "HK", "TW", "Chi", "chi"),
    "sc": ("SC", "Sc", "sc", "CN"),
}
"""How the names of members end that hold one text in several languages."""
_NESTED = ("address", "district", "latitude", "longitude", "phone")
"""Fields that banks put into an object within the row."""
_INNER = ("attributes", "properties")
"""Members that hold what a row says, in JSON:API and GeoJSON."""
_ABOVE = ("base", "unit", "last_updated")
"""Fields that banks say once for a whole list."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows stand: ``steps`` of a walk, and for each of them, the row last, its members."""

    steps: tuple[str, ...]
    members: tuple[Members, ...]


@dataclass(frozen=True, slots=True)
class Guesses:
    """Reads one description; the guesses are lines of a bank file, empty where nothing can be guessed."""

    api: ApiDescription

    def authentication(self) -> str:
        """The way in which most operations are secured, of those that a file can name."""
        pair = self._pair()
        if len(pair) > 1:
            named = ", ".join(
                f'{_quoted(n)}: "env:BANK_{w}"' for n, w in zip(pair, ("ID", "SECRET"), strict=False)
            )
            return f"{{kind: header-pair, headers: {{{named}}}}}"
        for name, scheme in self.api.security_schemes.items():
            if not isinstance(scheme, Mapping):
                continue
            kind, flows = scheme.get("type"), scheme.get("flows") or {}
            if kind == "apiKey" and scheme.get("in") == "header":
                header = scheme.get("name", name)
                return f'{{kind: header-key, header: {_quoted(header)}, value: "env:BANK_KEY"}}'
            token_url = scheme.get("tokenUrl") or (flows.get("clientCredentials") or {}).get("tokenUrl")
            if kind == "oauth2" and token_url and "authorizationCode" not in flows:
                return (
                    f"{{kind: oauth2-client-credentials, token_url: {_quoted(token_url)}, "
                    'client_id: "env:BANK_ID", client_secret: "env:BANK_SECRET", style: form}'
                )
        return ""

    def _pair(self) -> list[str]:
        """The header fields that have to come together."""
        for operation in self.api.operations:
            for needed in operation.security or ():
                schemes = [self.api.security_schemes.get(name) for name in needed]
                found = [s["name"] for s in schemes if isinstance(s, Mapping) and s.get("in") == "header"]
                if len(found) > 1:
                    return found
        return []

    def choices(self, operation: ApiOperation) -> Iterator[tuple[str, str]]:
        """Each query parameter with each of its listed values: how one list is asked for one kind of rows."""
        for parameter in operation.parameters:
            if parameter.place == "query" and parameter.schema:
                schema = self._schema(parameter.schema.schema)
                inner = self._members(schema) if parameter.style == "deepObject" else {}
                parts = {f"{parameter.name}[{name}]": self._schema(part) for name, part in inner.items()}
                for name, part in (parts or {parameter.name: schema}).items():
                    yield from ((name, str(value)) for value in part.get("enum", ()))

    def needed(self, operation: ApiOperation) -> dict[str, str]:
        """The query parameters without which an operation answers nothing, where their values are known."""
        found = {}
        for parameter in operation.parameters:
            schema = self._schema(parameter.schema.schema) if parameter.schema else {}
            known = [
                *schema.get("enum", ()),
                *parameter.examples,
                *([schema["default"]] if "default" in schema else []),
            ]
            if parameter.place == "query" and parameter.required and known:
                found[parameter.name] = str(known[0])
        return found

    def language(self, operation: ApiOperation) -> str:
        """How a language is chosen in an operation; empty where its parameters name none."""
        for parameter in operation.parameters:
            schema = self._schema(parameter.schema.schema) if parameter.schema else {}
            said = [str(v) for v in (*schema.get("enum", ()), *parameter.examples)]
            spelt = {name: v for name, like in _LANGUAGES.items() for v in said if re.search(like, v.lower())}
            if parameter.place == "header" and parameter.name.lower() == "accept-language":
                spelt = spelt or {"en": "en-HK", "tc": "zh-HK", "sc": "zh-CN"}
                return f"{{header: {parameter.name}, values: {_flow(spelt)}}}"
            if parameter.place == "query" and len(spelt) > 1:
                return f"{{query: {_quoted(parameter.name)}, values: {_flow(spelt)}}}"
            if parameter.place == "path" and len(spelt) > 1:
                return f"{{placeholder: {_quoted(parameter.name)}, values: {_flow(spelt)}}}"
        return ""

    def spoken_in_path(self, operation: ApiOperation) -> bool:
        """Whether the places of a path are that of a language alone."""
        places = re.findall(r"\{([^{}]+)\}", operation.path)
        return len(places) == 1 and f"placeholder: {_quoted(places[0])}" in self.language(operation)

    def beside(self, rows: Rows) -> Mapping[str, str]:
        """How the names of members end that stand side by side, one for each language; empty without any."""
        members = rows.members[-1]
        for inner in members.values():
            spoken = self._tongues(inner)
            if spoken:
                return spoken
        for name in members:
            for english in _ENDS["en"]:
                stem = name.removesuffix(english)
                if stem == name or not stem:
                    continue
                ends = {"en": english}
                for language in ("tc", "sc"):
                    end = next((e for e in _ENDS[language] if stem + e in members), "")
                    ends |= {language: end} if end else {}
                if len(ends) > 1:
                    return ends
        return {}

    def _tongues(self, schema: Any) -> dict[str, str]:
        """The members of an object that holds one text in several languages, and nothing else."""
        names = list(self._members(self._schema(schema)))
        spoken = {own: n for n in names for own, like in _LANGUAGES.items() if re.search(like, n.lower())}
        return spoken if len(spoken) > 1 and len(spoken) == len(names) else {}

    def paging(self, operation: ApiOperation) -> str:
        """How the pages of a list are asked for, where its parameters say so."""
        asked = [p for p in operation.parameters if p.place == "query"]
        names = {re.sub("[^a-z0-9]", "", p.name.lower()): p.name for p in asked}
        held = {p.name: self._schema(p.schema.schema) for p in asked if p.schema}
        size = next((f", size_parameter: {_quoted(names[n])}" for n in _SIZES if n in names), "")
        largest = next((held.get(names[n], {}).get("maximum") for n in _SIZES if n in names), None)
        most = f", largest: {largest}" if isinstance(largest, int) and largest < 10_000 else ""
        total = self._named(operation, lambda name: bool(_TOTAL.fullmatch(words(name))))
        size += f", total: {total}" if total else ""
        for name in _CURSORS:
            following = ""
            if name in names:
                following = self._named(
                    operation, lambda name: bool(re.match(r"next|cursor|after", name, re.IGNORECASE))
                )
            if following:
                return f"{{kind: cursor, parameter: {_quoted(names[name])}, next: {following}{size}}}"
        for name in _NUMBERS:
            if name in names:
                given = held.get(names[name], {})
                first = ", base: 0" if 0 in (given.get("minimum"), given.get("default")) else ""
                return f"{{kind: page, parameter: {_quoted(names[name])}{first}{size}{most}}}"
        for name in _OFFSETS:
            if name in names:
                return f"{{kind: offset, parameter: {_quoted(names[name])}{size}{most}}}"
        return ""

    def rows(self, operation: ApiOperation) -> Rows | None:
        """The outermost list of objects in a successful answer, and the lists that wrap nothing else."""
        schema = self._answer(operation)
        if schema is None:
            return None
        steps: list[str] = []
        members: list[Members] = [self._members(schema)]
        while (found := self._list(schema)) is not None and len(steps) < 6:
            step, schema = found
            steps.append(step)
            members.append(self._members(schema))
            plain = [name for name in members[-1] if self._list(self._schema(members[-1][name])) is None]
            if len(plain) > 2 or len(members[-1]) - len(plain) != 1:
                break
        return Rows(tuple(steps), tuple(members)) if steps else None

    def fields(self, function: str, canonical: Mapping[str, Any], rows: Rows) -> Iterator[tuple[str, str]]:
        """Each canonical field of a function that can be guessed, with how it is read."""
        for name, schema in canonical.get("properties", {}).items():
            said = rows.members[-1].get(name)
            if name == "type" and {"enum", "const"} & self._schema(said).keys():
                continue  # a code of what the row is, rather than words for customers
            if name == "kind" and function in KINDS:
                yield name, f"{{constant: {KINDS[function]}}}"
                continue
            for up, members in enumerate(reversed(rows.members)):
                if up == len(rows.steps) and name not in _ABOVE:
                    continue
                member = _meant(name, members)
                if member is not None and not up and self._tongues(members[member]):
                    yield name, _quoted(f"{_path('$', member)}.{{lang}}")
                    break
                fits = member is not None and self._fits(schema, self._schema(members[member]))
                if member is not None and fits:
                    yield name, _source(member, up, schema, self._schema(members[member]))
                    break
            else:
                elsewhere = self._elsewhere(name, schema, rows)
                if elsewhere:
                    yield name, elsewhere

    def _elsewhere(self, name: str, schema: Mapping[str, Any], rows: Rows) -> str:
        """A field whose member has a language at the end of its name, or stands in an object of the row."""
        members = rows.members[-1]
        ends = self.beside(rows)
        if ends:
            stems = {m.removesuffix(ends["en"]): m for m in members if m.endswith(ends["en"])}
            stem = _meant(name, stems)
            if stem is not None and self._fits(schema, self._schema(members[stems[stem]])):
                return _quoted(_path("$", stem) + "{lang}") if re.fullmatch(r"\w+", stem) else ""
        for up, step in enumerate(reversed(rows.steps) if name == "currency" else ()):
            if step.endswith(".*"):
                return f"{{key: true, up: {up}}}"
        for outer, inner in members.items():
            held = self._members(self._schema(inner))
            if name in ("latitude", "longitude") and "coordinates" in held:
                at = f"{_path('$', outer)}.coordinates[{int(name == 'latitude')}]"
                return f"{{from: {_quoted(at)}, as: decimal}}"
            if name not in _NESTED and outer not in _INNER:
                continue
            member = _meant(name, held)
            if member is not None and self._fits(schema, self._schema(held[member])):
                found = _source(member, 0, schema, self._schema(held[member]))
                return found.replace("$.", f"{_path('$', outer)}.", 1)
        return ""

    def _fits(self, canonical: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
        """Whether a member can be what a canonical field is: objects and their lists are left to a person."""
        if canonical.get("type") == "object" or self._members(canonical.get("items") or {}):
            return False
        kind = own.get("type")
        if self._members(self._schema(own.get("items"))):
            return False
        return kind != "object" and (kind != "array" or canonical.get("type") == "array")

    def _answer(self, operation: ApiOperation) -> Mapping[str, Any] | None:
        response = operation.response_for(200)
        for media, schema in (response.content if response else {}).items():
            if "json" in media and schema is not None:
                return self._schema(schema.schema)
        return None

    def _named(self, operation: ApiOperation, fits: Callable[[str], bool]) -> str:
        """The JSONPath of the nearest member of the answer whose name fits; empty without any."""
        waiting = [("$", self._answer(operation) or {})]
        while waiting:
            path, schema = waiting.pop(0)
            for name, inner in self._members(schema).items():
                if fits(name) and "properties" not in self._schema(inner):
                    return _path(path, name)
                if path.count(".") < 2 and "properties" in self._schema(inner):
                    waiting.append((_path(path, name), self._schema(inner)))
        return ""

    def _list(self, schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
        """The nearest list of objects in a schema: its step, and the schema of its elements."""
        waiting = [("$", schema)]
        while waiting:
            path, node = waiting.pop(0)
            if "items" in node:
                inner = self._schema(node["items"])
                return (f"{path}[*]", inner) if self._members(inner) else None
            keyed = self._schema(node.get("additionalProperties"))
            if self._members(keyed) and not self._members(node):
                return f"{path}.*", keyed
            if path.count(".") < 4:
                waiting += [(_path(path, name), self._schema(s)) for name, s in self._members(node).items()]
        return None

    def _members(self, schema: Mapping[str, Any]) -> Members:
        members = schema.get("properties")
        return members if isinstance(members, Mapping) else {}

    # One reference leads to one schema; a description that turns in circles ends at the depth.
    def _schema(self, schema: Any, depth: int = 12) -> Mapping[str, Any]:
        """A schema with its reference followed, the parts of ``allOf`` joined, and null left out."""
        if not isinstance(schema, Mapping) or not depth:
            return {}
        if isinstance(ref := schema.get("$ref"), str) and ref.startswith("#"):
            try:
                return self._schema(resolve(self.api.document, ref[1:]), depth - 1)
            except LookupError:
                return {}
        ways = [way for key in ("anyOf", "oneOf") for way in schema.get(key, ()) if way != {"type": "null"}]
        parts = [self._schema(part, depth - 1) for part in (*schema.get("allOf", ()), *ways[:1])]
        joined: dict[str, Any] = {}
        for part in (*parts, schema):
            members = {**joined.get("properties", {}), **(part.get("properties") or {})}
            joined = {**joined, **part, **({"properties": members} if members else {})}
        return joined


def words(name: str) -> str:
    """A member name as plain words: ``BankBuyRate``, ``bank_buy_rate`` and ``bank-buy-rate`` are one."""
    apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3 \2\4", name)
    return " ".join(re.findall(r"[a-z0-9]+", apart.lower()))


def _meant(canonical: str, members: Members) -> str | None:
    """The member that is meant by a canonical name."""
    spelt = {words(name): name for name in reversed(list(members))}
    known = (canonical.replace("_", " "), *SYNONYMS.get(canonical, ()))
    return next((spelt[each] for each in known if each in spelt), None)


def _source(member: str, up: int, canonical: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    path = _path("$", member)
    changed = {"decimal": "decimal", "date-time": "instant"}.get(str(canonical.get("format")), "")
    if canonical.get("type") == "integer" and own.get("type") == "string":
        changed = "integer"
    if canonical.get("type") == "string" and own.get("type") in ("integer", "number") and not changed:
        changed = "text"
    if changed == "instant" and own.get("format") == "date-time":
        changed = ""
    if canonical.get("type") == "array" and own.get("type") != "array":
        return f"[{path}]"
    if not up and not changed:
        return path
    above = f"up: {up}, " if up else ""
    return f"{{{above}from: {path}{f', as: {changed}' if changed else ''}}}"


def _path(at: str, name: str) -> str:
    return f"{at}.{name}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else f"{at}['{name}']"


def _flow(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {_quoted(value)}" for name, value in values.items()) + "}"


def _quoted(value: Any) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
