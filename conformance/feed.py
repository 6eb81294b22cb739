"""A feed: one dataset of HKMA's Open API as a client asks for it, with its parameters and its envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from conformance.answer import Answer
from conformance.catalogue import Dataset
from conformance.document import NotJson, parse
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Request
from conformance.operation import Operation
from conformance.tsp import Tsp

SUCCESS = "0000"
FAR = 1_000_000
"""An offset past the end of any dataset."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer that could be read."""

    answer: Answer
    header: Mapping[str, Any]
    result: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...]


class Feed:
    """Asks for one dataset. Every answer is fetched once in a session, however many checks want it."""

    def __init__(self, tsp: Tsp, operation: Operation, dataset: Dataset) -> None:
        self.dataset = dataset
        self._tsp = tsp
        self._operation = operation

    def request(self, **parameters: str) -> Request:
        """The request with the mandatory parameters of the dataset; an empty value leaves one out."""
        given = dict(self.dataset.parameters)
        if self.dataset.languages:
            given["lang"] = self.dataset.languages[0]
        if self.dataset.segments:
            given["segment"] = self.dataset.segments[0]
        given = {k: v for k, v in {**given, **_named(parameters)}.items() if v}
        query = "&".join(f"{quote(k)}={quote(v, safe=',')}" for k, v in given.items())
        url = self._tsp.url(self._operation.path) + (f"?{query}" if query else "")
        plain = self._tsp.request(self._operation).without_header("Accept-Language")
        return replace(plain, url=url)

    def answer(self, **parameters: str) -> Answer:
        """The answer, whatever it is."""
        return self._tsp.once(self.request(**parameters))

    def page(self, **parameters: str) -> Page:
        """The answer as envelope and records; raises ``Inconclusive`` for one that cannot be read so."""
        answer = self.answer(**parameters)
        found = envelope(answer)
        if answer.status != 200 or found is None:
            raise Inconclusive(f"the dataset answered {answer.status} without a readable envelope")
        header, result = found.get("header"), found.get("result")
        if not isinstance(header, dict) or not isinstance(result, dict):
            raise Inconclusive("the answer has no header and result, which is said once")
        if header.get("success") is False:
            raise Inconclusive(f"the dataset answered with the error {header.get('err_code')}")
        listed = result.get("records")
        records = tuple(one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()
        return Page(answer, header, result, records)

    def records(self, **parameters: str) -> tuple[Mapping[str, Any], ...]:
        """The records of an answer; raises ``Inconclusive`` where there is none to judge."""
        found = self.page(**parameters).records
        if not found:
            raise Inconclusive("the dataset has no record, which is said once")
        return found

    def refused(self, answer: Answer) -> bool:
        """Whether an answer says no: by its status, or by the envelope under a good one."""
        if 400 <= answer.status < 500:
            return True
        found = envelope(answer)
        header = found.get("header") if found else None
        return isinstance(header, dict) and (
            header.get("success") is False or str(header.get("err_code", SUCCESS)) != SUCCESS
        )

    def period(self) -> str:
        """The field that orders the records; raises ``NotApplicable`` without one."""
        if not self.dataset.period:
            raise NotApplicable("the dataset is a list without periods")
        return self.dataset.period

    def control(self) -> None:
        """The plain request; raises ``Inconclusive`` when it is not answered, so that no refusal proves."""
        answer = self._tsp.send(self.request(pagesize="1"))
        if answer.status != 200 or self.refused(answer):
            raise Inconclusive(f"control request refused: the correct request was answered {answer.status}")


def envelope(answer: Answer) -> Mapping[str, Any] | None:
    """The body as an object, None when it is none."""
    try:
        value = parse(answer.body).value
    except NotJson:
        return None
    return value if isinstance(value, dict) else None


def _named(parameters: Mapping[str, str]) -> dict[str, str]:
    """Parameters under their own names: ``from`` is a word of Python."""
    return {name.rstrip("_"): value for name, value in parameters.items()}
