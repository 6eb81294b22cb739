"""The decisions of what the bank publishes; the default is the conformant bank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Edit = Callable[[str], str]
DocumentEdit = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Document:
    """An API description that the bank publishes, as text in YAML and as data."""

    text: str
    content: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PublicationPolicy:
    """What stands at which address. Pages are called portal, repository, partners-en, liability-tc, …."""

    documents: Mapping[str, Document] = field(default_factory=dict)
    """By name: each is served as /developers/<name>.yaml."""
    missing: tuple[str, ...] = ()
    """Names of pages and documents that are not there; patterns."""
    edits: tuple[tuple[str, Edit], ...] = ()
    """Changes of the text of pages and documents, by a pattern of their names."""
    document_edits: tuple[tuple[str, DocumentEdit], ...] = ()
    """Changes of documents as data; a document that is changed so is served as JSON."""
    list_age: int = 10
    """Days since the list of partners was last looked at."""
    withheld: tuple[str, ...] = ()
    """Functions that the bank's file says are not offered."""
    gaps: Mapping[str, str] = field(default_factory=dict)
    """Why they are not, by function, as the bank's file tells."""
    unlisted_places: int = 0
    """Places at the end of HKMA's list that stand far from any of the bank's."""

    def lacks(self, name: str) -> bool:
        """Whether nothing stands under a name."""
        return any(fnmatchcase(name, pattern) for pattern in self.missing)

    def edited(self, name: str, text: str) -> str:
        """The text of a page or document after its changes."""
        for pattern, edit in self.edits:
            if fnmatchcase(name, pattern):
                text = edit(text)
        return text

    def edits_of(self, name: str) -> tuple[DocumentEdit, ...]:
        """The changes of a document as data."""
        return tuple(edit for pattern, edit in self.document_edits if fnmatchcase(name, pattern))
