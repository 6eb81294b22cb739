"""The customer's session on the login pages: of one browser, renewed at login, proof against forgery."""

from __future__ import annotations

import secrets

from conformance.checks.authorize import walk as walks
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.client import revealed
from conformance.oauth.login import Browser
from conformance.oauth.strategy import customer_values
from conformance.registry import Findings, check
from conformance.secret import Secret

TOKENS = ("csrf", "xsrf", "authenticity", "requestverification", "synchronizer", "anti-forgery")


def _other_browser(access: Access, walk: walks.Walk, *, cookies: bool = False) -> Browser:
    window = Browser(access.tsp.knows, walk.browser.redirect_uris)
    if cookies:
        window.cookies = dict(walk.browser.cookies)
    return window


def _forged(name: str, value: str) -> str | None:
    """Another token for a hidden field that holds one against forgery."""
    if any(word in name.lower() for word in TOKENS):
        return secrets.token_urlsafe(len(value))[: len(value)] or "forged"
    return None


@check(requests=16, logins=(2, "grant"))
def form_token_checked(access: Access) -> Findings:
    """Refuses a form whose token against forgery is not the one that it gave."""
    for number in range(len(walks.steps(access))):
        walk = walks.walked(access, number, _forged)
        if walk is not None and walk.changed and walks.beyond(access, walk, number):
            names = ", ".join(walk.changed)
            yield Finding(
                "a forged form refused",
                f"step {number + 1} taken",
                f"form field {names}",
                walk.answer.exchange,
            )
    access.grant()


@check(requests=16, logins=(2, "grant"))
def bound_to_browser(access: Access) -> Findings:
    """Takes a form only from the browser that it was shown in."""
    for number in range(len(walks.steps(access))):
        start = walks.before(access, number)
        if not walks.matches(access, start, number) or not start.browser.cookies:
            continue
        walk = walks.sent(access, start, number, browser=_other_browser(access, start))
        if walks.beyond(access, walk, number):
            expected = "a form from a browser without the cookies refused"
            yield Finding(expected, f"step {number + 1} taken", "cookies", walk.answer.exchange)
    access.grant()


@check(requests=16, logins=(1, "grant"))
def session_renewed(access: Access) -> Findings:
    """Gives the customer a new session at login, so that one known before it is worth nothing."""
    if len(walks.steps(access)) < 2:
        return
    asks = [f"{{{name}}}" for name in _secrets(access)]
    fills = ("".join(step.fill.values()) for step in walks.steps(access))
    # A name alone is no login yet: what counts is the first page that takes a secret.
    number = next((n for n, text in enumerate(fills) if any(each in text for each in asks)), 0)
    start = walks.before(access, number)
    known = _other_browser(access, start, cookies=True)
    if not known.cookies or not walks.matches(access, start, number):
        return
    after = walks.sent(access, start, number)
    if after.page is None or not walks.matches(access, after, number + 1):
        return
    strange = _other_browser(access, start)
    for window in (strange, known):
        reached = access.run(window.open(after.page.url), None)
        seen = walks.Walk(reached, window, window.trail[-1])
        if walks.matches(access, seen, number + 1):
            break
    expected = "the session from before the login refused"
    if window is known and walks.matches(access, seen, number + 1):
        yield Finding(expected, "it shows the customer's page", "cookies", seen.answer.exchange)
    elif window is known:
        # A page that answers a form cannot be asked for again; its own form can be sent.
        for browser in (_other_browser(access, start), known):
            seen = walks.sent(access, after, number + 1, browser=browser)
            if walks.beyond(access, seen, number + 1):
                if browser is known:
                    yield Finding(expected, "it goes on as the customer", "cookies", seen.answer.exchange)
                break
    access.grant()


@check(requests=8, logins=(1,))
def approval_asked(access: Access) -> Findings:
    """Asks the customer, after the login, to approve what the TSP asks for."""
    if access.settings.consent is None:
        raise NotApplicable("the bank makes no consent beforehand, so that an earlier approval may stand")
    known = walks.steps(access)
    if len(known) < 2:
        raise NotApplicable("the login has one step only, in which the customer approves as well")
    walk = walks.before(access, len(known) - 1)
    if walk.landing is not None and access.response_of(walk.landing).get("code"):
        yield Finding(
            "a page that asks for approval", "a code right after the login", "login", walk.answer.exchange
        )


@check(requests=10, intrusive=True, logins=(1, "grant"))
def password_checked(access: Access) -> Findings:
    """Lets nobody in with a wrong password, or another wrong secret of the login."""
    right = dict(customer_values(access.customer(0)))
    for name in _secrets(access):
        given = [step for step in walks.steps(access) if f"{{{name}}}" in "".join(step.fill.values())]
        if not given:
            continue
        number = walks.steps(access).index(given[0])
        start = walks.before(access, number)
        if not walks.matches(access, start, number):
            continue
        walk = walks.sent(access, start, number, values={**right, name: _wrong(name, right[name])})
        if walks.beyond(access, walk, number):
            yield Finding(f"a wrong {name} refused", "the login went on", name, walk.answer.exchange)
            break
    access.grant()


def _secrets(access: Access) -> tuple[str, ...]:
    """What bank.yaml gives as the customer's secrets: the password, and other fields from the environment."""
    customer = access.customer(0)
    others = tuple(name for name, value in customer.fields.items() if isinstance(value, Secret))
    return (("password",) if customer.password is not None else ()) + others


def _wrong(name: str, right: str) -> str:
    """Another secret, of the same form where that is digits."""
    if name == "password" or not right.isdigit():
        return f"Wrong-{secrets.token_hex(6)}"
    return "".join(str((int(each) + 1 + secrets.randbelow(8)) % 10) for each in right)


@check(requests=10, intrusive=True, logins=(2, "grant"))
def customers_not_told(access: Access) -> Findings:
    """Answers a wrong password and an unknown customer alike."""
    customer = access.customer(0)
    wrong = f"Wrong-{secrets.token_hex(6)}"
    texts = []
    answer = None
    for name in (revealed(customer.username), f"nobody-{secrets.token_hex(4)}"):
        start = walks.before(access, 0)
        if not walks.matches(access, start, 0):
            return
        walk = walks.sent(access, start, 0, values={"username": name, "password": wrong})
        if walk.page is None or walks.beyond(access, walk, 0):
            return
        texts.append((walk.answer.status, walk.page.text.replace(name, "")))
        answer = walk.answer
    if answer is not None and texts[0] != texts[1]:
        yield Finding("the same answer to both", "different answers", "login page", answer.exchange)
    access.grant()
