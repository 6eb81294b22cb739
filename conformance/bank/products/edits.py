"""Changes of rows for mutants: each function here gives an edit for `policy.edit_rows` or `policy.edit_list`.

A path names a field of a row: `name`, `eligibility.min_age`, `tiers.0.rate` (one tier), `tiers.*.rate` (all).
An edit leaves a row as it is where the path leads nowhere.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from conformance.bank.products.policy import ListEdit, Row, RowEdit

Holder = tuple[Any, Any]
"""An object or array and the key of the value in it."""


def put(path: str, value: Any) -> RowEdit:
    """Set the field, also where the row had none."""
    return _at(path, lambda _: copy.deepcopy(value), absent=True)


def change(path: str, new: Callable[[Any], Any]) -> RowEdit:
    """Set the field to `new(old value)` where the row has it."""
    return _at(path, new)


def drop(path: str) -> RowEdit:
    """Take the field away."""

    def edit(row: Row, _: str) -> Row:
        for holder, key in reversed(list(_places(row, path))):
            del holder[key]
        return row

    return edit


def rename(path: str, name: str) -> RowEdit:
    """Give the field another name in the same place of its object."""

    def edit(row: Row, _: str) -> Row:
        for holder, key in list(_places(row, path)):
            pairs = [(name if each == key else each, value) for each, value in holder.items()]
            holder.clear()
            holder.update(pairs)
        return row

    return edit


def swap(one: str, other: str) -> RowEdit:
    """Exchange two fields where the row has both."""

    def edit(row: Row, _: str) -> Row:
        for (left, left_key), (right, right_key) in zip(_places(row, one), _places(row, other), strict=False):
            left[left_key], right[right_key] = right[right_key], left[left_key]
        return row

    return edit


def append(path: str, text: str) -> RowEdit:
    """Write text after that of the field."""
    return change(path, lambda old: f"{old}{text}")


def add(path: str, amount: str) -> RowEdit:
    """Add to a decimal, which stays a string."""
    return change(path, lambda old: str(Decimal(old) + Decimal(amount)))


def multiply(path: str, factor: str) -> RowEdit:
    """Multiply a decimal, which stays a string without exponent."""
    return change(path, lambda old: f"{Decimal(old) * Decimal(factor):f}")


def shift(path: str, **by: float) -> RowEdit:
    """Move an instant or a date: `shift("last_updated", hours=3)`; the form stays."""

    def moved(old: str) -> str:
        if len(old) == len("2026-01-31"):
            return (datetime.fromisoformat(old) + timedelta(**by)).date().isoformat()
        return (datetime.fromisoformat(old) + timedelta(**by)).isoformat(timespec="seconds")

    return change(path, moved)


def as_number(path: str) -> RowEdit:
    """Send a decimal string as a JSON number."""
    return change(path, float)


def as_text(path: str) -> RowEdit:
    """Send a number or boolean as a string."""
    return change(path, lambda old: str(old).lower())


def only_in(language: str, edit: RowEdit) -> RowEdit:
    """Edit the rows of one language: en, tc or sc."""
    return lambda row, tongue: edit(row, tongue) if tongue == language else row


def where(field: str, value: Any, edit: RowEdit) -> RowEdit:
    """Edit the rows whose field has this value."""
    return lambda row, tongue: edit(row, tongue) if row.get(field) == value else row


def nth(place: int, edit: RowEdit) -> ListEdit:
    """Edit one row of the whole list, counted from 0 or, when negative, from the end: for `edit_list`."""

    def edited(rows: list[Row], tongue: str) -> list[Row]:
        if -len(rows) <= place < len(rows):
            rows[place] = edit(rows[place], tongue)
        return rows

    return edited


def every(step: int, edit: RowEdit) -> ListEdit:
    """Edit each row whose place is a multiple of `step`, the first included: for `edit_list`."""
    return lambda rows, tongue: [
        edit(row, tongue) if place % step == 0 else row for place, row in enumerate(rows)
    ]


def without(place: int) -> ListEdit:
    """Leave one row out of the list."""
    return lambda rows, _: [row for at, row in enumerate(rows) if at != place % max(1, len(rows))]


def twice(place: int) -> ListEdit:
    """Put a copy of one row at the end of the list."""
    return lambda rows, _: [*rows, copy.deepcopy(rows[place])] if rows else rows


def first(count: int) -> ListEdit:
    """Keep only so many rows from the start."""
    return lambda rows, _: rows[:count]


def rows_only_in(language: str, edit: ListEdit) -> ListEdit:
    """Edit the list of one language: en, tc or sc."""
    return lambda rows, tongue: edit(rows, tongue) if tongue == language else rows


def _at(path: str, new: Callable[[Any], Any], *, absent: bool = False) -> RowEdit:
    def edit(row: Row, _: str) -> Row:
        for holder, key in _places(row, path, absent=absent):
            holder[key] = new(holder.get(key) if isinstance(holder, dict) else holder[key])
        return row

    return edit


def _places(value: Any, path: str, *, absent: bool = False) -> Iterator[Holder]:
    name, _, rest = path.partition(".")
    keys: list[Any] = []
    if isinstance(value, list):
        wanted = range(len(value)) if name == "*" else [int(name)] if name.isdigit() else []
        keys = [key for key in wanted if key < len(value)]
    elif isinstance(value, dict):
        keys = list(value) if name == "*" else [name] if name in value or (absent and not rest) else []
    for key in keys:
        if rest:
            yield from _places(value[key], rest, absent=absent)
        else:
            yield value, key
