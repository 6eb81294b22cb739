"""Defects of the second bank, each one function, taken from what real clients and notes tell of real banks.

A defect of the data changes the document that a path sends; one of the wire wraps the whole application.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from tests.second_bank.app import Edit, SecondBank

MakeBank = Callable[..., SecondBank]


@dataclass(frozen=True)
class Fault:
    """A defect: the function that it shows in, and the checks that must find it and no others.

    Without ``wire`` it is one of the data of that function alone.
    """

    name: str
    purpose: str
    function: str
    checks: frozenset[str]
    apply: Callable[[MakeBank], WSGIApplication]
    wire: bool


FAULTS: list[Fault] = []


def _listed(
    function: str,
    checks: Iterable[str],
    made: Callable[..., Any],
    apply: Callable[[MakeBank], Any],
    wire: bool,
) -> None:
    name, purpose = made.__name__.replace("_", "-"), str(made.__doc__)
    FAULTS.append(Fault(name, purpose, function, frozenset(checks), apply, wire))


def data_fault(function: str, path: str, *checks: str) -> Callable[[Callable[[Any], Any]], Edit]:
    """Registers a defect of one path's document."""

    def register(change: Callable[[Any], Any]) -> Edit:
        def edit(asked: str, document: Any) -> Any:
            return change(document) if asked == path else document

        _listed(function, checks, change, lambda make: make(edit=edit), wire=False)
        return edit

    return register


def wire_fault(function: str, *checks: str) -> Callable[[Callable[[MakeBank], WSGIApplication]], Any]:
    """Registers a defect of the application."""

    def register(change: Callable[[MakeBank], WSGIApplication]) -> Any:
        _listed(function, checks, change, change, wire=True)
        return change

    return register


def _each(document: Any, change: Callable[[dict[str, Any]], dict[str, Any]], only: str = "") -> Any:
    """The document with every record changed, or those of one language only."""
    records = document["products"] if isinstance(document, dict) else document
    changed = [change(r) if only in ("", r.get("language", r.get("lang"))) else r for r in records]
    return {"products": changed} if isinstance(document, dict) else changed


SAVINGS, CARDS, MORTGAGES = (
    ("deposits.savings-account-product", "/deposits/product/savings/v1"),
    ("loans.credit-card-product", "/creditcard/product/card/v1"),
    ("loans.mortgage-product", "/loans/product/mortgage/v1"),
)
FX, BRANCHES = ("other.fx-rate", "/fx/hkdrate/v1"), ("other.branch", "/branch/branchInfo/v1")


@data_fault(*MORTGAGES, "availability.rows_found")
def envelope_misspelt(document: Any) -> Any:
    """M01: the member that holds the products is misspelt."""
    return {"prodcuts": document["products"]}


@data_fault(*SAVINGS, "availability.rows_found")
def envelope_missing(document: Any) -> Any:
    """M17: the products come as a bare list."""
    return document["products"]


@data_fault(*BRANCHES, "product.values_can_be_read", "shape.booleans_are_booleans")
def boolean_misspelt(document: Any) -> Any:
    """M04: yes is written "ture"."""
    return _each(document, lambda r: r | {"WealthManagementCentre": "ture"})


@data_fault(*SAVINGS, "product.values_can_be_read")
def amount_in_other_words(document: Any) -> Any:
    """M10: an amount is a phrase that has no one number."""
    return _each(document, lambda r: r | {"servicefee": "HK$50 to HK$80"})


@data_fault(*SAVINGS, "text.absence_said_one_way")
def absence_in_three_ways(document: Any) -> Any:
    """M12: nothing is "N/A" in one record, "-" in another, "" in a third."""
    words = iter(("N/A", "-", "") * 1000)
    return _each(document, lambda r: r | {"minaccopenbalance": next(words)})


@data_fault(*CARDS, "text.no_markup")
def markup_in_text(document: Any) -> Any:
    """M13: a text brings the tags of a web page."""
    return _each(document, lambda r: r | {"rewarddesc": f"<br>{r['rewarddesc']}"})


@data_fault(*CARDS, "language.chinese_text_is_chinese")
def english_under_every_language(document: Any) -> Any:
    """M22: the Chinese records hold English."""
    english = {r["productid"]: r for r in document["products"] if r["language"] == "en-US"}
    return _each(document, lambda r: english[r["productid"]] | {"language": r["language"]})


@data_fault(*SAVINGS, "language.languages_have_the_same_numbers")
def other_numbers_in_chinese(document: Any) -> Any:
    """M23: the Traditional Chinese record has another rate than its twins."""
    return _each(document, lambda r: r | {"tier2rate": "9.875% p.a."}, "zh-TW")


