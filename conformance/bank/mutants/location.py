"""Defects of branches, ATMs and safe deposit boxes."""

from __future__ import annotations

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.edits import change, drop, nth, put, swap
from conformance.bank.products.policy import Row, RowEdit

BRANCHES, ATMS, BOXES = "other.branch", "other.atm", "other.safe-deposit-box-product"


def _position(latitude: str, longitude: str) -> RowEdit:
    return lambda row, _: row | {"latitude": latitude, "longitude": longitude}


@mutant("location.coordinates_in_hong_kong")
def coordinates_swapped(policy: Policy) -> Policy:
    """Latitude and longitude of every branch have changed places."""
    return policy.edit_rows(BRANCHES, swap("latitude", "longitude"))


@mutant("location.coordinates_in_hong_kong")
def coordinates_zero(policy: Policy) -> Policy:
    """An ATM whose position is unknown stands at 0, 0."""
    return policy.edit_list(ATMS, nth(2, _position("0", "0")))


@mutant("location.coordinates_in_hong_kong")
def coordinates_abroad(policy: Policy) -> Policy:
    """A safe deposit box stands in London."""
    return policy.edit_list(BOXES, nth(0, _position("51.5155", "-0.0922")))


@mutant("location.coordinates_come_in_pairs")
def longitude_missing(policy: Policy) -> Policy:
    """One branch has a latitude and no longitude."""
    return policy.edit_list(BRANCHES, nth(1, drop("longitude")))


@mutant("location.coordinates_differ")
def coordinates_by_default(policy: Policy) -> Policy:
    """All ATMs stand at one position."""
    return policy.edit_rows(ATMS, _position("22.2819", "114.1577"))


@mutant("product.values_can_be_read")
def coordinates_with_text(policy: Policy) -> Policy:
    """The latitude of one branch says that it is north."""
    return policy.edit_list(BRANCHES, nth(0, change("latitude", lambda degrees: f"{degrees} N")))


@mutant("location.place_can_be_found")
def branch_without_place(policy: Policy) -> Policy:
    """One branch has neither address nor coordinates."""

    def nowhere(row: Row, _: str) -> Row:
        return {
            name: value for name, value in row.items() if name not in ("address", "latitude", "longitude")
        }

    return policy.edit_list(BRANCHES, nth(4, nowhere))


@mutant("location.opens_before_it_closes")
def hours_swapped(policy: Policy) -> Policy:
    """The hours of one branch have changed places."""
    return policy.edit_list(BRANCHES, nth(0, swap("opening_hours.0.open", "opening_hours.0.close")))


@mutant("location.closed_has_no_hours")
def closed_with_hours(policy: Policy) -> Policy:
    """One branch is closed on days for which it states hours."""
    return policy.edit_list(BRANCHES, nth(0, put("opening_hours.0.closed", True)))


@mutant("location.hours_do_not_overlap")
def hours_overlap(policy: Policy) -> Policy:
    """One branch lists Monday twice with hours that overlap."""

    def again(hours: list[Row]) -> list[Row]:
        return [*hours, {"days": ["mon"], "open": "12:00", "close": "14:00"}]

    return policy.edit_list(BRANCHES, nth(0, change("opening_hours", again)))


@mutant("location.phone_numbers_can_be_dialled")
def phone_too_short(policy: Policy) -> Policy:
    """The telephone number of one branch lacks its last digit."""
    return policy.edit_list(BRANCHES, nth(0, change("phone", lambda phone: phone[:-1])))


@mutant("location.phone_numbers_can_be_dialled")
def phone_in_words(policy: Policy) -> Policy:
    """The telephone number of one ATM is a remark."""
    return policy.edit_list(ATMS, nth(0, put("phone", "see website")))


@mutant("location.opens_before_it_closes")
def hours_by_a_clock_of_twelve(policy: Policy) -> Policy:
    """A branch that closes at five in the afternoon is said to close at 05:00."""
    hours = [{"days": ["mon", "tue", "wed", "thu", "fri"], "open": "09:00", "close": "05:00"}]
    return policy.edit_list(BRANCHES, nth(0, lambda row, _: _without_note(row | {"opening_hours": hours})))


def _without_note(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "opening_note"}
