"""A finding is accepted by operation and kind of alarm, until a day and for a reason, and no other is."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from conformance import report, results
from conformance.conduct import Output, Scope, conduct
from conformance.errors import ConfigurationError
from conformance.model import Case, Finding, Level, Result, Verdict, Waiver
from conformance.plan import Selection
from conformance.report.content.findings import Kind
from conformance.target import load_target
from conformance.waiver import used, waived
from conformance.wire import MemoryWire
from tests.third_bank.faults import FAULTS, together
from tests.third_bank.judged import HERE, KEYS

DAY = date(2999, 1, 31)


def result(*findings: Finding) -> Result:
    case = Case("CON-NEG-005.x", "CON-NEG-005", Level.BEYOND, "negative.lengths_are_checked", {})
    return Result(case, Verdict.OBSERVATION, findings)


def finding(*operations: str) -> Finding:
    return Finding("a refusal", "status 201", "/name", operations=operations)


def on(operation: str, match: str = "negative.*") -> Waiver:
    return Waiver(match, "Known.", DAY, operation=operation)


@pytest.mark.parametrize(
    ("waivers", "shown", "accepted"),
    [
        ((on("POST /payees"),), ("POST /payees",), True),
        ((on("POST /payees"),), ("POST /payees", "PUT /payees/{payeeId}"), False),
        ((on("POST /payees"), on("PUT /payees/{payeeId}")), ("POST /payees", "PUT /payees/{payeeId}"), True),
        ((on("* /payees*"),), ("POST /payees", "PUT /payees/{payeeId}"), True),
        ((on("GET /payees"),), ("/payees",), True),
        ((on("GET /payees"),), ("POST /payees",), False),
        ((on("POST /payees", "contract.*"),), ("POST /payees",), False),
        ((on("POST /payees"),), (), False),
    ],
)
def test_a_finding_is_accepted_when_all_its_operations_are(
    waivers: tuple[Waiver, ...], shown: tuple[str, ...], accepted: bool
) -> None:
    marked = waived(result(finding(*shown)), waivers)
    assert bool(marked.waived) is accepted
    assert bool(marked.findings[0].waived) is accepted
    assert [used(waiver, marked) for waiver in waivers] == [accepted] * len(waivers)


def test_the_other_findings_of_the_case_stand() -> None:
    marked = waived(result(finding("POST /payees"), finding("POST /transfers")), [on("POST /payees")])
    assert not marked.waived
    assert [each.waived for each in marked.findings] == ["Known. (until 2999-01-31)", ""]


def test_an_expectation_names_the_operation_where_the_check_does_not() -> None:
    told = Finding("no header field out of q in GET /search", "X: 1", "parameter q")
    assert waived(result(told), [on("GET /search")]).waived
    assert not waived(result(told), [on("GET /accounts")]).waived


def test_a_waiver_of_a_file_goes_all_the_way_to_the_report(tmp_path: Path) -> None:
    os.environ.update(KEYS)
    text = (HERE / "bank.yaml").read_text() + (
        "waivers:\n"
        "- {match: negative.lengths*, operation: '* /payees*', reason: Later, expires: 2999-01-31}\n"
        "- {match: negative.types_are_checked, operation: GET /rates, reason: Never, expires: 2999-01-31}\n"
    )
    (tmp_path / "bank.yaml").write_text(text)
    (tmp_path / "openapi.yaml").write_text((HERE / "openapi.yaml").read_text())
    names = (
        "unchecked PayeeData/properties/name/maxLength",
        "unchecked TransferData/properties/note/maxLength",
    )
    bank = together([fault for fault in FAULTS if fault.name in names])
    scope = Scope(selection=Selection(("negative.*",)))
    target = load_target(tmp_path / "bank.yaml")
    done = conduct(target, scope, Output(tmp_path / "out"), wire=MemoryWire(bank))
    run = results.read(done.results)
    cards = report.build(run).cards
    assert [card.waiver for card in cards[Kind.WAIVED]] == ["Later (until 2999-01-31)"]
    assert [card.occurrences[0].finding.operations for card in cards[Kind.OBSERVATION]] == [
        ("POST /transfers",)
    ]
    assert run.footer is not None
    assert run.footer.unused_waivers == ("negative.types_are_checked",)


@pytest.mark.parametrize("missing", ["reason", "expires"])
def test_a_waiver_without_a_reason_or_a_day_is_refused(tmp_path: Path, missing: str) -> None:
    os.environ.update(KEYS)
    given = {"reason": "Later.", "expires": "2999-01-31"}
    rest = ", ".join(f"{name}: {value}" for name, value in given.items() if name != missing)
    entry = f"waivers:\n  - {{match: negative.*, operation: 'POST /payees', {rest}}}\n"
    (tmp_path / "bank.yaml").write_text((HERE / "bank.yaml").read_text() + entry)
    (tmp_path / "openapi.yaml").write_text((HERE / "openapi.yaml").read_text())
    with pytest.raises(ConfigurationError, match=missing):
        load_target(tmp_path / "bank.yaml")
