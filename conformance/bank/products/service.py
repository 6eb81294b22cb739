"""The product service: every Phase I function as a list and, where rows have an id, one row."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from conformance.bank.http import Refusal, answer, bad_request, cacheable, require_json
from conformance.bank.products import access, catalogue, language, paging, parameters, rates
from conformance.bank.products.catalogue import FUNCTIONS, FX, Function
from conformance.bank.products.policy import Edit, Row
from conformance.bank.service import Route

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_PAGE = "<!doctype html><title>Maintenance</title><p>Our services are back at 07:00.</p>"


class ProductService:
    """Serves product and service information (HKMA Open API Framework 2018, A4)."""

    def routes(self) -> Iterable[Route]:
        """Give a list path per function and a detail path where rows have an id."""
        for function in FUNCTIONS:
            yield Route(function.path, ("GET",), partial(_list, function=function))
            if function is not FX:
                yield Route(f"{function.path}/<row_id>", ("GET",), partial(_detail, function=function))


def _list(bank: Bank, request: Request, *, function: Function) -> Response:
    policy = bank.policy.products
    if closed := _admitted(bank, request, function, detail=False):
        return closed
    filters = ("currency",) if function is FX else ("id", "name")
    query = parameters.query(bank, _arguments(bank, request), filters)
    tongue = language.asked(policy, request.headers.get("Accept-Language"))
    everything = _rows(bank, function, language.served(policy, tongue))
    found = [row for row in everything if query.matches(row)] if query.filters else everything
    if query.filters and not found and policy.no_match_status >= 400:
        raise Refusal(policy.no_match_status, "not_found", "Nothing matches.")
    total = len(everything if policy.filter_total_wrong else found)
    shown = paging.page(policy, found, query)
    wire = _edited(bank, function, shown, tongue)
    payload: dict[str, object] = {policy.data_name if _misshapen(bank, function) else "data": wire}
    payload["meta"] = paging.meta(policy, total, len(shown), query)
    payload["links"] = paging.links(bank, request, total, query)
    if policy.name_filter_echoed:
        payload["query"] = dict(query.filters)
    return _answer(bank, request, _enveloped(bank, function, payload, wire), tongue)


def _detail(bank: Bank, request: Request, *, function: Function, row_id: str) -> Response:
    policy = bank.policy.products
    if closed := _admitted(bank, request, function, detail=True):
        return closed
    if _arguments(bank, request) and not policy.unknown_parameter_ignored:
        raise bad_request(bank, "The query has a parameter that this path does not have.")
    tongue = language.asked(policy, request.headers.get("Accept-Language"))
    rows = _rows(bank, function, language.served(policy, tongue))
    places = [place for place, row in enumerate(rows) if row.get("id") == row_id]
    if not places or policy.detail_missing:
        if policy.unknown_id_status >= 400:
            raise Refusal(policy.unknown_id_status, "not_found", "There is no such row.")
        return _answer(bank, request, {"data": None}, tongue)
    place = (places[0] + 1) % len(rows) if policy.detail_disagrees else places[0]
    return _answer(bank, request, {"data": _edited(bank, function, [rows[place]], tongue)[0]}, tongue)


def _admitted(bank: Bank, request: Request, function: Function, *, detail: bool) -> Response | None:
    """Refuse whom and what the bank does not serve; give the page of a bank that is closed but says 200."""
    policy = bank.policy.products
    if policy.maintenance == "page":
        return Response(_PAGE, content_type="text/html")
    if policy.maintenance == "refused":
        raise Refusal(503, "maintenance", "The bank is back at 07:00.", {"Retry-After": "3600"})
    if any(fnmatchcase(function.id, name) for name in policy.missing):
        raise Refusal(404, "not_found", "There is nothing at this path.")
    if any(fnmatchcase(function.id, name) for name in policy.failing):
        raise Refusal(500, "internal_error", "The bank has a fault.")
    access.admit(bank, request, function.id, detail=detail)
    require_json(bank, request)
    return None


def _arguments(bank: Bank, request: Request) -> MultiDict[str, str]:
    if not bank.policy.products.credentials_in_query_accepted:
        return request.args
    credentials = {access.ID, access.SECRET}
    return MultiDict(pair for pair in request.args.items(multi=True) if pair[0] not in credentials)


def _rows(bank: Bank, function: Function, tongue: str) -> Sequence[Row]:
    policy = bank.policy.products
    if any(fnmatchcase(function.id, name) for name in policy.empty):
        return ()
    if function is FX:
        at = rates.set_at(bank.opened, bank.now(), policy.fx_interval, policy.fx_age)
        rows = rates.rates(tongue, at, bank.seed)
    else:
        rows = catalogue.rows(function, tongue, catalogue.hong_kong_day(bank.now()), bank.seed)
    edits = [edit.rows for edit in _edits(bank, function) if edit.rows]
    if edits:
        changed = copy.deepcopy(list(rows))
        for edit in edits:
            changed = edit(changed, tongue)
        return changed
    if policy.order_changes:
        return bank.random(function.id, bank.count()).sample(rows, len(rows))
    return rows


def _edited(bank: Bank, function: Function, rows: list[Row], tongue: str) -> list[Row]:
    edits = [edit.row for edit in _edits(bank, function) if edit.row]
    if not edits:
        return rows
    rows = copy.deepcopy(rows)
    for edit in edits:
        rows = [edit(row, tongue) for row in rows]
    return rows


def _edits(bank: Bank, function: Function) -> list[Edit]:
    return [edit for edit in bank.policy.products.edits if edit.concerns(function.id)]


def _misshapen(bank: Bank, function: Function) -> bool:
    return any(fnmatchcase(function.id, name) for name in bank.policy.products.misshapen)


def _enveloped(bank: Bank, function: Function, payload: dict[str, object], rows: list[Row]) -> object:
    policy = bank.policy.products
    if not _misshapen(bank, function):
        return payload
    if policy.envelope == "array":
        return rows
    if policy.envelope == "row":
        return payload | {"data": rows[0] if rows else {}}
    if policy.meta_absent:
        del payload["meta"]
    return payload


def _answer(bank: Bank, request: Request, payload: object, tongue: str) -> Response:
    response = answer(payload)
    if said := language.label(bank.policy.products, tongue):
        response.headers["Content-Language"] = said
    return access.relabelled(request, cacheable(bank, request, response))
