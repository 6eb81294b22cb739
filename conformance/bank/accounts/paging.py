"""Pages of the account services' lists."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.accounts.data import Row

if TYPE_CHECKING:
    from conformance.bank.app import Bank

DEFAULT_SIZE = 50
PAGE = ("page", "page_size")
LIMITS = {"page": 10_000, "page_size": 100}
_NUMBER = re.compile(r"[1-9][0-9]{0,4}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def number(bank: Bank, request: Request, name: str, default: int) -> int:
    """Give a whole number of the query from 1 to its limit; refuse anything else."""
    value = request.args.get(name)
    if value is None:
        return default
    if not _NUMBER.fullmatch(value) or int(value) > LIMITS[name]:
        if bank.policy.accounts.bad_parameter_accepted:
            return default
        raise http.bad_request(bank, f"{name} is a whole number from 1 to {LIMITS[name]}.")
    return int(value)


def moment(value: object) -> float | None:
    """Give an RFC 3339 instant with offset in seconds since 1970, None when it is none."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError):
        return None


def instant_parameter(bank: Bank, request: Request, name: str) -> float | None:
    """Give an instant of the query; refuse what is none."""
    value = request.args.get(name)
    if value is None:
        return None
    read = moment(value)
    if read is None and not bank.policy.accounts.bad_parameter_accepted:
        raise http.bad_request(bank, f"{name} is an RFC 3339 instant with offset.")
    return read


def judge_names(bank: Bank, request: Request, *known: str) -> None:
    """Refuse a query parameter that the path does not have, unless the policy ignores it."""
    policy = bank.policy
    allowed = {*known}
    if policy.accounts.account_id_from_query:
        allowed.add("account_id")
    if policy.authorization.bearer_in_query_accepted:
        allowed.add("access_token")
    if request.args.keys() - allowed and not policy.accounts.unknown_parameter_ignored:
        raise http.bad_request(bank, "The query has a parameter that this path does not have.")


def edited(bank: Bank, function: str, rows: list[Row], *, whole: bool) -> list[Row]:
    """Pass rows through the policy's edits: those of the whole list, or of each row on the wire."""
    for edit in bank.policy.products.edits:
        if not edit.concerns(function):
            continue
        if whole and edit.rows:
            rows = edit.rows([dict(row) for row in rows], "en")
        if not whole and edit.row:
            rows = [edit.row(dict(row), "en") for row in rows]
    return rows


def listed(bank: Bank, request: Request, function: str, rows: list[Row], anchor: str = "") -> Response:
    """Answer one page of the rows; `anchor` goes into the link to the next page as `as_of`."""
    policy = bank.policy.accounts
    page, size = number(bank, request, "page", 1), number(bank, request, "page_size", DEFAULT_SIZE)
    rows = edited(bank, function, rows, whole=True)
    cut = DEFAULT_SIZE if policy.page_size_ignored else size
    first = 0 if policy.page_two_repeats and page == 2 else (page - 1) * cut
    if policy.order_unstable and page % 2 == 0:
        rows = rows[::-1]
    shown = rows[first : first + cut]
    last = first + cut >= len(rows)
    if policy.last_page_short and last and page > 1:
        shown = shown[:-1]
    meta = {"total": len(rows) + (1 if policy.total_wrong else 0), "page": page, "page_size": size}
    links: dict[str, Any] = {}
    if (not last or policy.next_link == "endless") and policy.next_link != "absent":
        given = {name: value for name, value in request.args.items() if name in ("from", "to", "as_of")}
        anchored = given | ({"as_of": anchor} if anchor else {})
        query = urlencode({**anchored, "page": page + 1, "page_size": size})
        host = "https://elsewhere.example" if policy.next_link == "other_host" else ""
        links["next"] = f"{host}{request.path}?{query}"
    payload = {"data": edited(bank, function, shown, whole=False), "meta": meta, "links": links}
    return told(bank, payload)


def told(bank: Bank, payload: object, status: int = 200) -> Response:
    """Answer with account data, which no cache keeps."""
    response = http.answer(payload, status)
    if bank.policy.accounts.cache_control:
        response.headers["Cache-Control"] = bank.policy.accounts.cache_control
    return response
