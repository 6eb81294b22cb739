"""Attacks on consents and account data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from conformance.bank.accounts.data import instant
from tests.bank_authorization.attack import Attack, fine
from tests.bank_authorization.provider import DAY, Provider
from tests.bank_authorization.world import World

PART = "accounts"
CONSENTS = "/account-access-consents"


def _made(**body: Any) -> Callable[[World], bool]:
    """Make a consent; numbers are seconds from now."""

    def run(w: World) -> bool:
        told: dict[str, Any] = {
            name: instant(w.one.now() + v) if isinstance(v, int) else v for name, v in body.items()
        }
        return fine(w.one.make_consent(**told))

    return run


def _machine(one: Provider, path: str, method: str = "GET", **options: Any) -> TestResponse:
    return one.call(path, one.machine_token(), method, **options)


def _status_after(w: World) -> bool:
    consent = w.one.consent()
    w.one.tokens(consent_id=consent)
    answered = _machine(w.one, f"{CONSENTS}/{consent}").get_json()
    return bool(answered["data"]["status"] != "authorised")


def _foreign_consent(method: str) -> Callable[[World], bool]:
    return lambda w: fine(_machine(w.two, f"{CONSENTS}/{w.one.consent()}", method))


def _foreign_listed(w: World) -> bool:
    w.one.consent()
    return bool(_machine(w.two, CONSENTS).get_json()["data"])


def _consent_told_apart(w: World) -> bool:
    foreign = _machine(w.two, f"{CONSENTS}/{w.one.consent()}")
    return foreign.status_code != _machine(w.two, f"{CONSENTS}/unknown").status_code


def _after_revocation(w: World) -> bool:
    consent = w.one.consent()
    token = w.one.tokens(consent_id=consent)["access_token"]
    assert fine(w.one.call("/accounts", token))
    assert fine(_machine(w.one, f"{CONSENTS}/{consent}", "DELETE"))
    return fine(w.one.call("/accounts", token))


def _opens(permission: str, path: str, scope: str = "openid accounts") -> Callable[[World], bool]:
    def run(w: World) -> bool:
        token = w.one.tokens(scope=scope, consent_id=w.one.consent([permission]))["access_token"]
        return fine(w.one.call(path, token))

    return run


def _outlived(w: World) -> bool:
    consent = w.one.consent(expires_at=instant(w.one.now() + 100))
    token = w.one.tokens(consent_id=consent)["access_token"]
    w.clock.seconds += 150
    return fine(w.one.call("/accounts", token))


def _bare_consent(w: World) -> bool:
    consent = w.one.consent()
    w.one.tokens(consent_id=consent)
    return fine(w.one.call("/accounts", None, headers={"X-Consent-Id": consent}))


def _swapped_consent(w: World) -> bool:
    consent = w.two.consent()
    w.two.tokens(1, consent_id=consent)
    token = w.one.tokens()["access_token"]
    answered = w.one.call("/accounts", token, headers={"X-Consent-Id": consent})
    return bool(answered.get_json()["data"][0]["id"] == w.customer_accounts(1)[0])


def _approved_twice(w: World) -> bool:
    consent = w.one.consent()
    w.one.tokens(0, consent_id=consent)
    try:
        w.one.tokens(1, consent_id=consent)
    except (AssertionError, KeyError):
        return False
    return True


def _unpicked(w: World) -> bool:
    mine = w.customer_accounts(0)
    token = w.one.tokens(accounts=mine[:1])["access_token"]
    return fine(w.one.call(f"/accounts/{mine[1]}/balances", token))


def _rows(w: World, path: str, token: str) -> list[dict[str, Any]]:
    answered = w.one.call(path, token)
    assert answered.status_code == 200, answered.text
    rows: list[dict[str, Any]] = answered.get_json()["data"]
    return rows


def _transactions(w: World) -> str:
    return f"/accounts/{w.customer_accounts(0)[0]}/transactions"


def _windowed(place: str, days: int) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        edge = w.one.now() + days * DAY
        window: dict[str, Any] = {place: instant(edge)}
        consent = w.one.consent(**window)
        token = w.one.tokens(consent_id=consent)["access_token"]
        rows = _rows(w, _transactions(w) + "?page_size=100", token)
        late = place == "transaction_from"
        return any((row["booked_at"] < instant(edge)) == late for row in rows)

    return run


def _asked(name: str, days: int) -> Callable[[World], bool]:
    def run(w: World) -> bool:
        edge = instant(w.one.now() + days * DAY).replace("+08:00", "%2B08:00")
        token = w.one.tokens()["access_token"]
        whole = w.one.call(_transactions(w), token).get_json()["meta"]["total"]
        part = w.one.call(f"{_transactions(w)}?{name}={edge}", token).get_json()["meta"]["total"]
        return bool(part == whole)

    return run


def _last_moment(w: World) -> bool:
    token = w.one.tokens()["access_token"]
    newest = _rows(w, _transactions(w), token)[3]["booked_at"].replace("+", "%2B")
    found = _rows(w, f"{_transactions(w)}?from={newest}&to={newest}", token)
    return not found


def _foreign(w: World, **options: Any) -> TestResponse:
    token = w.one.tokens()["access_token"]
    return w.one.call(f"/accounts/{w.customer_accounts(1)[0]}/balances", token, **options)


def _unknown(w: World) -> TestResponse:
    return w.one.call(f"/accounts/{'0' * 32}/balances", w.one.tokens()["access_token"])


def _mangled(w: World) -> bool:
    mine = w.customer_accounts(0)[0]
    return fine(w.one.call(f"/accounts/{mine.upper()}x/balances", w.one.tokens()["access_token"]))


def _by_query(w: World) -> bool:
    mine, theirs = w.customer_accounts(0)[0], w.customer_accounts(1)[0]
    token = w.one.tokens()["access_token"]
    answered = w.one.call(f"/accounts/{mine}/balances?account_id={theirs}", token)
    return fine(answered) and bool(answered.get_json()["data"][0]["account_id"] == theirs)


def _by_header(w: World) -> bool:
    mine, theirs = w.customer_accounts(0)[0], w.customer_accounts(1)[0]
    token = w.one.tokens()["access_token"]
    answered = w.one.call(f"/accounts/{mine}/balances", token, headers={"X-Account-Id": theirs})
    return bool(answered.get_json()["data"][0]["account_id"] == theirs)


def _listed(query: str, test: Callable[[dict[str, Any]], bool]) -> Callable[[World], bool]:
    return lambda w: test(w.one.call(f"{_transactions(w)}{query}", w.one.tokens()["access_token"]).get_json())


def _pages(w: World, size: int = 40) -> list[list[dict[str, Any]]]:
    token = w.one.tokens()["access_token"]
    path = f"{_transactions(w)}?page_size={size}"
    found: list[list[dict[str, Any]]] = []
    while path and len(found) < 10:
        told = w.one.call(path, token).get_json()
        found.append(told["data"])
        path = told["links"].get("next")
    return found


def _repeated(w: World) -> bool:
    ids = [row["id"] for page in _pages(w) for row in page]
    return len(set(ids)) < len(ids)


def _incomplete(w: World) -> bool:
    return sum(len(page) for page in _pages(w)) < 150


def _unordered(w: World) -> bool:
    dates = [row["booked_at"] for page in _pages(w) for row in page]
    return dates != sorted(dates, reverse=True)


def _nobody(w: World) -> bool:
    token = w.one.tokens(2)["access_token"]
    return not fine(w.one.call("/accounts", token))


def _events(one: Provider) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _machine(one, "/events").get_json()["data"]
    return rows


def _event_of_other(w: World) -> bool:
    w.one.tokens()
    return bool(_events(w.two))


def _event_stays(w: World) -> bool:
    w.one.tokens()
    ids = [each["id"] for each in _events(w.one)]
    assert ids
    assert fine(_machine(w.one, "/events", "POST", json={"acknowledge": ids}))
    return bool(_events(w.one))


def _event_taken(w: World) -> bool:
    w.one.tokens()
    ids = [each["id"] for each in _events(w.one)]
    assert fine(_machine(w.two, "/events", "POST", json={"acknowledge": ids}))
    return not _events(w.one)


def _no_event(w: World) -> bool:
    w.one.tokens()
    return not _events(w.one)


def _altered(body: dict[str, Any], permission: str = "WriteBill") -> Callable[[World], TestResponse]:
    def run(w: World) -> TestResponse:
        consent = w.one.consent([permission])
        token = w.one.tokens(consent_id=consent)["access_token"]
        return w.one.call("/ebpp/registrations", token, "POST", json=body)

    return run


GOOD = {"merchant": "CLP Power"}

ATTACKS = (
    Attack(PART, "unknown_permission_accepted", True, _made(permissions=["ReadEverything"])),
    Attack(PART, "empty_permissions_accepted", True, _made(permissions=[])),
    Attack(PART, "past_expiry_accepted", True, _made(expires_at=-60)),
    Attack(PART, "expiry_required", False, _made(expires_at=None)),
    Attack(PART, "expiry_limit", 10**10, _made(expires_at=3000 * DAY)),
    Attack(PART, "inverted_window_accepted", True, _made(transaction_from=-DAY, transaction_to=-2 * DAY)),
    Attack(PART, "consent_status_moves", False, _status_after),
    Attack(PART, "consent_read_client_bound", False, _foreign_consent("GET")),
    Attack(PART, "consent_delete_client_bound", False, _foreign_consent("DELETE")),
    Attack(PART, "consent_list_client_bound", False, _foreign_listed),
    Attack(PART, "foreign_consent_differs", True, _consent_told_apart),
    Attack(PART, "revocation_effective", False, _after_revocation),
    Attack(
        PART,
        "revocation_status",
        200,
        lambda w: _machine(w.one, f"{CONSENTS}/{w.one.consent()}", "DELETE").status_code != 204,
    ),
    Attack(PART, "permission_checked", False, _opens("ReadAccountBalance", "/accounts")),
    Attack(PART, "permission_checked", False, _opens("ReadAccountStatus", "/loans")),
    Attack(PART, "consent_expiry_checked", False, _outlived),
    Attack(PART, "consent_id_alone_opens", True, _bare_consent),
    Attack(PART, "consent_id_header_wins", True, _swapped_consent),
    Attack(PART, "approved_consent_offered_again", True, _approved_twice),
    Attack(PART, "accounts_bound", False, _unpicked),
    Attack(PART, "window_from_honoured", False, _windowed("transaction_from", -10)),
    Attack(PART, "window_to_honoured", False, _windowed("transaction_to", -10)),
    Attack(PART, "foreign_object_visible", True, lambda w: fine(_foreign(w))),
    Attack(
        PART,
        "foreign_object_differs",
        True,
        lambda w: _foreign(w).status_code != _unknown(w).status_code,
    ),
    Attack(PART, "foreign_object_body_differs", True, lambda w: _foreign(w).text != _unknown(w).text),
    Attack(PART, "unknown_object_is_500", True, lambda w: _unknown(w).status_code == 500),
    Attack(PART, "object_id_loosely_compared", True, _mangled),
    Attack(PART, "object_ids_sequential", True, lambda w: all(map(str.isdecimal, w.customer_accounts(0)))),
    Attack(PART, "account_id_from_query", True, _by_query),
    Attack(PART, "account_id_from_header", True, _by_header),
    Attack(PART, "personal_data_in_errors", True, lambda w: "陳大文" in _unknown(w).text),
    Attack(PART, "query_from_honoured", False, _asked("from", -10)),
    Attack(PART, "query_to_honoured", False, _asked("to", -10)),
    Attack(PART, "query_end_excluded", True, _last_moment),
    Attack(PART, "bad_parameter_accepted", True, _listed("?page=0", lambda told: "data" in told)),
    Attack(PART, "unknown_parameter_ignored", True, _listed("?colour=red", lambda told: "data" in told)),
    Attack(PART, "page_size_ignored", True, _listed("?page_size=7", lambda told: len(told["data"]) != 7)),
    Attack(PART, "total_wrong", True, _listed("", lambda told: bool(told["meta"]["total"] != 150))),
    Attack(PART, "page_two_repeats", True, _repeated),
    Attack(PART, "last_page_short", True, _incomplete),
    Attack(PART, "next_link", "absent", _incomplete),
    Attack(PART, "next_link", "endless", lambda w: len(_pages(w)) == 10),
    Attack(
        PART,
        "next_link",
        "other_host",
        _listed("", lambda told: "elsewhere" in told["links"].get("next", "")),
    ),
    Attack(PART, "order_unstable", True, _unordered),
    Attack(PART, "page_anchor_honoured", False, _repeated, also={"accounts.books_between_pages": True}),
    Attack(PART, "no_accounts_is_error", True, _nobody),
    Attack(
        PART,
        "number_masked",
        False,
        lambda w: "*" not in _rows(w, "/accounts", w.one.tokens()["access_token"])[0]["number"],
    ),
    Attack(
        PART,
        "cache_control",
        "public, max-age=60",
        lambda w: (
            "no-store" not in w.one.call("/accounts", w.one.tokens()["access_token"]).headers["Cache-Control"]
        ),
    ),
    Attack(PART, "foreign_events_visible", True, _event_of_other),
    Attack(PART, "acknowledged_events_stay", True, _event_stays),
    Attack(PART, "foreign_event_acknowledged", True, _event_taken),
    Attack(PART, "events_missing", True, _no_event),
    Attack(PART, "alteration_permission_checked", False, lambda w: fine(_altered(GOOD, "ReadBill")(w))),
    Attack(PART, "alteration_input_checked", False, lambda w: fine(_altered({})(w))),
    Attack(PART, "alteration_status", 500, lambda w: _altered(GOOD)(w).status_code != 201),
)
