"""An operation: how one bank answers one function, ready to be asked and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.adapter import RowMapping
from conformance.entry import CursorPaging, Generated, LinkPaging
from conformance.model import Function, Language, Resource
from conformance.secret import Secret


class LanguageCarrier(StrEnum):
    """Where the language is told: in a request header, in the query, or by a column of the rows."""

    HEADER = "header"
    QUERY = "query"
    COLUMN = "column"


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

    ``first`` is the number of the first page; ``total`` a JSONPath; ``largest`` the largest size allowed, 0
    when the bank does not say. ``assumed`` is true for the canonical rule of a bank that has declared none.
    """

    parameter: str
    size_parameter: str = ""
    first: int = 1
    total: str = ""
    largest: int = 0
    assumed: bool = False


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

    @property
    def id(self) -> str:
        return self.function.id

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages on offer, English first; one unnamed language counts as English."""
        if self.language is None:
            return (Language.ENGLISH,)
        return tuple(language for language in LANGUAGES if language in self.language.values)
