"""One function in a target file: whether this bank offers it, how it is asked, how its rows are read."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from conformance.model import Language
from conformance.redaction import Kind, kind
from conformance.reference import JsonPath, Part, TextOrSecret
from conformance.secret import Secret

Scalar = str | int | float | bool


class Generated(Part):
    """A header value made anew for every request: a UUID, an RFC 3339 instant, an HTTP date, a Unix time."""

    generate: Literal["uuid4", "now-rfc3339", "now-http", "now-epoch", "now-epoch-ms"]

    def value(self, now: float) -> str:
        """The value at a moment, in seconds since the epoch; times are UTC."""
        if self.generate == "uuid4":
            return str(uuid.uuid4())
        if self.generate == "now-rfc3339":
            return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        if self.generate == "now-http":
            return format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
        return str(int(now * 1000) if self.generate == "now-epoch-ms" else int(now))


def _header(value: Any) -> Any:
    """A number as it would be read back; YAML takes ``1`` for a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _branch(value: Any) -> str:
    return "generated" if isinstance(value, Mapping | Generated) else "text"


_TEXT = WithJsonSchema(
    {"type": ["string", "integer"], "description": "Text, or env:NAME, file:PATH, cmd:COMMAND."}
)
HeaderValue = Annotated[
    Annotated[Generated, Tag("generated")]
    | Annotated[TextOrSecret, BeforeValidator(_header), _TEXT, Tag("text")],
    Discriminator(_branch),
]


def header_fields(headers: Mapping[str, Generated | str | Secret], now: float) -> tuple[tuple[str, str], ...]:
    """Header fields with generated values made and secrets revealed."""
    made = []
    for name, value in headers.items():
        if isinstance(value, Generated):
            made.append((name, value.value(now)))
        else:
            made.append((name, value.reveal() if isinstance(value, Secret) else value))
    return tuple(made)


