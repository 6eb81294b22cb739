"""What the checks of applications share: how a refusal is judged and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.registry import Findings
from conformance.writing import member
from conformance.writing.agreement import finding, refused
from conformance.writing.applications import Applications

ENDED = frozenset({"withdrawn", "cancelled", "deleted", ""})
"""Statuses of an application that is over before it was decided on."""


def key_field(applications: Applications) -> str:
    """Where an idempotency key stands; raises ``NotApplicable`` where the bank has none."""
    rule = applications.rules.idempotency
    if rule is None:
        raise NotApplicable("the bank's file declares no key of applications")
    return rule.header or "the key in the body"


def text_member(applications: Applications) -> str:
    """The path of a member whose text may be another one."""
    paths = [applications.place(role) for role in ("name", "employer")]
    found = [p for p in paths if isinstance(member.found(applications.rules.applicant, p), str)]
    if not found:
        raise Inconclusive("writes.applications tells no member for a name or employer, which may differ")
    return found[0]


def denied(value: Any) -> Any:
    """Consents with every agreement in them taken back, however the bank writes one."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Mapping):
        return {name: denied(each) for name, each in value.items()}
    if isinstance(value, list):
        return [denied(each) for each in value]
    words = {"y": "N", "yes": "no", "true": "false", "given": "denied", "agreed": "denied"}
    return words.get(value.lower(), value) if isinstance(value, str) else value


def disagreed(given: Any) -> dict[str, Any]:
    """What may stand in place of consents that are given, by how an application is then called."""
    other = denied(given)
    return {"without consents": None, **({"whose consents are denied": other} if other != given else {})}


def concluded(applications: Applications, answer: Answer) -> Answer:
    """The answer to an application at its last step, once it was sent: its making, or its submission."""
    if answer.ok and applications.rules.submit is not None:
        return applications.ask("submit", applications.identifier(applications.chosen, answer))
    return answer


def judged(applications: Applications, changes: Mapping[str, Any]) -> Answer:
    """The answer to an application with changes at its last step."""
    sent = applications.sent(applications.chosen, applications.applicant(changes))
    return concluded(applications, sent)


def refuses(applications: Applications, what: str, changes: Mapping[str, Any], at: str) -> Findings:
    """A finding where a wrong application is taken to its last step; else the control."""
    answer = judged(applications, changes)
    if not refused(answer):
        yield finding(f"a refusal of {what}", answer, at)
        return
    applications.submitted(applications.chosen)
