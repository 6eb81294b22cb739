"""The data dictionary that a bank publishes: fetched once in a session, read, and made ready for the lint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from conformance import apifile, page
from conformance.errors import ConfigurationError, Inconclusive, NotApplicable
from conformance.lint import Slip, Specimen, lint
from conformance.openapi import ApiDescription, ApiOperation, describe
from conformance.operation import LanguageCarrier, Operation
from conformance.target import Target
from conformance.tsp import Tsp

ACCEPT = "application/json, application/yaml, application/vnd.oai.openapi, text/yaml, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """One published description. ``status`` is 0 for a file of this machine; ``problem`` says why it could
    not be read, ``foreign`` that it is readable but neither OpenAPI nor Swagger."""

    place: str
    body: bytes = b""
    status: int = 0
    exchange: int | None = None
    description: ApiDescription | None = None
    problem: str = ""
    foreign: bool = False

    @property
    def name(self) -> str:
        """The last part of its address."""
        return urlsplit(self.place).path.rpartition("/")[2] or "dictionary"


class Dictionaries:
    """The descriptions of one bank, as its file names them; without any, the one of ``api``."""

    def __init__(self, tsp: Tsp, target: Target) -> None:
        self._tsp = tsp
        self._target = target

    def published(self) -> tuple[Dictionary, ...]:
        """Every one that is named, whatever came of it. Raises ``Inconclusive`` when none is named."""
        section = self._target.publication
        places = list(section.dictionary) if section else []
        if not places and self._target.api is not None:
            places = [str(self._target.api)]
        if not places:
            raise Inconclusive("the bank's file names no data dictionary: give publication.dictionary")
        return tuple(self._one(place) for place in places)

    def readable(self) -> tuple[Dictionary, ...]:
        """Those that could be read as OpenAPI; raises ``Inconclusive`` when there is none."""
        found = tuple(one for one in self.published() if one.description is not None)
        if not found:
            raise Inconclusive("no data dictionary could be read as OpenAPI, which is said once")
        return found

    def slips(self, rule: str) -> tuple[tuple[Dictionary, Slip], ...]:
        """What a rule of the lint finds, in all of them."""
        return tuple((one, slip) for one in self.readable() for slip in self._linted(one)[rule])

    def described(self, operation: Operation) -> tuple[Dictionary, ApiOperation] | None:
        """The description of what the bank is asked for a function, and in which dictionary it stands."""
        asked = operation.path if _places(operation) else ""
        whole = urlsplit(
            self._tsp.url(asked) if asked else self._tsp.request(operation, credentials=False).url
        ).path
        for one in self.readable():
            assert one.description is not None
            for path in (whole, operation.path.partition("?")[0]):
                found = one.description.match(operation.method, path)
                if found is not None:
                    return one, found[0]
        return None

    def _linted(self, one: Dictionary) -> Mapping[str, tuple[Slip, ...]]:
        def made() -> Mapping[str, tuple[Slip, ...]]:
            assert one.description is not None
            found = one.description
            return lint(Specimen(found.document, found.version, one.body, one.name))

        result: Mapping[str, tuple[Slip, ...]] = self._tsp.memory.once(("lint", one.place), made)
        return result

    def _one(self, place: str) -> Dictionary:
        found: Dictionary = self._tsp.memory.once(("dictionary", place), lambda: self._fetched(place))
        if found.exchange is not None:
            self._tsp.exchanges.append(found.exchange)
        return found

    def _fetched(self, place: str) -> Dictionary:
        if not urlsplit(place).scheme:
            try:
                return _read(Dictionary(place, Path(place).read_bytes()))
            except OSError as error:
                raise Inconclusive(f"{place}: cannot be read: {error.strerror or error}") from None
        answer = page.fetch(self._tsp, place, ACCEPT)
        made = Dictionary(place, answer.body, answer.status, answer.exchange)
        return _read(made) if answer.status == 200 else made


def _read(given: Dictionary) -> Dictionary:
    description, problem, foreign = None, "", False
    try:
        document = apifile.parsed(given.body, given.name)
        try:
            description = describe(document, given.name)
        except ConfigurationError as error:
            problem, foreign = (
                str(error),
                not (isinstance(document, dict) and {"openapi", "swagger"} & set(document)),
            )
    except ConfigurationError as error:
        problem = str(error)
    return Dictionary(given.place, given.body, given.status, given.exchange, description, problem, foreign)


def _places(operation: Operation) -> set[str]:
    """The places of a path that wait for a value of the caller's; that of the language is known."""
    rule = operation.language
    own = rule.name if rule is not None and rule.carrier is LanguageCarrier.PLACE else ""
    return set(re.findall(r"\{([^{}]+)\}", operation.path)) - {own}


def reads(offered: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """The functions that can be asked without a customer's consent, and change nothing."""
    found = tuple(o for o in offered if o.reads and o.function.profile == "phase1" and not _places(o))
    if not found:
        raise NotApplicable("the bank offers no function that is read without a customer's consent")
    return found
