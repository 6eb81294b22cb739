"""A call: one request to a described operation in parts, so that exactly one of them can be changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from conformance.generate.sample import NOTHING
from conformance.openapi import ApiOperation, ApiParameter

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A request in parts. ``path`` holds values as text; ``body`` is a JSON value or ``NOTHING``.

    ``raw`` replaces the encoded body; ``media_type`` is that of the body.
    """

    operation: ApiOperation
    path: Mapping[str, str] = field(default_factory=dict)
    query: Pairs = ()
    headers: Pairs = ()
    body: Any = NOTHING
    media_type: str = ""
    raw: bytes | None = None
    method: str = ""

    @property
    def verb(self) -> str:
        return self.method or self.operation.method

    def target(self) -> str:
        """The path below the description's base, and the query, percent-encoded."""
        path = self.operation.path
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", quote(value, safe="") or "%20")
        if not self.query:
            return path
        return f"{path}?{'&'.join(f'{quote(k, safe=_QUERY)}={quote(v, safe=_SAFE)}' for k, v in self.query)}"

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.raw is not None:
            return self.raw
        if self.body is NOTHING:
            return b""
        return encoded(self.body, self.media_type)

    def with_query(self, name: str, value: str | None) -> Call:
        """The call with one query parameter set, or left out for None."""
        kept = tuple((k, v) for k, v in self.query if k != name)
        return replace(self, query=kept if value is None else (*kept, (name, value)))

    def with_header(self, name: str, value: str | None) -> Call:
        """The call with one header field set, or left out for None."""
        kept = tuple((k, v) for k, v in self.headers if k.lower() != name.lower())
        return replace(self, headers=kept if value is None else (*kept, (name, value)))

    def with_path(self, name: str, value: str) -> Call:
        """The call with another value in its path."""
        return replace(self, path={**self.path, name: value})

    def with_body(self, body: Any) -> Call:
        """The call with another JSON body."""
        return replace(self, body=body, raw=None)

    def with_raw(self, raw: bytes, media_type: str | None = None) -> Call:
        """The call with these bytes as its body."""
        return replace(self, raw=raw, media_type=self.media_type if media_type is None else media_type)

    def with_parameter(self, parameter: ApiParameter, value: str | None) -> Call:
        """The call with another value of a described parameter; a path value cannot be left out."""
        if parameter.place == "query":
            return self.with_query(parameter.name, value)
        if parameter.place == "path":
            return self.with_path(parameter.name, value or "")
        if parameter.place == "cookie":
            return self.with_header("Cookie", None if value is None else f"{parameter.name}={value}")
        return self.with_header(parameter.name, value)


_SAFE = "-._~:@"
_QUERY = "-._~$[]"


def encoded(body: Any, media_type: str) -> bytes:
    """A value as JSON, or as a form where the media type is one."""
    if media_type.split(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        pairs = body.items() if isinstance(body, Mapping) else ()
        return "&".join(f"{quote(str(k))}={quote(text_of(v))}" for k, v in pairs).encode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain).encode(
        "utf-8", "surrogatepass"
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def text_of(value: Any) -> str:
    """A value as a parameter writes it: booleans in lower case, lists with commas."""
    if value is True or value is False:
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ",".join(text_of(item) for item in value)
    if isinstance(value, Mapping):
        return ",".join(f"{k},{text_of(v)}" for k, v in value.items())
    return str(value)


def pairs_of(parameter: ApiParameter, value: Any) -> Pairs:
    """A query parameter as the style of its description writes it."""
    if isinstance(value, list):
        style = parameter.style or "form"
        explode = parameter.explode if parameter.explode is not None else style in ("form", "multi")
        if explode and style in ("form", "multi"):
            return tuple((parameter.name, text_of(item)) for item in value)
        by = {"spaceDelimited": " ", "pipeDelimited": "|", "ssv": " ", "pipes": "|"}.get(style, ",")
        return ((parameter.name, by.join(text_of(item) for item in value)),)
    if isinstance(value, Mapping):
        if parameter.style == "deepObject":
            return tuple((f"{parameter.name}[{k}]", text_of(v)) for k, v in value.items())
        return tuple((str(k), text_of(v)) for k, v in value.items())
    return ((parameter.name, text_of(value)),)