def refuse_literals(headers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuses header fields that cannot be, and secrets written out under names that tell."""
    for name, value in headers.items():
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"{name!r} is no name of a header field")
        if isinstance(value, str) and ("\n" in value or "\r" in value):
            raise ValueError(f"{name}: a line break cannot stand in a header field")
        if isinstance(value, str) and kind(name) is Kind.SECRET:
            raise ValueError(
                f"{name}: a secret must not stand in the file itself; write env:NAME or file:PATH"
            )
    return headers


class LanguageChoice(Part):
    """How this bank is told a language: a header, a query parameter, a column of its rows, or a placeholder.

    ``values`` maps ``en``, ``tc``, ``sc`` to the bank's own spelling; a column may know several spellings.
    A ``placeholder`` named lang stands as ``{lang}`` where the spelling stands at this bank: in the path, in
    the body, in the names of members.
    """

    header: str = ""
    query: str = ""
    column: JsonPath | Literal[""] = ""
    placeholder: str = Field(default="", pattern="^([A-Za-z_][A-Za-z0-9_]*)?$")
    values: dict[Language, str | tuple[str, ...]] = Field(min_length=1)

    @model_validator(mode="after")
    def _one(self) -> LanguageChoice:
        if sum(map(bool, (self.header, self.query, self.column, self.placeholder))) != 1:
            raise ValueError("give exactly one of header, query, column and placeholder")
        if not self.column and any(not isinstance(spelling, str) for spelling in self.values.values()):
            raise ValueError("several spellings of a language can only be read from a column")
        return self

    @property
    def for_adapter(self) -> Mapping[str, Any] | None:
        """What ``RowMapping.parse`` takes as ``language``; None where the rows do not depend on it."""
        spelled = {k.value: v if isinstance(v, str) else list(v) for k, v in self.values.items()}
        if self.placeholder:
            return {"placeholder": self.placeholder, "values": spelled}
        if not self.column:
            return None
        return {"column": self.column, "values": spelled}


def _no_language(value: Any) -> Any:
    return {} if value == "none" else value


class NoLanguage(Part):
    """This function has one language, whatever the rest of the file says."""


Spoken = Annotated[
    Annotated[NoLanguage, Tag("none")] | Annotated[LanguageChoice, Tag("choice")],
    Discriminator(lambda value: "none" if not value or isinstance(value, NoLanguage) else "choice"),
    BeforeValidator(_no_language),
]


class NoPaging(Part):
    """Every list comes whole."""

    kind: Literal["none"] = "none"


class PagePaging(Part):
    """Numbered pages: ``first`` is the number of the first, ``largest`` the greatest size (0: not told).

    ``send: json`` puts both parameters into the JSON body of the request, by their names with dots.
    """

    kind: Literal["page"]
    parameter: str
    size_parameter: str = ""
    first: int = Field(default=1, ge=0, le=1, alias="base")
    total: JsonPath | Literal[""] = ""
    pages: JsonPath | Literal[""] = ""
    largest: int = Field(default=0, ge=0)
    send: Literal["query", "json"] = "query"


class OffsetPaging(Part):
    """Pages that begin at a row: ``parameter`` is the number of rows before it, none for the first page."""

    kind: Literal["offset"]
    parameter: str
    size_parameter: str = ""
    total: JsonPath | Literal[""] = ""
    largest: int = Field(default=0, ge=0)
    send: Literal["query", "json"] = "query"


class CursorPaging(Part):
    """The answer tells, in its body or a header field, what the next request sends as ``parameter``."""

    kind: Literal["cursor"]
    parameter: str
    next: JsonPath | Literal[""] = ""
    next_header: str = ""
    send: Literal["query", "header", "json"] = "query"
    size_parameter: str = ""
    total: JsonPath | Literal[""] = ""

    @model_validator(mode="after")
    def _one(self) -> CursorPaging:
        if bool(self.next) == bool(self.next_header):
            raise ValueError("give either next (a JSONPath) or next_header")
        return self


class LinkPaging(Part):
    """The answer gives the URL of the next page, in its body or in a ``Link`` header field (RFC 8288)."""

    kind: Literal["links"]
    next: JsonPath | Literal[""] = ""
    size_parameter: str = ""
    total: JsonPath | Literal[""] = ""


PagingRule = Annotated[
    NoPaging | PagePaging | OffsetPaging | CursorPaging | LinkPaging, Field(discriminator="kind")
]


def _paging(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Paging = Annotated[PagingRule, BeforeValidator(_paging)]


class Asked(Part):
    """The request of a function. Without ``path`` the canonical one of its profile is meant.

    At most one of ``json``, ``form`` and ``body`` makes the body; ``json`` and ``form`` set its media type.
    """

    method: str | None = None
    path: str = ""
    query: dict[str, Scalar] = Field(default_factory=dict)
    headers: dict[str, HeaderValue] = Field(default_factory=dict)
    json_: Any = Field(default=None, alias="json")
    form: dict[str, Scalar] | None = None
    body: str | None = None

    @field_validator("headers")
    @classmethod
    def _named(cls, headers: dict[str, HeaderValue]) -> Any:
        return refuse_literals(headers)

    @field_validator("method")
    @classmethod
    def _upper(cls, method: str | None) -> str | None:
        if method is not None and not re.fullmatch(r"[A-Z]{1,16}", method):
            raise ValueError(f"{method!r} is no HTTP method; they are written in capitals, as in GET")
        return method

    @field_validator("path")
    @classmethod
    def _relative(cls, path: str) -> str:
        if path and not path.startswith("/"):
            raise ValueError("a path begins with / and is relative to base_url")
        if any(c.isspace() for c in path):
            raise ValueError("a path holds no space; write %20")
        return path

    @model_validator(mode="after")
    def _one_body(self) -> Asked:
        if sum(part is not None for part in (self.json_, self.form, self.body)) > 1:
            raise ValueError("give at most one of json, form and body")
        return self

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        if self.json_ is not None:
            return json.dumps(self.json_, ensure_ascii=False, separators=(",", ":")).encode()
        if self.form is not None:
            return urlencode(pairs(self.form)).encode()
        return (self.body or "").encode()

    @property
    def media_type(self) -> str:
        """The media type that the kind of body sets; empty for ``body``, whose headers must say it."""
        if self.json_ is not None:
            return "application/json"
        return "application/x-www-form-urlencoded" if self.form is not None else ""


def pairs(values: Mapping[str, Scalar]) -> tuple[tuple[str, str], ...]:
    """Parameters as text: booleans as ``true`` and ``false``."""
    return tuple((k, str(v).lower() if isinstance(v, bool) else str(v)) for k, v in values.items())


class Period(Part):
    """The parameters that cut a list of entries to those booked within a period, both ends included."""

    first: str = Field(alias="from")
    last: str = Field(alias="to")
    form: Literal["date-time", "date"] = "date-time"


Names = Annotated[
    tuple[Annotated[str, Field(pattern=r"^\S+$")], ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]


class Entry(Part):
    """A function as this bank offers it, or does not.

    ``rows`` and ``fields`` go to the adapter as they are; without ``rows`` the answer is canonical.
    ``reads`` says that a request changes nothing, whatever its method; None leaves it to the function.
    ``permission`` is what this bank calls the permission that opens it, several where it needs them all;
    ``scope`` what the scope of a token has to name for it; ``period`` how a part of a list is asked for by
    time.
    """

    offered: bool = True
    request: Asked = Field(default_factory=Asked)
    rows: list[str] | None = None
    fields: dict[str, Any] | None = None
    language: Spoken | None = None
    paging: Paging | None = None
    reads: bool | None = None
    operation: str = ""
    schema_pointer: str = ""
    permission: Names = ()
    scope: str = ""
    period: Period | None = None

    @model_validator(mode="after")
    def _both(self) -> Entry:
        if self.fields is not None and self.rows is None:
            raise ValueError("fields without rows: say with rows where the rows are, for example [$.data[*]]")
        return self


def _entry(value: Any) -> Any:
    if isinstance(value, str):
        word = " ".join(value.replace("-", " ").replace("_", " ").split()).lower()
        if word in ("offered", "not offered"):
            return {"offered": word == "offered"}
    if not isinstance(value, Mapping | Entry):
        raise ValueError("expected `offered`, `not offered` or a mapping with request, rows, fields")  # noqa: TRY004
    return value


FunctionEntry = Annotated[Entry, BeforeValidator(_entry)]
