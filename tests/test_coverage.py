"""What the standards ask is judged, or said not to be and why; beside it the OpenID Foundation's modules."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from conformance import coverage
from conformance.bank.mutant import all_mutants
from conformance.cli.explain_command import command
from conformance.model import Level
from conformance.registry import all_checks
from tests.matrix import PHASE3


def _numbers(prefix: str, last: int, first: int = 1) -> set[str]:
    return {f"{prefix}{number:02}" for number in range(first, last + 1)}


NUMBERED = {
    "FAPI 2.0 Security Profile": _numbers("F2-N", 10) | _numbers("F2-A", 14) | _numbers("F2-B", 17)
    | _numbers("F2-R", 5) | _numbers("F2-C", 10),
    "FAPI 2.0 Message Signing": _numbers("MS-", 9),
    "FAPI HTTP Signatures (draft)": _numbers("HS-", 7),
    "FAPI 2.0 Implementation Advice (draft)": {"F2-IMP-1", "F2-IMP-2"},
    "FAPI 1.0 Baseline": _numbers("F1B-", 25) | _numbers("F1R-", 14) | _numbers("F1T-", 4),
    "FAPI 1.0 Advanced": _numbers("F1A-", 2) | _numbers("F1A-", 18) - _numbers("F1A-", 12, 3)
    | {"F1A-05", "F1A-06", "F1A-10", "F1A-11", "F1A-D1", "F1A-D3", "F1A-D4", "F1A-D5", "F1A-D6", "F1A-J1"}
    | {"F1A-R1", "F1A-R2", "F1A-T1", "F1A-T2", "F1A-A1", "F1A-A2", "F1A-A3", "F1A-A4"}
    | {"F1A-S1", "F1A-K1", "F1A-K2"},
    "FAPI-CIBA": _numbers("CB-", 12),
    "RFC 9700": _numbers("BCP-", 41),
    "RFC 8725": _numbers("JWT-", 13),
    "RFC 9325": _numbers("TLS-", 20),
}  # fmt: skip
NAMED = (
    "RFC 6749", "RFC 6750", "RFC 7636", "RFC 8252", "RFC 9126", "RFC 9207", "RFC 9700", "RFC 8705",
    "RFC 9449", "RFC 8725", "RFC 7591", "RFC 7592", "RFC 8414", "RFC 9101", "RFC 7009", "RFC 7662",
    "OpenID Connect Core 1.0", "FAPI 1.0 Baseline", "FAPI 1.0 Advanced", "FAPI 2.0 Security Profile",
    "FAPI 2.0 Message Signing", "FAPI-CIBA", "CIBA Core 1.0", "JARM 1.0",
)  # fmt: skip
LEFT = {
    "F2-N04", "F2-B13", "HS-02", "HS-07", "F1B-02", "F1B-03", "F1B-17", "F1R-12", "F1T-04", "CB-05",
    "CB-07", "CB-08", "CB-12", "BCP-05", "BCP-12", "BCP-18", "BCP-20", "BCP-28", "BCP-30", "BCP-40", "BCP-41",
    "JWT-06",
}  # fmt: skip
"""What no check judges: 22 of 232."""


def test_nothing_is_expected_or_recommended_but_by_the_hkma() -> None:
    for requirement in coverage.requirements().values():
        if requirement.level in (Level.EXPECTED, Level.RECOMMENDED):
            assert requirement.source.document.startswith("HKMA Open API"), requirement.id


def test_every_numbered_statement_has_its_place() -> None:
    assert sum(map(len, NUMBERED.values())) == 232
    for document, numbers in NUMBERED.items():
        assert {s.number for s in coverage.statements().values() if s.document == document} == numbers


def test_a_statement_that_no_check_judges_is_untested_for_a_reason_or_attested() -> None:
    left = [s for s in coverage.statements().values() if coverage.judged(s) != "checked"]
    for statement in left:
        for name in statement.by:
            assert len(coverage.requirements()[name].untested) > 20
    assert {s.number for s in left} == LEFT


@pytest.mark.parametrize("document", NAMED)
def test_each_document_has_requirements_that_are_checked(document: str) -> None:
    row = {row.document: row for row in coverage.table()}[document]
    assert row.checked
    assert row.requirements == len(coverage.of(document))


def test_the_table_counts_every_requirement() -> None:
    counted = {r.id for row in coverage.table() for r in coverage.of(row.document)}
    assert counted == set(coverage.requirements())


def test_the_plans_of_the_foundation_are_whole() -> None:
    plans = [module.plan for module in coverage.modules()]
    assert plans.count("fapi2-security-profile-final") == 78
    assert plans.count("fapi1-advanced-final") == 68


def test_no_module_that_bears_on_banks_here_is_without_checks() -> None:
    assert not [m.name for m in coverage.modules() if m.bears and not m.checks]
    assert not [m.name for m in coverage.modules() if not m.checks and not m.left]


def test_every_check_beside_a_module_or_condition_exists() -> None:
    named = {check for module in coverage.modules() for check in module.checks}
    named |= {check for condition in coverage.conditions() for check in condition.checks}
    assert not named - set(all_checks())


def test_a_condition_has_checks_or_a_reason() -> None:
    assert len(coverage.conditions()) == 209
    left = [c for c in coverage.conditions() if not c.checks]
    assert all(c.left for c in left)
    assert len(left) == 26


def test_what_is_judged_of_authorization_has_been_seen_to_fail() -> None:
    seeded = [mutant for mutant in all_mutants() if mutant.scope in PHASE3]
    assert len(seeded) >= 140  # the matrix asserts that each is found by the checks it names and no other


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["coverage"], "Of 232 numbered statements"),
        (["coverage", "RFC", "9700"], "BCP-41"),
        (["coverage", "RFC 9449"], "dpop.code_bound_by_name"),
        (["F2-A12"], "P3-DPOP-024"),
        (["oidf"], "0 of these without a check"),
    ],
)
def test_what_is_judged_is_explained(words: list[str], told: str) -> None:
    done = CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exception is None
    assert told in done.output
