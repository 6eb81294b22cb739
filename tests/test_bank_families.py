"""The example bank files read the payloads of six bank families to the same canonical rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance import yamlfile
from conformance.adapter import RowMapping
from conformance.document import parse, resolve
from conformance.entry import LanguageChoice
from conformance.model import Language
from conformance.schema import Validator
from conformance.target import Target, load_target
from conformance.transform import names

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples" / "banks").glob("*.yaml"))
EXPECTED = sorted((Path(__file__).parent / "payloads").glob("*/*.rows.json"))
"""One file for each payload and function: ``<payload>.<function>.rows.json`` beside ``<payload>.json``."""

PROFILES = [ROOT / "profiles" / phase for phase in ("phase1", "phase3")]
FUNCTIONS = {
    function["id"]: yamlfile.load(folder / "resources.yaml").value["resources"][function["resource"]]
    for folder in PROFILES
    for function in yamlfile.load(folder / "profile.yaml").value["functions"]
}
"""The canonical resource of each function."""

INCOMPLETE = {
    "bochk/savings.deposits.savings-account-product": "tiers",  # in the Chinese rows
    "jetco/p3-availability.accounts.availability": "account_id",
    "jetco/p3-transactions.accounts.transactions": "credit_debit",  # under a misspelt name
}
"""What these payloads lack of a canonical row, as the public evidence shows them."""


def target(family: str) -> Target:
    return load_target(ROOT / "examples" / "banks" / f"{family}-family.yaml", resolve=False)


def mapping(family: str, function: str) -> RowMapping:
    bank = target(family)
    entry = bank.functions[function]
    language = entry.language or bank.language
    choice = language.for_adapter if isinstance(language, LanguageChoice) else None
    return RowMapping.parse(entry.rows, entry.fields, choice)


def payload(expected: Path) -> tuple[str, str, Any]:
    """The family, the function and the document that a file of expected rows is about."""
    name, _, function = expected.name.removesuffix(".rows.json").partition(".")
    return expected.parent.name, function, parse((expected.parent / f"{name}.json").read_bytes()).value


def test_every_family_has_an_example_and_payloads() -> None:
    families = {"hsbc", "bochk", "jetco", "scb", "dbs", "citi"}
    assert {path.stem.removesuffix("-family") for path in EXAMPLES} == families
    assert {path.parent.name for path in EXPECTED} == families


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_mapping_of_an_example_is_shown_on_a_payload(path: Path) -> None:
    family = path.stem.removesuffix("-family")
    shown = {payload(expected)[1] for expected in EXPECTED if expected.parent.name == family}
    assert shown == {name for name, entry in target(family).functions.items() if entry.offered}
    assert "#" in path.read_text().partition("bank:")[0]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_payload_is_read_to_exactly_these_rows(expected: Path) -> None:
    family, function, document = payload(expected)
    wanted = json.loads(expected.read_text())
    rows = mapping(family, function).read(document)
    assert [row.value for row in rows] == [row["value"] for row in wanted["rows"]]
    assert [dict(row.places) for row in rows] == [row["places"] for row in wanted["rows"]]
    assert [(row.pointer, row.language) for row in rows] == [
        (r["pointer"], r["language"]) for r in wanted["rows"]
    ]
    for found, told in ((rows.problems, wanted["problems"]), (rows.slips, wanted["slips"])):
        assert [[finding.expected, finding.actual, finding.at] for finding in found] == told
    for row in rows:
        for place in row.places.values():
            resolve(document, place)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_rows_are_canonical(expected: Path) -> None:
    family, function, document = payload(expected)
    validator = Validator(FUNCTIONS[function]["schema"])
    lacking = INCOMPLETE.get(f"{family}/{expected.name.removesuffix('.rows.json')}")
    found = [v for row in mapping(family, function).read(document) for v in validator.findings(row.value)]
    assert bool(found) is bool(lacking)
    assert all(lacking in violation.expected for violation in found if lacking)


@pytest.mark.parametrize("family", ["hsbc", "bochk", "jetco", "scb"])
def test_a_rate_and_its_moment_mean_the_same_in_every_family(family: str) -> None:
    (expected,) = (p for p in EXPECTED if p.parent.name == family and ".other.fx-rate." in p.name)
    rows = mapping(family, "other.fx-rate").read(payload(expected)[2], Language.ENGLISH)
    dollar = next(row for row in rows if (row.get("currency"), row.get("base")) == ("USD", "HKD"))
    buy, sell, updated = dollar.decimal("buy"), dollar.decimal("sell"), dollar.instant("last_updated")
    assert buy is not None
    assert sell is not None
    assert Decimal("7.7") < buy < sell < Decimal("7.9")
    assert updated == datetime(2025, 3, 11, 2, 15, tzinfo=UTC)


def test_the_reference_beside_the_examples_names_every_transform_and_example() -> None:
    text = (ROOT / "examples" / "banks" / "README.md").read_text()
    table = text.partition("## Transforms")[2]
    assert {name for name in names() if f"`{name}`" not in table and f"`{{{name}: " not in table} == set()
    assert {path.name for path in EXAMPLES if f"`{path.name}`" not in text} == set()
