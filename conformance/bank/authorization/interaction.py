"""One customer's way through the pages: login, picking accounts, consent, and back to the TSP."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import consent as consents
from conformance.bank.authorization import pages
from conformance.bank.authorization.answer import answered, headers
from conformance.bank.authorization.issue import code_answer
from conformance.bank.authorization.records import AuthorizationRequest, Grant, Interaction
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

COOKIE_PATH = "/oauth"
LIFETIME = 600


def opened(
    bank: Bank, asked: AuthorizationRequest, pushed: str | None, *, error: str | None = None
) -> Interaction:
    """Start an interaction; `error` makes it one that only returns."""
    store = stores(bank)
    ends = bank.now() + LIFETIME
    begun = Interaction(store.mint(), store.mint(), store.mint(), asked, pushed, ends, error=error)
    with store.lock:
        store.interactions[begun.identifier] = begun
    return begun


def with_cookie(bank: Bank, response: Response, interaction: Interaction) -> Response:
    """Bind the browser to the interaction."""
    flags = bank.policy.authorization.cookie_flags
    cookie = f"interaction-{interaction.identifier}={interaction.cookie}; Path={COOKIE_PATH}"
    response.headers.add("Set-Cookie", f"{cookie}; {flags}" if flags else cookie)
    return response


class _Strange(Exception):
    """A form that is not of this browser's open interaction."""


def _current(bank: Bank, request: Request, given: MultiDict[str, str], *, csrf: bool) -> Interaction:
    policy = bank.policy.authorization
    found = stores(bank).interactions.get(given.get("interaction", ""))
    if found is None or found.done or found.expires_at < bank.now():
        raise _Strange
    cookie = request.cookies.get(f"interaction-{found.identifier}", "")
    if policy.interaction_cookie_checked and not hmac.compare_digest(cookie.encode(), found.cookie.encode()):
        raise _Strange
    if csrf and not hmac.compare_digest(given.get("csrf", "").encode(), found.csrf.encode()):
        raise _Strange
    return found


def _client_name(bank: Bank, interaction: Interaction) -> str:
    return stores(bank).clients[interaction.request.client_id].name


def log_in(bank: Bank, request: Request) -> Response:
    """Take the login form: to the consent page, back to the form, or back to the TSP."""
    policy = bank.policy.authorization
    given = request.args if request.method == "GET" and policy.password_in_query else request.form
    try:
        current = _current(bank, request, given, csrf=policy.login_csrf_checked)
    except _Strange:
        return pages.refusal(bank, "This page has expired. Start again at the provider.")
    if given.get("action") == "cancel":
        return _denied(bank, request, current)
    username, password = given.get("username", ""), given.get("password", "")
    person = next((each for each in bank.authorization_fixture.customers if each.username == username), None)
    known = hmac.compare_digest(password.encode(), (person.password if person else "").encode())
    with stores(bank).lock:
        current.attempts += 1
        blocked = current.attempts > policy.login_attempts
    if blocked:
        return pages.refusal(bank, "Too many attempts. Start again at the provider.", status=429)
    if person is None or not (known or not policy.login_password_checked):
        wrong = (
            "The password is wrong." if person or not policy.login_reveals_user else "There is no such user."
        )
        message = wrong if policy.login_reveals_user else "The username or the password is wrong."
        return pages.login(bank, current, _client_name(bank, current), message, username)
    with stores(bank).lock:
        current.customer_id, current.auth_time = person.customer_id, int(bank.now())
        if policy.session_renewed_at_login:
            current.cookie, current.csrf = stores(bank).mint(), stores(bank).mint()
    if policy.consent_page_skipped:
        return approved(bank, request, current, _account_ids(bank, current))
    place = f"{pages.ACTIONS}/consent?interaction={current.identifier}"
    if policy.open_redirect_parameter:
        place = given.get("next", place)
    response = Response(status=policy.redirect_status, headers={"Location": place, **headers(bank)})
    return with_cookie(bank, response, current)


def show_consent(bank: Bank, request: Request) -> Response:
    """Show the consent page to the customer who has just logged in."""
    try:
        current = _current(bank, request, request.args, csrf=False)
    except _Strange:
        current = None
    if current is None or current.customer_id is None or current.error:
        return pages.refusal(bank, "This page has expired. Start again at the provider.")
    return _consent_page(bank, current)


