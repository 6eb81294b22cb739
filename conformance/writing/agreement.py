"""An instruction that a customer has allowed, what the bank made of it, and what an answer tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.model import Finding
from conformance.oauth.client import Client
from conformance.oauth.grant import Tokens
from conformance.path import compiled
from conformance.row import Row

Instruction = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Agreed:
    """An instruction that a customer has allowed a TSP to give, with the token that says so.

    Where the customer is asked afterwards, the token is the TSP's own and ``customer`` who will be asked.
    """

    function: str
    instruction: Instruction
    tokens: Tokens
    consent: str
    client: Client
    customer: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """An instruction that the bank took: its answer, its canonical row, the bank's identifier for it."""

    agreed: Agreed
    answer: Answer
    row: Row
    id: str
    key: str

    @property
    def status(self) -> str:
        return self.row.text("status") or ""


def at(answer: Answer, path: str) -> str:
    """The text or number at a JSONPath of an answer; empty where there is none."""
    try:
        found = [match.value for match in compiled(path).find(answer.json())]
    except NotJson:
        return ""
    return str(found[0]) if found and isinstance(found[0], str | int) else ""


def refused(answer: Answer) -> bool:
    """Whether an answer is a refusal: the request's own fault, told as such."""
    return 400 <= answer.status < 500


def finding(expected: str, answer: Answer, at: str) -> Finding:
    """A finding whose actual is an answer's status."""
    return Finding(expected, f"status {answer.status}", at, answer.exchange)


def located(answer: Answer, pattern: str) -> str:
    """The identifier in a Location: where the path by which an application is read has it, else its end."""
    try:
        path = urlsplit(answer.header("Location") or "").path
    except ValueError:
        return ""
    before, named, after = urlsplit(pattern).path.partition("{id}")
    start = path.rfind(before) if named else -1
    rest = path[start + len(before) : len(path) - len(after)] if start >= 0 and path.endswith(after) else ""
    if not rest or "/" in rest:
        rest = path.rstrip("/").rpartition("/")[2]
    return unquote(rest)
