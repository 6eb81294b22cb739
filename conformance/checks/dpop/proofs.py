"""Calls with a token and a proof that has one thing wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.answer import Answer
from conformance.checks.dpop.sending import Sender
from conformance.model import Finding

Change = Mapping[str, Any]


def refused(sender: Sender, expected: str, proofs: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """A finding for the first of the proofs that is accepted; then the control."""
    for how, proof in proofs:
        answer = sender.sent(proof)
        if answer is not None and answer.ok:
            yield Finding(expected, f"status {answer.status}", f"proof {how}", answer.exchange)
            break
    sender.control()


def accepted(sender: Sender, expected: str, proofs: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """A finding for the first of the proofs that is refused; then the control."""
    for how, proof in proofs:
        answer: Answer | None = sender.sent(proof)
        if answer is None or answer.status in (400, 401, 403):
            status = f"status {answer.status}" if answer else "no answer"
            yield Finding(expected, status, f"proof {how}", answer.exchange if answer else None)
            break
    sender.control()
