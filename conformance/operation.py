"""An operation: how one bank answers one function, ready to be asked and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.adapter import RowMapping
from conformance.entry import CursorPaging, Generated, LinkPaging, Period
from conformance.model import Function, Language, Resource
from conformance.secret import Secret


class LanguageCarrier(StrEnum):
    """Where the language is told: in a request header, in the query, at a place of the path or the body; or,
    where every answer holds all languages, by a column of the rows or in the names of their members."""

    HEADER = "header"
    QUERY = "query"
    PLACE = "place"
    COLUMN = "column"
    MEMBER = "member"

    @property
    def asked(self) -> bool:
        """Whether the request tells it, so that each language has an answer of its own."""
        return self not in (LanguageCarrier.COLUMN, LanguageCarrier.MEMBER)


LANGUAGES = tuple(Language)
"""In the order in which they are asked for."""


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """How languages are chosen. ``values`` maps the languages on offer to the bank's own spelling of them.

    ``assumed`` is true for the canonical rule of a bank that has declared no language at all.
    """

    carrier: LanguageCarrier
    name: str
    values: Mapping[Language, str]
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Paging:
    """Numbered pages: query parameters for the page and its size, and where the answer tells the total.

    ``first`` is the number of the first page; ``total`` and ``pages`` are JSONPaths; ``largest`` the largest
    size allowed, 0 when the bank does not say. ``assumed`` is true for the canonical rule of a bank that has
    declared none.
    """

    parameter: str
    size_parameter: str = ""
    first: int = 1
    total: str = ""
    largest: int = 0
    assumed: bool = False
    by_row: bool = False
    """Whether a page is named by the number of rows before it, not by its own number from ``first``."""
    pages: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A function of a profile as this bank offers it.

    ``assumed`` is true when the bank's configuration does not list the function itself, so that its absence
    proves nothing about what the bank claims. ``reads`` is true when the call changes nothing, whatever its
    method. ``continuation`` tells how the next page is found where pages have no numbers.
    """

    function: Function
    method: str
    path: str
    mapping: RowMapping
    resource: Resource | None = None
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, Generated | str | Secret] = field(default_factory=dict)
    body: bytes = b""
    language: LanguageRule | None = None
    paging: Paging | None = None
    continuation: CursorPaging | LinkPaging | None = None
    assumed: bool = False
    reads: bool = True
    canonical: bool = False
    error_paths: Mapping[str, str] = field(default_factory=dict)
    period: Period | None = None
    scope: str = ""
    in_body: frozenset[str] = frozenset()
    """The parameters that stand in the JSON body of the request, by their names with dots."""

    @property
    def id(self) -> str:
        return self.function.id

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages on offer, English first; one unnamed language counts as English."""
        if self.language is None:
            return (Language.ENGLISH,)
        return tuple(language for language in LANGUAGES if language in self.language.values)
