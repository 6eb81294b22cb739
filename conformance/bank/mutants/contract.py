"""Answers that are not what the API description says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.proxy import answering, intercepting


def _one(app: WSGIApplication, change: Callable[[Response], None]) -> WSGIApplication:
    """The bank with every successful answer for a single row changed."""

    def amend(request: Request, response: Response) -> None:
        is_one = request.path.count("/") == (3 if request.path.startswith("/products") else 2)
        if is_one and response.status_code == 200 and request.method == "GET":
            change(response)

    return answering(app, amend)


def _row(app: WSGIApplication, change: Callable[[dict[str, Any]], Any]) -> WSGIApplication:
    """The bank with the row of every answer for a single row changed."""

    def edit(response: Response) -> None:
        body = json.loads(response.get_data())
        response.set_data(json.dumps({**body, "data": change(body["data"])}))

    return _one(app, edit)


@mutant("contract.statuses_are_described", "product.detail_agrees_with_list")
def one_row_with_status_203(app: WSGIApplication) -> WSGIApplication:
    """A single row comes with status 203."""

    def change(response: Response) -> None:
        response.status_code = 203

    return _one(app, change)


@mutant("contract.media_types_are_described")
def one_row_as_vendor_json(app: WSGIApplication) -> WSGIApplication:
    """A single row comes in a vendor's media type."""

    def change(response: Response) -> None:
        response.headers["Content-Type"] = "application/vnd.bank.row+json"

    return _one(app, change)


@mutant("contract.bodies_are_as_described", "product.detail_agrees_with_list")
def one_row_without_data(app: WSGIApplication) -> WSGIApplication:
    """A single row comes under another name than data."""

    def change(response: Response) -> None:
        response.set_data(json.dumps({"row": json.loads(response.get_data())["data"]}))

    return _one(app, change)


@mutant("contract.bodies_are_as_described", "product.detail_agrees_with_list")
def one_row_in_a_list(app: WSGIApplication) -> WSGIApplication:
    """A single row comes as a list of one."""
    return _row(app, lambda row: [row])


@mutant("contract.bodies_are_as_described", "product.detail_agrees_with_list")
def one_row_with_a_number_for_a_name(app: WSGIApplication) -> WSGIApplication:
    """The name of a single row is a number."""
    return _row(app, lambda row: {**row, "name": 7})


@mutant("contract.bodies_are_as_described")
def one_row_with_a_local_time(app: WSGIApplication) -> WSGIApplication:
    """The time of the last change of a single row has no offset."""
    return _row(app, lambda row: {**row, "last_updated": "2026-01-15T09:30:00"})


@mutant("contract.bodies_are_as_described", "product.detail_agrees_with_list")
def one_row_cut_short(app: WSGIApplication) -> WSGIApplication:
    """The body for a single row ends early."""

    def change(response: Response) -> None:
        response.set_data(response.get_data()[:-3])

    return _one(app, change)


@mutant("contract.header_fields_are_as_described")
def one_row_without_its_language(app: WSGIApplication) -> WSGIApplication:
    """A single row comes without Content-Language."""

    def change(response: Response) -> None:
        response.headers.pop("Content-Language", None)

    return _one(app, change)


@mutant("contract.refusals_are_described")
def lengths_refused_with_409(app: WSGIApplication) -> WSGIApplication:
    """A filter that is too long is refused with 409."""

    def amend(request: Request, response: Response) -> None:
        if response.status_code == 400 and len(request.args.get("name", "")) == 101:
            response.status_code = 409

    return answering(app, amend)


@mutant("contract.media_types_are_described")
def lengths_refused_in_html(app: WSGIApplication) -> WSGIApplication:
    """A filter that is too long is refused with an HTML page."""

    def amend(request: Request, response: Response) -> None:
        if response.status_code == 400 and len(request.args.get("name", "")) == 101:
            response.set_data("<p>Too long.</p>")
            response.headers["Content-Type"] = "text/html"

    return answering(app, amend)


@mutant("contract.bodies_are_as_described")
def lengths_refused_with_a_text(app: WSGIApplication) -> WSGIApplication:
    """The refusal of a filter that is too long has a text for an error."""

    def amend(request: Request, response: Response) -> None:
        if response.status_code == 400 and len(request.args.get("name", "")) == 101:
            response.set_data(json.dumps({"error": "Too long."}))

    return answering(app, amend)


