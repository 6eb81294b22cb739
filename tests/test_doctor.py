"""What the doctor says of a bank's file before a run, by asking each function once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.cli import main
from tests.hostile import answer, peer

RATES = {
    "items": [{"code": "USD", "bid": "7.7", "offer": "7.8"}, {"code": "GBP", "bid": "9.8", "offer": "10.1"}]
}
FIELDS = {"currency": "$.code", "base": {"constant": "HKD"}, "buy": {"from": "$.bid"}, "sell": "$.offer"}


@pytest.fixture(scope="module")
def bank() -> Iterator[str]:
    with peer(
        answer(json.dumps(RATES).encode(), "Content-Type: application/json", "Connection: close")
    ) as url:
        yield url


def said(
    capsys: pytest.CaptureFixture[str], folder: Path, base_url: str, *options: str, **fx: Any
) -> tuple[int, str]:
    """Exit code and output of the doctor for a bank whose exchange rates the file describes so."""
    functions = {
        "other.fx-rate": {"request": {"path": "/fx"}, "rows": ["$.items[*]"], "fields": FIELDS} | fx,
        "other.atm": {"request": {"path": "/atm"}, "rows": ["$.items[*]"], "fields": {"kind": "$.code"}},
    }
    described = {"bank": {"name": "A Bank"}, "base_url": base_url, "functions": functions}
    (folder / "bank.yaml").write_text(yaml.safe_dump(described))
    with pytest.raises(SystemExit) as ended:
        main(("doctor", str(folder / "bank.yaml"), *options))
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().out


def test_the_rows_that_the_file_reads_are_counted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bank: str
) -> None:
    code, out = said(capsys, tmp_path, bank)
    assert code == 0
    assert "other.fx-rate: 200 in" in out
    assert "ms, 2 rows" in out


def test_rows_that_are_looked_for_in_the_wrong_place_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bank: str
) -> None:
    code, out = said(capsys, tmp_path, bank, rows=["$.data[*]"])
    assert code == 0
    assert "warning  other.fx-rate" in out
    assert "no row can be read" in out


def test_a_field_that_cannot_be_read_is_told_with_its_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bank: str
) -> None:
    _, out = said(capsys, tmp_path, bank, fields=FIELDS | {"buy": {"from": "$.code", "as": "decimal"}})
    assert "warning  other.fx-rate" in out
    assert "at /items/0/code; check rows and fields" in out


def test_a_needed_field_that_the_file_does_not_read_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bank: str
) -> None:
    _, out = said(capsys, tmp_path, bank, fields={"currency": "$.code", "buy": "$.bid"})
    assert "warning  other.fx-rate" in out
    assert "needed, and not among fields: base, sell" in out


def test_a_field_that_no_check_reads_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bank: str
) -> None:
    code, out = said(capsys, tmp_path, bank, fields=FIELDS | {"per": "$.code"})
    assert code == 0
    assert "2 rows; fields that no check reads: per" in out


def test_only_the_functions_that_are_named_are_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bank: str
) -> None:
    _, out = said(capsys, tmp_path, bank, "--operation", "*.fx-rate")
    assert "other.fx-rate" in out
    assert "other.atm" not in out


def test_a_bank_that_is_not_there_is_asked_once_and_past_any_proxy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    code, out = said(capsys, tmp_path, "http://127.0.0.1:1")
    assert code == 4
    assert out.count("bad ") == 1
    assert "functions not asked for this: 1" in out
    assert "HTTPS_PROXY is not used" in out