@data_fault(*SAVINGS, "language.languages_have_the_same_rows")
def record_missing_in_simplified(document: Any) -> Any:
    """M23: a product has no Simplified Chinese record."""
    kept = [r for r in document["products"] if (r["language"], r["productid"]) != ("zh-CN", "SAV005")]
    return {"products": kept}


@data_fault(*FX, "fx.buy_not_above_sell")
def buy_and_sell_exchanged(document: Any) -> Any:
    """M27: the buying rate stands under the selling rate's name."""
    return _each(document, lambda r: r | {"BankBuy": r["BankSell"], "BankSell": r["BankBuy"]})


@data_fault(*FX, "fx.magnitude_is_plausible")
def yen_per_hundred(document: Any) -> Any:
    """M26: the yen is quoted for a hundred, and nothing says so."""

    def hundredfold(record: dict[str, Any]) -> dict[str, Any]:
        if not record["ExchangeCode"].startswith("JPY"):
            return record
        return record | {name: f"{float(record[name]) * 100:.3f}" for name in ("BankBuy", "BankSell")}

    return _each(document, hundredfold)


@data_fault(*FX, "product.renminbi_is_cny")
def offshore_renminbi(document: Any) -> Any:
    """M28: the renminbi is CNH."""
    return _each(document, lambda r: r | {"ExchangeCode": r["ExchangeCode"].replace("CNY", "CNH")})


@data_fault(*FX, "product.not_updated_in_the_future")
def clock_eight_hours_ahead(document: Any) -> Any:
    """M29: the time of an update without zone lies in the future of Hong Kong's clocks."""

    def later(record: dict[str, Any]) -> dict[str, Any]:
        moment = datetime.strptime(record["LastUpdateTime"], "%Y%m%d%H%M%S") + timedelta(hours=8)  # noqa: DTZ007
        return record | {"LastUpdateTime": moment.strftime("%Y%m%d%H%M%S")}

    return _each(document, later)


@data_fault(*BRANCHES, "location.coordinates_in_hong_kong")
def coordinates_exchanged(document: Any) -> Any:
    """Latitude and longitude have changed places."""
    return _each(document, lambda r: r | {"Latitude": r["Longitude"], "Longitude": r["Latitude"]})


@wire_fault("other.fx-rate", "access.credentials_required")
def token_not_asked_for(make: MakeBank) -> WSGIApplication:
    """Everybody is served, with or without a token."""
    return make(gated=False)


@wire_fault("other.fx-rate", "error.media_type")
def errors_in_xml(make: MakeBank) -> WSGIApplication:
    """M18: a JSON API refuses in XML."""

    def change(response: Response) -> Response:
        if response.status_code >= 400:
            response.data = b"<policyResult status='Assertion Falsified'/>"
            response.content_type = "text/xml"
        return response

    return _changed(make(), change)


@wire_fault("other.fx-rate", "http.no_page_as_success")
def maintenance_as_success(make: MakeBank) -> WSGIApplication:
    """M50: a page about maintenance comes with status 200."""
    page = "<!DOCTYPE html><html lang='en'><title>Maintenance</title><p>We are back at 07:00.</p></html>"

    def change(response: Response) -> Response:
        if response.status_code == 200 and b"access_token" not in response.data:
            response.data = page.encode()
            response.content_type = "text/html; charset=utf-8"
        return response

    return _changed(make(), change)


@wire_fault("other.fx-rate", "http.success_carries_no_error", "availability.rows_found")
def error_as_success(make: MakeBank) -> WSGIApplication:
    """M36: an error comes with status 200 and is told in the body alone."""

    def change(response: Response) -> Response:
        if response.status_code == 200 and b"access_token" not in response.data:
            response.data = json.dumps({"httpCode": "500", "httpMessage": "Internal Error"}).encode()
        return response

    return _changed(make(), change)


@wire_fault("", "reliability.repeats_agree")
def token_refused_now_and_then(make: MakeBank) -> WSGIApplication:
    """M20: every fourth call finds a token that is right not to be so."""
    bank = make()
    calls: Iterator[int] = iter(range(1, 1_000_000))

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.headers.get("Authorization") and next(calls) % 4 == 0:
            environ["HTTP_AUTHORIZATION"] = "Bearer forgotten"
        return bank(environ, start_response)

    return answer


def _changed(bank: WSGIApplication, change: Callable[[Response], Response]) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return change(Response.from_app(bank, environ))(environ, start_response)

    return answer
