"""The query of a list: which page, and which rows of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from conformance.bank.http import bad_request
from conformance.bank.products.policy import ProductPolicy, Row

if TYPE_CHECKING:
    from conformance.bank.app import Bank

LAST_PAGE = 10_000
_NUMBER = re.compile(r"[1-9][0-9]{0,4}\Z")
_FILTERS = {
    "id": re.compile(r"[A-Za-z0-9._-]{1,64}\Z"),
    "name": re.compile(r".{1,100}\Z", re.DOTALL),
    "currency": re.compile(r"[A-Z]{3}\Z"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A page (from 1), its size, and the filters as sent."""

    page: int
    page_size: int
    filters: tuple[tuple[str, str], ...]

    def matches(self, row: Row) -> bool:
        """Tell whether a row passes all filters: id and currency exactly, name as a part in any case."""
        return all(_matches(row.get(name), name, value) for name, value in self.filters)


def _matches(found: object, name: str, value: str) -> bool:
    return value.casefold() in str(found).casefold() if name == "name" else found == value


def query(bank: Bank, arguments: MultiDict[str, str], filters: tuple[str, ...]) -> Query:
    """Read the query of a list that has these filters; raises Refusal for one that is not right."""
    policy = bank.policy.products
    for name, values in arguments.lists():
        if name not in {"page", "page_size", *filters}:
            if not policy.unknown_parameter_ignored:
                raise bad_request(bank, "The query has a parameter that this path does not have.")
        elif len(values) > 1 and not policy.repeated_parameter_accepted:
            raise bad_request(bank, f"The parameter {name} stands more than once.")
    found = [(name, arguments[name]) for name in filters if name in arguments]
    for name, value in found:
        if not _FILTERS[name].match(value) and not policy.bad_value_ignored:
            raise bad_request(bank, f"The value of {name} is not in its form.")
    return Query(
        _number(bank, arguments, "page", 1, LAST_PAGE),
        _number(bank, arguments, "page_size", policy.default_page_size, policy.page_size_limit),
        () if policy.filter_ignored else tuple(found),
    )


def _number(bank: Bank, arguments: MultiDict[str, str], name: str, default: int, limit: int) -> int:
    policy: ProductPolicy = bank.policy.products
    text = arguments.get(name)
    if text is None:
        return default
    if _NUMBER.match(text) and int(text) <= limit:
        return int(text)
    if policy.bad_value_ignored:
        return default
    if name == "page" and text == "0" and (policy.page_zero_accepted or policy.pages_from_zero):
        return 0
    if name == "page_size" and _NUMBER.match(text) and policy.oversize_accepted:
        return limit
    raise bad_request(bank, f"The parameter {name} is a whole number from 1 to {limit}.")
