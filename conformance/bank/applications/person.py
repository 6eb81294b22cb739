"""A strict bank's questions about a person: an identity card that can exist, an age, no open application, a
quote before the application, and a one-time password that only they are sent."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.applications.calls import caller, told
from conformance.bank.applications.policy import ApplicationPolicy
from conformance.bank.payments import days

if TYPE_CHECKING:
    from conformance.bank.app import Bank
    from conformance.bank.applications.stores import Application

CARD = re.compile(r"([A-Z]{1,2})([0-9]{6})\(([0-9A])\)", re.ASCII)
ADULT = 18
OPEN = ("draft", "submitted")


def _exists(number: str) -> bool:
    """Tell whether a number is of the form of identity cards, and its check digit right."""
    found = CARD.fullmatch(number)
    if found is None:
        return False
    letters, digits, last = found.groups()
    signs = [36, *(ord(c) - 55 for c in letters)][-2:] + [int(c) for c in digits]
    total = sum(sign * weight for sign, weight in zip(signs, range(9, 1, -1), strict=True))
    return (total + (10 if last == "A" else int(last))) % 11 == 0


def judge(bank: Bank, details: dict[str, Any], known: Iterable[Application]) -> None:
    """Refuse an applicant who is too young, whose card cannot exist, or who has applied already."""
    policy: ApplicationPolicy = bank.policy.applications
    if not policy.strict:
        return
    number, born = details.get("identity_number"), str(details.get("birth_date", ""))[:10]
    if number is not None and policy.identity_checked and not (isinstance(number, str) and _exists(number)):
        raise http.bad_request(bank, "identity_number is not in its form.")
    today = days.now(bank).date()
    grown = f"{today.year - ADULT}-{today:%m-%d}"
    if born > grown and policy.age_checked:
        raise http.bad_request(bank, "birth_date is of somebody who is too young.")
    if policy.person_once and any(
        each.details.get("identity_number") == number and each.status in OPEN for each in known if number
    ):
        raise http.Refusal(409, "open_application", "identity_number has applied already.")


def quoted(bank: Bank, given: Any, quotes: dict[str, str], client: str) -> None:
    """Refuse an application on a quote that the bank has not given."""
    policy = bank.policy.applications
    quote = given.get("quote") if isinstance(given, dict) else None
    if policy.strict and policy.quote_checked and quotes.get(str(quote)) != client:
        raise http.bad_request(bank, "quote is missing or not known.")


def confirmed(bank: Bank, request: Request, found: Application, known: Iterable[Application]) -> None:
    """Refuse a submission without the password that its applicant was sent."""
    policy = bank.policy.applications
    if not policy.strict or found.status != "draft":
        return
    body = request.get_json(silent=True)
    given = body.get("otp") if isinstance(body, dict) else None
    found.tries += 1
    over = found.tries > policy.password_tries and policy.password_tries_counted
    right = [found.password] if policy.password_bound else [each.password for each in known]
    if (policy.password_checked and given not in right) or not given or over:
        raise http.Refusal(403, "password_refused", "otp is not the one that was sent.")


def send(bank: Bank, found: Application) -> Response:
    """Send the applicant a password."""
    policy = bank.policy.applications
    found.password = "135790" if policy.password_constant else f"{secrets.randbelow(900000) + 100000}"
    hint = {"hint": found.password} if policy.password_told else {}
    return told(bank, {"id": found.identifier, **hint}, 202)


def quote(bank: Bank, request: Request, quotes: dict[str, str]) -> Response:
    """Give a quote."""
    made = secrets.token_hex(8)
    quotes[made] = caller(bank, request)
    return told(bank, {"quote": made}, 201)
