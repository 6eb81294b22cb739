"""What goes with a call and its answer: the customer, the time, the origin (FAPI 1.0 Baseline, 6.2)."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

from conformance.model import Finding
from conformance.protected import Protected, tried
from conformance.registry import Findings, check

TOLD = {
    "x-fapi-customer-ip-address": ("198.51.100.7", "2001:db8::7"),
    "x-fapi-auth-date": ("Sun, 10 Sep 2017 19:43:31 GMT",),
    "x-fapi-end-user-present": ("true", "false"),
}


@check(requests=6, logins=("grant of all",))
def customer_headers_accepted(protected: Protected) -> Findings:
    """Answers a right call that also tells of the customer: address, login, presence."""
    operation = protected.probe()
    tokens = protected.tokens(operation)
    for name, values in TOLD.items():
        for value in values:
            request = protected.request(operation).with_header(name, value)
            answer = tried(protected.access.call, tokens, request)
            if answer is None or not answer.ok:
                protected.control(operation)
                actual = f"status {answer.status}" if answer is not None else "no answer"
                exchange = answer.exchange if answer is not None else None
                yield Finding(f"a call with {name}: {value} answered", actual, name, exchange)
                return


@check(requests=2, logins=("grant of all",))
def date_true(protected: Protected, *, skew: timedelta = timedelta(minutes=5)) -> Findings:
    """Carries a Date, and that is the present moment."""
    operation = protected.probe()
    answer = protected.control(operation)
    try:
        text = answer.header("Date") or ""
        moment = parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError):
        moment = None
    if moment is None:
        yield Finding("an HTTP date", text[:40] or "none", "header Date", answer.exchange)
    elif abs(moment - protected.access.now()) > skew.total_seconds() + answer.seconds:
        actual = f"{moment - protected.access.now():+.0f} s off"
        yield Finding("the present moment", actual, "header Date", answer.exchange)


@check(requests=2, logins=("grant of all",))
def origins_not_trusted(protected: Protected) -> Findings:
    """Lets no page of an origin that it cannot know read a customer's data with the browser's credentials."""
    operation = protected.probe()
    origin = "https://conformance.example"
    request = protected.request(operation).with_header("Origin", origin)
    answer = protected.access.call(protected.tokens(operation), request)
    allowed = (answer.header("Access-Control-Allow-Origin") or "").strip()
    with_credentials = (answer.header("Access-Control-Allow-Credentials") or "").strip().lower() == "true"
    if allowed in ("*", origin) and with_credentials:
        at = "header Access-Control-Allow-Credentials"
        yield Finding("no credentials for a foreign origin", "true", at, answer.exchange)
