"""``conformance explain``: what it takes for a name, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema_rs
import pytest

from conformance.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command: exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out, captured.err

    return call


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("rfc9700", "RFC 9700 "),
        ("p1-fx-001", "P1-FX-001  (expected)"),
        ("Not applicable", "not_applicable: "),
        ("Nonconformity", "fail: "),
        ("expected", "expected: "),
        ("4", "exit code 4: incomplete"),
        ("FX-buy-and-sell-swapped", "killed by   fx.buy_not_above_sell"),
    ],
)
def test_a_name_is_explained_as_it_is_read_or_said(run: Run, typed: str, told: str) -> None:
    code, out, err = run("explain", typed)
    assert code == 0, err
    assert told in out


def test_a_standard_that_no_requirement_rests_on_is_not_taken_for_another(run: Run) -> None:
    code, _, err = run("explain", "RFC9999")
    assert code == 2
    assert "did you mean" not in err
    assert "conformance explain coverage" in err


def test_the_schema_of_a_bank_file_is_printed_for_editors(run: Run) -> None:
    code, out, _ = run("explain", "bank.yaml")
    assert code == 0
    assert jsonschema_rs.validator_for(json.loads(out)).is_valid(
        {
            "bank": {"name": "A Bank"},
            "base_url": "https://bank.example",
            "functions": {"other.atm": "offered"},
        }
    )