def _consent_page(bank: Bank, current: Interaction, message: str = "") -> Response:
    kind, consent_id = _kind(current)
    view = kind.view(bank, consent_id) if kind else None
    choices = kind.choices(bank, current.customer_id or "") if kind else ()
    return pages.consent(bank, current, _client_name(bank, current), view, choices, message)


def _kind(current: Interaction) -> tuple[consents.ConsentKind | None, str]:
    named, consent_id = current.request.consent or ("", "")
    return consents.KINDS.get(named), consent_id


def _account_ids(bank: Bank, current: Interaction) -> tuple[str, ...]:
    kind, _ = _kind(current)
    return tuple(value for value, _ in kind.choices(bank, current.customer_id or "")) if kind else ()


def decide(bank: Bank, request: Request) -> Response:
    """Take the consent form and send the customer back to the TSP with a code or an error."""
    policy, given = bank.policy.authorization, request.form
    if "decision" not in given:  # a browser that was sent here with 307 posts the login form again
        return show_consent(bank, request)
    try:
        current = _current(bank, request, given, csrf=policy.consent_csrf_checked)
    except _Strange:
        current = None
    if current is None or current.customer_id is None or current.error:
        return pages.refusal(bank, "This page has expired. Start again at the provider.")
    if given.get("decision") != "approve" and policy.denial_is_honoured:
        return _denied(bank, request, current)
    kind, consent_id = _kind(current)
    view = kind.view(bank, consent_id) if kind else None
    choices = _account_ids(bank, current)
    chosen = tuple(value for value in choices if value in given.getlist("account"))
    if not policy.picked_accounts_honoured:
        chosen = choices
    if view and view.picks_accounts and choices and not chosen and given.get("decision") == "approve":
        return _consent_page(bank, current, "Pick at least one account, or deny.")
    return approved(bank, request, current, chosen)


def return_to_provider(bank: Bank, request: Request) -> Response:
    """Take the button of a refusal page: the customer decided to go back."""
    try:
        current = _current(bank, request, request.form, csrf=True)
    except _Strange:
        current = None
    if current is None or current.error is None:
        return pages.refusal(bank, "This page has expired. Start again at the provider.")
    current.done = True
    return answered(bank, request, current.request, {"error": current.error})


def _close(bank: Bank, current: Interaction) -> bool:
    """End the interaction and use up its pushed request; tell whether it was still open."""
    policy, store = bank.policy.authorization, stores(bank)
    with store.lock:
        behind = store.pushed.get(current.pushed or "")
        spent = (
            behind is not None and behind.used and policy.par_single_use and not policy.par_consumed_at_load
        )
        if current.done or spent:
            return False
        current.done = True
        if behind is not None:
            behind.used = True
        return True


def _denied(bank: Bank, request: Request, current: Interaction) -> Response:
    if not _close(bank, current):
        return pages.refusal(bank, "This request is finished already.")
    kind, consent_id = _kind(current)
    if kind:
        kind.reject(bank, consent_id)
    denied = {"error": bank.policy.authorization.denial_error, "error_description": "The customer denied it."}
    return answered(bank, request, current.request, denied)


def approved(bank: Bank, request: Request, current: Interaction, chosen: tuple[str, ...]) -> Response:
    """Record the approval and send the customer back with the code."""
    asked = current.request
    kind, consent_id = _kind(current)
    with stores(bank).lock:
        view = kind.view(bank, consent_id) if kind else None
        if (kind and not (view and view.awaiting)) or not _close(bank, current):
            return pages.refusal(bank, "This request is finished already.")
        if kind:
            kind.authorise(bank, consent_id, current.customer_id or "", chosen)
    grant = Grant(
        identifier=stores(bank).mint(),
        client_id=asked.client_id,
        customer_id=current.customer_id,
        scopes=asked.scopes,
        consent=asked.consent,
        auth_time=current.auth_time or int(bank.now()),
        nonce=asked.nonce,
        resources=asked.resources,
    )
    return code_answer(bank, request, asked, grant)
