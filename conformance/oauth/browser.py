"""A login in a real browser, for pages that need JavaScript: the same steps, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.login import Landing, LoginStep, filled, landed_at, same_place
from conformance.oauth.settings import steps_of

if TYPE_CHECKING:
    from conformance.oauth.front import Front
    from conformance.oauth.grant import Asked

PATIENCE = 15_000
"""Milliseconds that a page may take to show what a step names, or to lead back to the TSP."""
QUIET = 2_000
"""Milliseconds without a request, after which a page leads nowhere else by itself."""


def landed(front: Front, url: str, asked: Asked, values: Mapping[str, str], decision: str) -> Landing:
    """Where the steps lead to in a browser. Raises ``Inconclusive`` when a step does not match its page.

    The browser sees hosts that the target names and no other; the way ends where it is sent to the
    redirect URI, which is not asked for.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise Inconclusive("login.strategy browser needs Playwright: pip install playwright") from None
    steps = steps_of(front.configured, decision)
    came: list[str] = []

    def routed(route: Any) -> None:
        place = str(route.request.url)
        if same_place(place, asked.redirect_uri):
            came.append(place)
            route.fulfill(status=200, content_type="text/html", body="<title>Returned</title>")
        elif front.tsp.knows(place):
            route.continue_()
        else:
            route.abort()

    settings = front.configured.login.settings
    program = settings.get("executable") or shutil.which("chromium")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            # A private authority of tls.ca cannot be given to the browser; hosts are pinned by name instead.
            context = browser.new_context(ignore_https_errors=front.target.tls.ca is not None)
            patience = float(settings.get("patience", PATIENCE / 1000)) * 1000
            context.set_default_timeout(patience)
            context.route("**/*", routed)
            page = context.new_page()
            under_way: set[Any] = set()
            page.on("request", lambda request: under_way.add(request))
            for end in ("requestfinished", "requestfailed"):
                page.on(end, lambda request: under_way.discard(request))
            page.goto(url)
            _follow(page, steps, values, came, Error)
            _wait(page, came, under_way, patience)
            browser.close()
    except Error as error:
        if not came:
            raise Inconclusive(f"the browser could not go on: {str(error).splitlines()[0][:300]}") from None
    if not came:
        raise Inconclusive("after the last login step the bank shows a page instead of returning to the TSP")
    return landed_at(came[0], Answer(Request("GET", url), 302, (), b"", 0.0, 0))


def _follow(
    page: Any, steps: Sequence[LoginStep], values: Mapping[str, str], came: list[str], error: type[Exception]
) -> None:
    for number, step in enumerate(steps, 1):
        if came:
            return
        try:
            _take(page, step, values)
        except error as problem:
            if step.optional or came:
                continue
            offered = page.inner_text("body")[:300] if not page.is_closed() else ""
            raise Inconclusive(
                f"login step {number} does not match the page: {str(problem).splitlines()[0][:160]}; "
                f"the page says {offered!r}"
            ) from None


def _wait(page: Any, came: list[str], under_way: set[Any], patience: float) -> None:
    """Waits for the way back for as long as the bank is asked for something, and a moment longer."""
    waited = quiet = 0
    while not came and waited < patience and quiet < QUIET:
        page.wait_for_timeout(50)
        waited += 50
        quiet = 0 if under_way else quiet + 50


def _take(page: Any, step: LoginStep, values: Mapping[str, str]) -> None:
    for name, text in step.fill.items():
        _field(page, name).fill(filled(text, values))
    for name, text in step.choose.items():
        _field(page, name).select_option(filled(text, values))
    for word in step.tick:
        boxes = page.locator("input[type=checkbox]")
        if word != "all":
            boxes = page.locator(f"input[type=checkbox][name={word!r}]").or_(page.get_by_label(word))
        for index in range(boxes.count()):
            boxes.nth(index).check()
    if step.follow:
        page.get_by_role("link", name=step.follow).first.click()
    if step.press:
        named = page.locator(f"[type=submit][value={step.press!r}], button[value={step.press!r}]")
        page.get_by_role("button", name=step.press).or_(named).first.click()


def _field(page: Any, name: str) -> Any:
    return page.locator(f"[name={name!r}]").or_(page.get_by_label(name)).first
