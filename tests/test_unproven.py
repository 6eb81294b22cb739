"""Banks that answer everything alike: nothing passes there but what such an answer shows by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.wrappers import Response

from conformance.conduct import Scope, prepare
from conformance.embedded import POLICY, memory
from conformance.model import Verdict
from conformance.plan import Selection
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.matrix import Clock

REFUSAL = b'{"error":{"code":"refused","message":"Refused."}}'
ANSWERS: dict[str, Callable[[], Response]] = {
    "401": lambda: Response(b"", 401, headers={"WWW-Authenticate": "Bearer"}),
    "404": lambda: Response(REFUSAL, 404, content_type="application/json"),
    "500": lambda: Response(b"", 500),
    "{}": lambda: Response(b"{}", 200, content_type="application/json"),
}
OFFERED = ("deposits.savings-account-product", "other.fx-rate", "other.branch")
LEFT_OUT = Selection(skips=("resilience.*", "smuggling.*", "tls.*", "rate_limit.*"))
OF_FILES = {"contract.description_agrees_with_itself", "coverage.gaps_explained"}
"""What is judged of the bank's files, before anything is sent."""
PASSED = {
    "401": {"error.no_disclosure"},
    "404": {
        "contract.bodies_are_as_described",
        "contract.media_types_are_described",
        *(f"error.{name}" for name in ("content_language", "media_type", "no_disclosure", "shape")),
        "error.status_agrees",
    },
    "500": {"error.no_disclosure"},
}
"""What a refusal shows by itself: an empty one that it discloses nothing, a body that it is as described."""


def _judged(answer: str, profile: str) -> dict[str, set[Verdict]]:
    """The verdicts of every check of a profile at a bank that answers each request so."""
    clock = Clock()
    whole, _ = memory(None, 0, POLICY, clock)
    _, phases = prepare(whole, Scope(profiles=("phase1",)))
    named = [function.id for phase in phases for function in phase.functions]
    target = Target.model_validate(
        whole.model_dump(
            include={"bank", "base_url", "limits", "allow", "capabilities", "errors", "language"}
        )
        | {"api": whole.api, "functions": {n: "offered" if n in OFFERED else "not offered" for n in named}}
        if profile == "phase1"
        else whole
    )

    def bank(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return ANSWERS[answer]()(environ, start_response)

    plan, profiles = prepare(target, Scope(profiles=(profile,), selection=LEFT_OUT))
    with open_session(
        target, profiles, plan, wire=MemoryWire(bank), clock=clock, sleep=clock.sleep
    ) as session:
        found: dict[str, set[Verdict]] = {}
        for result in judge(plan, session):
            found.setdefault(result.case.check, set()).add(result.verdict)
    return found


def _passed(found: dict[str, set[Verdict]]) -> set[str]:
    assert not [check for check, verdicts in found.items() if Verdict.ERROR in verdicts]
    return {check for check, verdicts in found.items() if Verdict.PASS in verdicts} - OF_FILES


@pytest.mark.parametrize("answer", PASSED)
def test_nothing_passes_of_phase_1_that_a_refusal_does_not_show(answer: str) -> None:
    assert _passed(_judged(answer, "phase1")) == PASSED[answer]


@pytest.mark.parametrize("profile", ["phase2", "phase3", "phase4", "publication"])
@pytest.mark.parametrize("answer", ["401", "404"])
def test_nothing_passes_of_another_profile_where_all_is_refused(answer: str, profile: str) -> None:
    assert not _passed(_judged(answer, profile))


OF_ROWS = ("fx", "product", "text", "shape", "link", "location", "negative", "paging", "relation", "sandbox")


def test_no_check_of_content_passes_where_every_answer_is_an_empty_object() -> None:
    passed = _passed(_judged("{}", "phase1"))
    assert not {check for check in passed if check.startswith(OF_ROWS)}
    assert "http.every_segment_matters" not in passed
    assert "contract.unknown_objects_are_not_found" not in passed


@pytest.mark.parametrize("profile", ["phase2", "phase3", "phase4"])
def test_nothing_passes_of_another_phase_where_every_answer_is_an_empty_object(profile: str) -> None:
    assert not _passed(_judged("{}", profile))