def _crashing(app: WSGIApplication, bad: Callable[[Request], bool], status: int = 500) -> WSGIApplication:
    def intercept(request: Request) -> Response | None:
        if not bad(request):
            return None
        body = json.dumps({"error": {"code": "internal_error", "message": "The bank has a fault."}})
        return Response(body, status, content_type="application/json")

    return intercepting(app, intercept)


@mutant("contract.input_never_fails_the_server")
def nul_fails_the_filter(app: WSGIApplication) -> WSGIApplication:
    """NUL in the id of a row fails the bank."""
    return _crashing(app, lambda request: "\x00" in request.path)


@mutant("contract.input_never_fails_the_server")
def long_names_end_behind_the_gateway(app: WSGIApplication) -> WSGIApplication:
    """A name filter that is too long ends the process behind the gateway, which answers 502."""
    return _crashing(app, lambda request: len(request.args.get("name", "")) == 101, 502)


@mutant("contract.input_never_fails_the_server")
def emoji_fail_the_filter(app: WSGIApplication) -> WSGIApplication:
    """Emoji in the name filter fail the bank."""
    return _crashing(app, lambda request: "\U0001f600" in request.args.get("name", ""))


@mutant("contract.input_never_fails_the_server")
def full_width_digits_fail_the_page(app: WSGIApplication) -> WSGIApplication:
    """A page in full-width digits fails the bank."""
    return _crashing(app, lambda request: "\uff11" in request.args.get("page", ""))


def _unknown(app: WSGIApplication, document: Callable[[str], Any], status: int = 200) -> WSGIApplication:
    """The bank that answers an identifier of the right form that no row has with a document of its own."""

    def amend(request: Request, response: Response) -> None:
        parent, _, last = request.path.rpartition("/")
        if (
            response.status_code == 404
            and parent.startswith("/products/")
            and len(last) <= 64
            and _ID.fullmatch(last)
        ):
            response.status_code = status
            response.set_data(json.dumps(document(last)))

    return answering(app, amend)


_ID = re.compile(r"[a-z]{2,4}-[a-z]+(-[a-z]+)*")
"""The form of the bank's identifiers of products."""


@mutant("contract.unknown_objects_are_not_found", "product.unknown_identifier_is_not_found")
def unknown_rows_are_null(app: WSGIApplication) -> WSGIApplication:
    """An identifier of the right form that no row has is answered with null."""
    return _unknown(app, lambda _: None)


@mutant("contract.unknown_objects_are_not_found", "product.unknown_identifier_is_not_found")
def unknown_rows_are_made_up(app: WSGIApplication) -> WSGIApplication:
    """An identifier of the right form that no row has is answered with a row of zeros under it."""
    return _unknown(app, lambda asked: {"data": {"id": asked, "name": "", "last_updated": None}})


@mutant("contract.unknown_objects_are_not_found", "product.unknown_identifier_is_not_found")
def unknown_rows_are_another_row(app: WSGIApplication) -> WSGIApplication:
    """An identifier of the right form that no row has is answered with the row of another."""
    return _unknown(app, lambda _: {"data": {"id": "sav-classic", "name": "Classic Savings"}})


@mutant("contract.unknown_objects_are_not_found", "product.unknown_identifier_is_not_found")
def unknown_rows_are_errors_of_status_200(app: WSGIApplication) -> WSGIApplication:
    """An identifier of the right form that no row has is answered with an error under status 200."""
    return _unknown(app, lambda _: {"error": {"code": "not_found", "message": "There is no such row."}})


@mutant("contract.input_never_fails_the_server", "product.unknown_identifier_is_not_found")
def unknown_rows_fail_the_bank(app: WSGIApplication) -> WSGIApplication:
    """An identifier of the right form that no row has fails the bank."""
    return _unknown(app, lambda _: {"error": {"code": "internal_error", "message": "Sorry."}}, 500)


@mutant("contract.allowed_values_are_accepted")
def long_names_refused(app: WSGIApplication) -> WSGIApplication:
    """A name filter of the longest length described is refused."""

    def amend(request: Request, response: Response) -> None:
        if len(request.args.get("name", "")) == 100 and response.status_code == 200:
            body = {"error": {"code": "bad_request", "message": "The name is too long."}}
            response.status_code = 400
            response.set_data(json.dumps(body))
            response.headers["Cache-Control"] = "no-store"

    return answering(app, amend)
