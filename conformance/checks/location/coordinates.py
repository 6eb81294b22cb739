"""Where a place is."""

from __future__ import annotations

from decimal import Decimal

from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.row import Row

SOUTH, NORTH = Decimal("22.13"), Decimal("22.60")
WEST, EAST = Decimal("113.80"), Decimal("114.50")
ELSEWHERE = (
    "macau",
    "macao",
    "shenzhen",
    "guangzhou",
    "zhuhai",
    "mainland china",
    "澳門",
    "澳门",
    "深圳",
    "廣州",
    "广州",
    "珠海",
    "內地",
    "内地",
)
"""Words of an address that explain coordinates outside Hong Kong: some banks list what they have nearby."""
MANY = 3
"""Places with an address of their own that no two machines, and no two counters, of one building explain."""


@check()
def coordinates_in_hong_kong(reading: Reading) -> Findings:
    """Places everything in Hong Kong: degrees north as the latitude, degrees east as the longitude."""
    for row in reading.rows():
        latitude, longitude = row.decimal("latitude"), row.decimal("longitude")
        if latitude is None or longitude is None or _inside(latitude, longitude) or _elsewhere(row):
            continue
        yield Finding(
            f"latitude {SOUTH} to {NORTH}, longitude {WEST} to {EAST}",
            f"{_said(latitude, longitude)}: {latitude:f}, {longitude:f}"[:120],
            row.place("latitude"),
        )


@check()
def coordinates_come_in_pairs(reading: Reading) -> Findings:
    """Gives a latitude wherever it gives a longitude, and the reverse."""
    for row in reading.rows():
        for present, absent in (("latitude", "longitude"), ("longitude", "latitude")):
            if row.has(present) and not row.has(absent):
                yield Finding(f"a {absent} beside the {present}", f"no {absent}", row.place(present))


@check()
def coordinates_differ(reading: Reading) -> Findings:
    """Gives places at different addresses different coordinates."""
    rows = [row for row in reading.rows() if row.decimal("latitude") and row.decimal("longitude")]
    positions: dict[tuple[Decimal | None, Decimal | None], list[Row]] = {}
    for row in rows:
        positions.setdefault((row.decimal("latitude"), row.decimal("longitude")), []).append(row)
    for position, shared in positions.items():
        addresses = {
            " ".join(address.split()).casefold() for row in shared if (address := row.text("address"))
        }
        districts = {district for row in shared if (district := row.text("district"))}
        if len(addresses) >= MANY and len(districts) >= MANY and _inside(*map(Decimal, map(str, position))):
            yield Finding(
                "one position for one place",
                f"{len(addresses)} addresses in {len(districts)} districts at {position[0]}, {position[1]}"[
                    :120
                ],
                shared[0].place("latitude"),
            )


@check()
def place_can_be_found(reading: Reading) -> Findings:
    """Gives every place an address or coordinates."""
    for row in reading.rows():
        if not row.has("address") and not (row.has("latitude") and row.has("longitude")):
            yield Finding("an address or coordinates", "neither", row.place())


def _inside(latitude: Decimal, longitude: Decimal) -> bool:
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def _said(latitude: Decimal, longitude: Decimal) -> str:
    if _inside(longitude, latitude):
        return "latitude and longitude have changed places"
    if latitude == 0 or longitude == 0:
        return "zero stands for an unknown position"
    if _inside(-latitude, longitude) or _inside(latitude, -longitude) or _inside(-latitude, -longitude):
        return "a sign is wrong"
    return "a position outside Hong Kong"


def _elsewhere(row: Row) -> bool:
    words = " ".join(str(row.get(name) or "") for name in ("name", "address", "district")).casefold()
    return any(word in words for word in ELSEWHERE)
