"""The ``publication`` section of a target file: where a bank publishes what the framework wants known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from conformance.address import safe
from conformance.model import Language
from conformance.reference import Part, folder


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _pages(value: Any) -> Any:
    return {Language.ENGLISH: value} if isinstance(value, str) else value


def _place(value: Any, info: ValidationInfo) -> Any:
    """An https address as it is, anything else as the path of a file that exists."""
    if not isinstance(value, str) or not value:
        raise ValueError("expected an https address or the path of a file, relative to this one")
    if urlsplit(value).scheme:
        return safe(value)
    path = folder(info) / Path(value).expanduser()
    if not path.is_file():
        raise ValueError(f"{value}: no such file (looked for beside the target file)")
    return str(path)


_ADDRESSES = WithJsonSchema({"type": ["string", "array"], "description": "One address, or a list of them."})
_BY_LANGUAGE = WithJsonSchema(
    {"type": ["string", "object"], "description": "One address, or one for each of en, tc and sc."}
)
Place = Annotated[
    str,
    BeforeValidator(_place),
    WithJsonSchema({"type": "string", "description": "An https address, or a file relative to this one."}),
]
Places = Annotated[tuple[Place, ...], BeforeValidator(_listed), _ADDRESSES]
Pages = Annotated[dict[Language, str], BeforeValidator(_pages), _BY_LANGUAGE]


class Publication(Part):
    """Addresses of a bank's publications; ``dictionary`` may name files of this machine instead.

    ``partners`` lists the bank's TSPs and their products, ``liability`` tells customers who bears a loss.
    ``repositories`` are the public catalogues that list the bank's API. ``gaps`` explains the functions of
    Annex A that are not offered, ``locators`` names HKMA's lists of branches and machines by function, each
    an address or a file.
    """

    portal: str = ""
    dictionary: Places = ()
    sandbox: str = ""
    repositories: Annotated[tuple[str, ...], BeforeValidator(_listed), _ADDRESSES] = ()
    partners: Pages = Field(default_factory=dict)
    liability: Pages = Field(default_factory=dict)
    gaps: dict[str, str] = Field(default_factory=dict)
    locators: dict[str, Place] = Field(default_factory=dict)
    name_in_locators: str = ""

    @field_validator("portal", "sandbox")
    @classmethod
    def _url(cls, url: str) -> str:
        return safe(url).rstrip("/") if url else url

    @field_validator("repositories")
    @classmethod
    def _urls(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(safe(url) for url in urls)

    @field_validator("partners", "liability")
    @classmethod
    def _page(cls, pages: dict[Language, str]) -> Mapping[Language, str]:
        return {language: safe(url) for language, url in pages.items()}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every address that the section names."""
        pages = (*self.partners.values(), *self.liability.values())
        places = (*self.dictionary, *self.locators.values())
        published = tuple(place for place in places if urlsplit(place).scheme)
        named = (self.portal, self.sandbox, *self.repositories, *pages, *published)
        return tuple(url for url in named if url)
