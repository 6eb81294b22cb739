"""The forms of an instruction's members: what the bank takes and what it refuses."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.bank import http
from conformance.bank.accounts.data import DIGITS, HONG_KONG
from conformance.bank.payments import days, qr
from conformance.bank.payments.functions import Instruction
from conformance.bank.payments.policy import PaymentPolicy

if TYPE_CHECKING:
    from conformance.bank.app import Bank

_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,10})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CREDITORS: dict[str, re.Pattern[str]] = {
    "account": re.compile(r"[0-9]{3}-[0-9]{6,12}", re.ASCII),
    "fps_id": re.compile(r"[0-9]{7,9}", re.ASCII),
    "phone": re.compile(r"\+[0-9]{1,3}-[0-9]{6,12}", re.ASCII),
    "email": re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII),
    "qr": re.compile(r"[ -~]{20,510}", re.ASCII),
}
LONGEST = 140
YEAR = datetime.timedelta(days=366)


class Fault(Exception):
    """A member that is missing or not in its form."""

    def __init__(self, member: str, value: object = None) -> None:
        super().__init__(member)
        self.member, self.value = member, value


def judged(bank: Bank, function: Instruction, given: Any) -> dict[str, Any]:
    """Give the instruction as it is carried out; raise http.Refusal, naming the member, for what is wrong."""
    policy = bank.policy.payments
    try:
        return _judged(bank, policy, function, given)
    except Fault as fault:
        said = f"{fault.member} is missing or not in its form."
        if not policy.fault_named:
            said = "The request is not in its form."
        if policy.fault_echoes_value:
            said += f" It was {fault.value}."
        raise http.Refusal(policy.fault_status, "bad_request", said) from None


def _judged(bank: Bank, policy: PaymentPolicy, function: Instruction, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Fault("body", given)
    kept: dict[str, Any] = {}
    for name, form in (*function.members, *function.optional):
        if name not in given or given[name] is None:
            if (name, form) in function.members and policy.required_checked:
                raise Fault(name, given.get("creditor"))
            continue
        kept[name] = _formed(bank, policy, name, form, given)
    if days.refused(bank, function, kept.get("execution_date")):
        raise Fault("execution_date", kept["execution_date"])
    unknown = given.keys() - kept.keys() - {name for name, _ in function.members}
    if unknown:
        raise Fault(sorted(unknown)[0])
    return kept


def _formed(bank: Bank, policy: PaymentPolicy, name: str, form: str, given: dict[str, Any]) -> Any:
    value = given[name]
    if form == "amount":
        return _amount(policy, name, value, given.get("currency"))
    if form == "creditor":
        return _creditor(policy, name, given)
    if form == "currency" and not policy.currency_checked and isinstance(value, str):
        return value
    if form == "currency" and value not in policy.currencies:
        raise Fault(name, value)
    if form in ("coming", "past"):
        return _day(bank, policy, name, form, value)
    if form == "return":
        return _return_url(bank, policy, name, value)
    if not _FORMS.get(form, lambda each: each in form.split("|"))(value):
        raise Fault(name, value)
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= LONGEST and not _controls(value)


def _controls(value: str) -> bool:
    return any(unicodedata.category(each) == "Cc" for each in value)


_FORMS: dict[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "digits": lambda v: isinstance(v, str) and bool(re.fullmatch(r"[0-9]{4,20}", v, re.ASCII)),
    "email": lambda v: isinstance(v, str) and bool(_CREDITORS["email"].fullmatch(v)),
    "count": lambda v: isinstance(v, int) and not isinstance(v, bool) and 1 <= v <= 1_000_000,
    "currency": lambda v: isinstance(v, str),
}


def _amount(policy: PaymentPolicy, name: str, value: Any, currency: Any) -> str:
    """Give an exact amount with the currency's decimals."""
    text = value
    if policy.loose_number_accepted:
        text = str(value).strip().lstrip("+").replace(",", "")
    if policy.any_digits_accepted and isinstance(text, str):
        text = unicodedata.normalize("NFKC", text)
    sign = ""
    if isinstance(text, str) and text.startswith("-") and policy.negative_accepted:
        sign, text = "-", text[1:]
    if isinstance(text, str) and policy.exponent_accepted and re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]", text):
        text = format(Decimal(text), "f")
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise Fault(name, value)
    amount, digits = Decimal(text), DIGITS.get(str(currency), 2)
    fine = amount.quantize(Decimal(1).scaleb(-digits)) if amount < 10**13 else amount
    if fine != amount and policy.precision_checked:
        raise Fault(name, value)
    if amount == 0 and not policy.zero_accepted:
        raise Fault(name, value)
    if amount > Decimal(policy.limit) and policy.limit_checked:
        raise Fault(name, value)
    return f"{sign}{fine:.{digits}f}"


def amount_of(bank: Bank, given: dict[str, Any]) -> str:
    """Give the exact amount of a debit or a refund; raise http.Refusal for what is none."""
    policy = bank.policy.payments
    if given.get("currency") not in policy.currencies:
        raise http.bad_request(bank, "currency is missing or not in its form.")
    try:
        return _amount(policy, "amount", given.get("amount"), given["currency"])
    except Fault:
        raise http.bad_request(bank, "amount is missing or not in its form.") from None


def _creditor(policy: PaymentPolicy, name: str, given: dict[str, Any]) -> dict[str, str]:
    value = given[name]
    if not isinstance(value, dict) or value.keys() - {"scheme", "identification", "name"}:
        raise Fault(name, value)
    scheme, identification = value.get("scheme"), value.get("identification")
    if scheme not in policy.schemes or not isinstance(identification, str) or not _is_text(value.get("name")):
        raise Fault(name, value)
    if policy.creditor_form_checked and not _CREDITORS[scheme].fullmatch(identification):
        raise Fault(f"{name}.identification", value)
    amount, currency = str(given.get("amount") or ""), str(given.get("currency") or "")
    if scheme == "qr" and not qr.accepted(policy, identification, amount, currency):
        raise Fault(f"{name}.identification", value)
    if policy.payee_looked_up and identification in policy.unregistered:
        raise Fault(f"{name}.identification", value)
    return dict(value)


def _day(bank: Bank, policy: PaymentPolicy, name: str, form: str, value: Any) -> str:
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise Fault(name, value)
        day = datetime.date.fromisoformat(value)
    except ValueError:
        raise Fault(name, value) from None
    today = datetime.datetime.fromtimestamp(bank.now(), HONG_KONG).date()
    wrong = day > today if form == "past" else not today <= day <= today + YEAR
    if wrong and not (form == "coming" and day < today and policy.past_date_accepted):
        raise Fault(name, value)
    return value


def _return_url(bank: Bank, policy: PaymentPolicy, name: str, value: Any) -> str:
    known = {uri for tsp in bank.authorization_fixture.tsps for uri in tsp.redirect_uris}
    if not isinstance(value, str) or urlsplit(value).scheme != "https":
        raise Fault(name, value)
    if policy.return_url_checked and value not in known:
        raise Fault(name, value)
    return value
