"""The paths of what the bank publishes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank.http import Refusal, answer
from conformance.bank.products.catalogue import FUNCTIONS, Function, hong_kong_day
from conformance.bank.products.catalogue import rows as rows_of
from conformance.bank.publication import pages
from conformance.bank.service import Route

if TYPE_CHECKING:
    from conformance.bank.app import Bank

HTML = "text/html; charset=utf-8"
NAME = "Reference Bank"
LANGUAGES = ("en", "tc")
LISTED = {"other.branch": "/public-lists/branches", "other.atm": "/public-lists/atms"}


class PublicationService:
    """Serves portal, data dictionary, a public catalogue, and the pages for customers."""

    def routes(self) -> Iterable[Route]:
        """Give the routes."""
        yield Route("/developers", ("GET",), _portal)
        yield Route("/developers/<name>.yaml", ("GET",), _document)
        yield Route("/catalogue", ("GET",), _repository)
        for function in FUNCTIONS:
            if function.id in LISTED:
                yield Route(LISTED[function.id], ("GET",), partial(_locator, function=function))
        for language in LANGUAGES:
            yield Route(f"/{language}/open-api/partners", ("GET",), partial(_partners, language=language))
            yield Route(f"/{language}/open-api/safety", ("GET",), partial(_liability, language=language))


def _portal(bank: Bank, _: Request) -> Response:
    return _page(bank, "portal", pages.portal(tuple(bank.policy.publication.documents)))


def _repository(bank: Bank, _: Request) -> Response:
    return _page(bank, "repository", pages.repository(NAME, "https://developers.bank.example/"))


def _partners(bank: Bank, _: Request, *, language: str) -> Response:
    age = bank.policy.publication.list_age
    return _page(bank, f"partners-{language}", pages.partners(language, bank.now(), age))


def _liability(bank: Bank, _: Request, *, language: str) -> Response:
    return _page(bank, f"liability-{language}", pages.liability(language))


def _locator(bank: Bank, _: Request, *, function: Function) -> Response:
    """Give HKMA's list of the places of all banks, ours among them."""
    rows = rows_of(function, "en", hong_kong_day(bank.now()), bank.seed)
    own = [(row["address"], row["latitude"], row["longitude"]) for row in rows]
    own += [
        (f"{n + 1} Nowhere Street", "22.2000", "113.9000")
        for n in range(bank.policy.publication.unlisted_places)
    ]
    listed = [(NAME, *one) for one in own] + [("Second Bank", "1 Far Road", "22.5000", "114.0000")]
    names = ("bank_name", "address", "latitude", "longitude")
    records = [dict(zip(names, one, strict=True)) for one in listed]
    header = {"success": True, "err_code": "0000", "err_msg": "No error found"}
    return answer({"header": header, "result": {"datasize": len(records), "records": records}})


def _document(bank: Bank, _: Request, *, name: str) -> Response:
    policy = bank.policy.publication
    found = policy.documents.get(name)
    if found is None or policy.lacks(name):
        raise Refusal(404, "not_found", "There is no such document.")
    text, media_type = found.text, "application/yaml"
    edits = policy.edits_of(name)
    if edits:
        content = copy.deepcopy(dict(found.content))
        for edit in edits:
            content = edit(content)
        text, media_type = json.dumps(content, ensure_ascii=False), "application/json"
    return Response(policy.edited(name, text), content_type=media_type)


def _page(bank: Bank, name: str, text: str) -> Response:
    policy = bank.policy.publication
    if policy.lacks(name):
        raise Refusal(404, "not_found", "There is nothing at this path.")
    return Response(policy.edited(name, text), content_type=HTML)
