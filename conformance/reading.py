"""A reading: what a bank says of one function, asked once for all the checks that judge it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any
from urllib.parse import urljoin

from conformance.adapter import Rows
from conformance.answer import Answer
from conformance.document import Document, NotJson, parse, parts_of, pointer
from conformance.entry import CursorPaging, LinkPaging
from conformance.errors import Inconclusive, NotApplicable
from conformance.evidence import Evidence
from conformance.model import Language, Request
from conformance.operation import LanguageCarrier, Operation, Paging
from conformance.tsp import Pairs, Tsp

MAX_PAGES = 40
"""Pages of one list that are fetched at most; more are not needed to judge rows."""


class Reading:
    """The answers, documents and canonical rows of one operation.

    Every method raises ``Inconclusive`` when the bank gave nothing that could be read: the checks of
    availability, media type and format say so once, and the others stay silent.
    """

    def __init__(self, tsp: Tsp, operation: Operation) -> None:
        self.operation = operation
        self.evidence = Evidence()
        self._tsp = tsp

    def answer(self, language: Language | None = None) -> Answer:
        """The first page in a language, whatever its status."""
        return self._tsp.call(self.operation, language)

    def success(self, language: Language | None = None) -> Answer:
        """The first page, when its status is 200."""
        return _successful(self.answer(language), self.operation)

    def document(self, language: Language | None = None) -> Document:
        """The first page as JSON with exact numbers."""
        return self.document_of(self.success(language))

    def pages(self, language: Language | None = None) -> Iterator[Answer]:
        """Every page of the list in order, up to ``MAX_PAGES``; ends at an empty or repeated page."""
        first = self.success(language)
        yield first
        if self.operation.continuation is not None:
            yield from self._continued(first, language)
        paging = self.paging
        if paging is None:
            return
        seen = {first.body}
        total = self.total(language)
        read = self.counts(first)
        for number in range(paging.first + 1, paging.first + MAX_PAGES):
            if not read or (total is not None and (total in read or min(read) > total)):
                return
            name = next((n for n in read if n > 1), 1) if paging.by_row else number
            answer = self._tsp.call(self.operation, language, query=((paging.parameter, str(name)),))
            counts = self.counts(answer) if answer.status == 200 else ()
            if not counts or answer.body in seen:
                return
            seen.add(answer.body)
            read = tuple(sum(pair) for pair in zip_longest(read, counts, fillvalue=0))
            yield answer

    def rows_in_all_languages(self, answer: Answer) -> Rows:
        """The rows of an answer in every language that it holds, since a page counts them all."""
        key = ("rows of all languages", answer.exchange)
        document = self._parsed(answer).value
        rows: Rows = self._tsp.memory.once(key, lambda: self.operation.mapping.read(document))
        return self.evidence.of_rows(rows)

    def counts(self, answer: Answer) -> tuple[int, ...]:
        """How many elements the lists hold in which the rows of an answer stand, outermost first.

        A bank may give one element for several rows (rates for notes and transfers of one currency), or
        nest products in brands: any of these can be what it counts.
        """
        counted: tuple[int, ...] = self._tsp.memory.once(
            ("counts", answer.exchange), lambda: self._counted(answer)
        )
        return counted

    def _counted(self, answer: Answer) -> tuple[int, ...]:
        document = self._parsed(answer).value
        lists: list[dict[str, int]] = []
        for row in self.rows_in_all_languages(answer).rows:
            depth, node, place = 0, document, ""
            for part in parts_of(row.pointer):
                if isinstance(node, list):
                    if depth == len(lists):
                        lists.append({})
                    lists[depth][place] = len(node)
                    depth += 1
                node = node[int(part)] if isinstance(node, list) else node[part]
                place += pointer([part])
        return tuple(sum(found.values()) for found in lists)

    def pages_of(self, size: int) -> Iterator[Answer]:
        """Every page of a list that is cut to ``size``, where each says how to ask for the next one."""
        rule = self.operation.continuation
        query = ((rule.size_parameter, str(size)),) if rule is not None and rule.size_parameter else ()
        first = _successful(self._tsp.call(self.operation, query=query), self.operation)
        yield first
        yield from self._continued(first, None, query)

    def _continued(self, first: Answer, language: Language | None, query: Pairs = ()) -> Iterator[Answer]:
        """The pages after the first where each says how to ask for the next one."""
        answer, seen = first, {first.body}
        for _ in range(MAX_PAGES):
            following = self._following(answer, language, query)
            if following is None or not self._tsp.knows(following.url):
                return
            answer = self._tsp.once(following)
            if answer.status != 200 or answer.body in seen:
                return
            seen.add(answer.body)
            yield answer

    def astray(self, language: Language | None = None) -> str:
        """Where the last page leads on to, at a host that the target does not name; or nothing."""
        if not isinstance(self.operation.continuation, LinkPaging):
            return ""
        *_, last = self.pages(language)
        following = self._following(last, language)
        return following.url if following is not None and not self._tsp.knows(following.url) else ""

    def led_back(self, language: Language | None = None) -> Answer | None:
        """A page with rows that came before, to which the last page leads on; None where none does."""
        if self.operation.continuation is None:
            return None
        pages = list(self.pages(language))
        following = self._following(pages[-1], language)
        if following is None or len(pages) > MAX_PAGES or not self._tsp.knows(following.url):
            return None
        answer = self._tsp.once(following)
        known = any(answer.body == page.body for page in pages)
        return answer if answer.status == 200 and known and self.counts(answer) else None

    def _following(self, answer: Answer, language: Language | None, query: Pairs = ()) -> Request | None:
        rule = self.operation.continuation
        if isinstance(rule, CursorPaging):
            value = (
                answer.header(rule.next_header) if rule.next_header else self._parsed(answer).first(rule.next)
            )
            if value in (None, "", False):
                return None
            pair = ((rule.parameter, str(value)),)
            if rule.send == "header":
                return self._tsp.request(self.operation, language, query=query, headers=pair)
            return self._tsp.request(self.operation, language, query=(*query, *pair))
        link = self._parsed(answer).first(rule.next) if rule is not None and rule.next else _next_link(answer)
        if not isinstance(link, str) or not link:
            return None
        plain = self._tsp.request(self.operation, language, credentials=False)
        return self._tsp.authorized(replace(plain, url=urljoin(answer.request.url, link)))

    def total(self, language: Language | None = None) -> int | None:
        """The number of rows that the bank says the whole list has, where it says so."""
        paging = self.operation.continuation or self.paging
        if paging is None or not paging.total:
            return None
        value = self._parsed(self.success(language)).first(paging.total)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def rows(self, language: Language | None = None) -> Rows:
        """The canonical rows of every page."""
        return Rows.joined(self.rows_of(answer, language) for answer in self.pages(language))

    def first_rows(self, language: Language | None = None) -> Rows:
        """The canonical rows of the first page alone."""
        return self.rows_of(self.success(language), language)

    def once(self, name: str, fetch: Callable[[], Any]) -> Any:
        """What several checks draw from this reading, drawn once."""

        def drawn() -> tuple[Any, Evidence]:
            before, self.evidence = self.evidence, Evidence()
            try:
                return fetch(), self.evidence
            finally:
                self.evidence = before

        found, evidence = self._tsp.memory.once((name, self.operation.id), drawn)
        self.evidence.add(evidence)
        return found

    @property
    def paging(self) -> Paging | None:
        """How the list is paged; None where the bank has declared no paging and tells no total either."""
        paging = self.operation.paging
        if paging is None or not paging.assumed:
            return paging
        return paging if self._parsed(self.success()).first(paging.total) is not None else None

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages on offer, English first.

        A bank that has declared none offers those in which it gives another answer than in English: what it
        never claimed cannot be missing.
        """
        rule, declared = self.operation.language, self.operation.languages
        if rule is None or not rule.assumed:
            return declared
        first = self.answer(declared[0])
        return (declared[0], *(x for x in declared[1:] if self._differs(self.answer(x), first)))

    def _differs(self, answer: Answer, first: Answer) -> bool:
        return answer.status == first.status == 200 and answer.body != first.body

    def other_languages(self) -> tuple[Language, ...]:
        """The Chinese languages on offer; raises ``NotApplicable`` where there is but one language."""
        others = tuple(x for x in self.languages if x is not Language.ENGLISH)
        if not others or self.operation.language is None:
            raise NotApplicable("the bank declares no second language for this function")
        return others

    def rows_of(self, answer: Answer, language: Language | None = None) -> Rows:
        """The canonical rows of one answer to the operation."""
        rule = self.operation.language
        own = rule is not None and (
            rule.carrier is LanguageCarrier.COLUMN or bool(self.operation.mapping.tongues)
        )
        wanted = (language or self.operation.languages[0]) if own else None
        rows: Rows = self._tsp.memory.once(
            ("rows", answer.exchange, wanted),
            lambda: self.operation.mapping.read(self._parsed(answer).value, wanted),
        )
        return self.evidence.of_rows(rows)

    def document_of(self, answer: Answer) -> Document:
        """One answer as JSON with exact numbers, parsed once in a session."""
        document = self._parsed(answer)
        self.evidence.of_document(document.value)
        return document

    def _parsed(self, answer: Answer) -> Document:
        document: Document = self._tsp.memory.once(("document", answer.exchange), lambda: _document(answer))
        return document


def _successful(answer: Answer, operation: Operation) -> Answer:
    if answer.status == 200:
        return answer
    if answer.status == 404 and operation.assumed and not operation.function.core:
        raise NotApplicable("the bank does not offer this optional function")
    raise Inconclusive(f"the function answered {answer.status}, so there was nothing to judge")


def _document(answer: Answer) -> Document:
    try:
        return parse(answer.body)
    except NotJson as error:
        raise Inconclusive(f"the answer is not JSON that can be read: {error}") from error


def _next_link(answer: Answer) -> str | None:
    """The target of the link with relation ``next`` in the ``Link`` header fields (RFC 8288)."""
    for field in answer.values("Link"):
        for target, parameters in re.findall(r"<([^<>]{1,2000})>([^<]{0,500})", field):
            if re.search(r"""rel\s*=\s*"?[^"]{0,100}\bnext\b""", parameters, re.IGNORECASE):
                return str(target)
    return None


def values(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Every member of a JSON document below its root as (JSON Pointer, name of the member, value)."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                place = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
                yield place, str(name), inner
                waiting.append((place, inner))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                place = f"{pointer}/{index}"
                if not isinstance(inner, dict | list):
                    yield place, "", inner
                waiting.append((place, inner))
