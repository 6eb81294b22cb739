"""Places as banks describe them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.location.phones import can_be_dialled
from tests.checks.asked import actual, findings, rows

BRANCH = "other.branch"


def place(**more: Any) -> dict[str, Any]:
    return {"id": "1", "kind": "branch", "name": "Central", "address": "1 Queen's Road Central"} | more


def found(check: str, *given: dict[str, Any]) -> list[str]:
    return actual(findings(f"location.{check}", rows(*given), BRANCH))


@pytest.mark.parametrize(
    "phone",
    [
        "+852 2748 3322",
        "+85227483322",
        "852-2748 3322",
        "(852) 2748-3322",
        "00852 2748 3322",
        "001 852 2748 3322",
        "27483322",
        "2748 3322 / 2748 3300",
        "2748 3322 ext. 12",
        "2748 3322 (press 2)",
        "電話 2748 3322",
        "".join(chr(0xFF10 + int(digit)) for digit in "27483322"),
        "800 900 123",
        "18288",
        "+853 2888 1234",
        "Tel: 6123 4567; Fax: 2748 3300",
        "N/A",
    ],
)
def test_a_number_in_any_usual_spelling_can_be_dialled(phone: str) -> None:
    assert can_be_dialled(phone)


@pytest.mark.parametrize(
    "phone",
    ["2748 332", "2748 33222", "+852 2748 332", "+852 1748 3322", "ask at the counter", "+", "0" * 5000],
)
def test_a_number_that_leads_nowhere_cannot_be_dialled(phone: str) -> None:
    assert not can_be_dialled(phone)


@pytest.mark.parametrize(
    ("latitude", "longitude", "words"),
    [
        ("114.16", "22.28", "changed places"),
        ("0", "0", "zero"),
        ("22.28", "0", "zero"),
        ("22.28", "-114.16", "sign"),
        ("51.5", "-0.1", "outside"),
        ("22.12", "114.16", "outside"),
    ],
)
def test_what_is_wrong_with_a_position_is_told_apart(latitude: str, longitude: str, words: str) -> None:
    (said,) = found("coordinates_in_hong_kong", place(latitude=latitude, longitude=longitude))
    assert words in said


@pytest.mark.parametrize(
    "given",
    [
        place(latitude="22.2819", longitude="114.1577"),
        place(latitude="22.13", longitude="113.80"),
        place(latitude="22.60", longitude="114.50"),
        place(latitude="22.19", longitude="113.54", address="Avenida da Praia Grande, Macau"),
        place(latitude="22.54", longitude="114.06", district="深圳"),
        place(latitude="unknown", longitude="114.06"),
        place(),
    ],
)
def test_positions_in_hong_kong_unknown_ones_and_branches_declared_abroad_are_right(
    given: dict[str, Any],
) -> None:
    assert not found("coordinates_in_hong_kong", given)


def test_machines_in_one_building_share_its_position() -> None:
    same = {"latitude": "22.2819", "longitude": "114.1577", "district": "Central"}
    assert not found("coordinates_differ", *(place(id=str(n), address=f"Shop {n}", **same) for n in range(9)))


@pytest.mark.parametrize(
    ("hours", "more", "count"),
    [
        ({"open": "09:00", "close": "17:00"}, {}, 0),
        ({"open": "00:00", "close": "24:00"}, {}, 0),
        ({"open": "00:00", "close": "00:00"}, {}, 0),
        ({"open": "18:00", "close": "02:00"}, {}, 0),
        ({"open": "12:00", "close": "11:00"}, {"opening_note": "until the next morning"}, 0),
        ({"closed": True}, {}, 0),
        ({"open": "17:00", "close": "09:00"}, {}, 1),
        ({"open": "09:00", "close": "09:00"}, {}, 1),
    ],
)
def test_a_place_opens_before_it_closes(hours: dict[str, Any], more: dict[str, Any], count: int) -> None:
    given = place(opening_hours=[{"days": ["mon"]} | hours], **more)
    assert len(found("opens_before_it_closes", given)) == count


def test_a_break_at_noon_is_no_overlap() -> None:
    entries = [
        {"days": ["mon", "tue"], "open": "13:30", "close": "17:00"},
        {"days": ["mon"], "open": "09:00", "close": "12:30"},
        {"days": "weekdays", "open": "09:00", "close": "17:00"},
    ]
    assert not found("hours_do_not_overlap", place(opening_hours=entries))


def test_hostile_places_break_no_check() -> None:
    hostile = (
        place(latitude="9" * 180, longitude="-0", phone="+" * 9999, opening_hours="always"),
        place(latitude=22.3, longitude=114.1, phone=7, opening_hours=[None, {"days": None, "open": 9}]),
        {"address": ["x"], "name": {}, "district": 7, "latitude": None},
    )
    for check in ("coordinates_in_hong_kong", "coordinates_come_in_pairs", "coordinates_differ",
                  "place_can_be_found", "opens_before_it_closes", "closed_has_no_hours",
                  "hours_do_not_overlap", "phone_numbers_can_be_dialled"):  # fmt: skip
        found(check, *hostile)
