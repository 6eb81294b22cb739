"""A bank's branches and machines against HKMA's public lists of them, given as files by the user."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance import page
from conformance.document import NotJson, parse, shown
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row
from conformance.target import Target
from conformance.tsp import Tsp

LARGEST = 50_000_000
"""Bytes of a list."""
Place = tuple[float, float]


@check(requests=2)
def agree_with_public_list(
    tsp: Tsp, target: Target, offered: tuple[Operation, ...], *, metres: int
) -> Findings:
    """Shows every branch and machine that HKMA's public list names of this bank, within the given metres."""
    given = target.publication.locators if target.publication else {}
    asked = [operation for operation in offered if operation.id in given]
    if not asked:
        raise NotApplicable("the bank's file gives no public list under publication.locators")
    name = (target.publication.name_in_locators if target.publication else "") or target.name
    for operation in asked:
        public = _public(_list(tsp, given[operation.id]), given[operation.id], name)
        rows = Reading(tsp, operation).rows().rows
        own = [place for row in rows if (place := _place(row)) is not None]
        if not own:
            raise Inconclusive(f"{operation.id} gives no coordinates, so it cannot be compared")
        missing = [one for one in public if not any(_distance(one[1], place) <= metres for place in own)]
        for address, _ in missing[:8]:
            yield Finding(f"a place within {metres} m of {shown(address, 80)}", f"none among {len(own)}",
                          operation.id)  # fmt: skip
        surplus = len(rows) - len(public)
        if not missing and surplus > max(2, len(public) // 5):
            yield Finding(f"about {len(public)} places, as in the public list", str(len(rows)), operation.id)


def _list(tsp: Tsp, place: str) -> bytes:
    if urlsplit(place).scheme:
        answer = page.fetch(tsp, place, "application/json")
        if answer.status != 200:
            raise Inconclusive(f"{place} answered {answer.status}")
        return answer.body
    try:
        if Path(place).stat().st_size > LARGEST:
            raise Inconclusive(f"{place}: larger than {LARGEST // 1_000_000} MB")
        return Path(place).read_bytes()
    except OSError as error:
        raise Inconclusive(f"{place}: cannot be read: {error.strerror or error}") from None


def _public(body: bytes, place: str, name: str) -> list[tuple[str, Place]]:
    """The places of one bank in a list as HKMA's API gives it: address and coordinates."""
    try:
        value = parse(body).value
    except NotJson as error:
        raise Inconclusive(f"{place}: no JSON: {error}") from None
    found = []
    for record in _records(value):
        if _folded(name) not in _folded(str(record.get("bank_name", ""))):
            continue
        where = _coordinates(record.get("latitude"), record.get("longitude"))
        if where is not None:
            found.append((str(record.get("address", "")), where))
    if not found:
        raise Inconclusive(f"{place} names no place of {name}; give publication.name_in_locators")
    return found


def _records(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        inner = value.get("result", value)
        value = inner.get("records", []) if isinstance(inner, dict) else inner
    return [record for record in value if isinstance(record, dict)] if isinstance(value, list) else []


def _place(row: Row) -> Place | None:
    return _coordinates(row.decimal("latitude"), row.decimal("longitude"))


def _coordinates(latitude: Any, longitude: Any) -> Place | None:
    try:
        found = float(Decimal(str(latitude))), float(Decimal(str(longitude)))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return found if all(map(math.isfinite, found)) and abs(found[0]) <= 90 else None


def _distance(one: Place, other: Place) -> float:
    """Metres between two places of one city, where the earth is flat enough."""
    north = (one[0] - other[0]) * 111_320
    east = (one[1] - other[1]) * 111_320 * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9\u4e00-\u9fff]+", "", text.lower())
