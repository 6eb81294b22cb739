"""A walk through the login pages that leaves the path at one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.oauth.access import Access
from conformance.oauth.html import Form, Page
from conformance.oauth.login import Browser, Landing, LoginStep, Step, taken
from conformance.oauth.settings import steps_of
from conformance.oauth.strategy import customer_values


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands: the page or place it reached, the names of the fields that were changed."""

    reached: Step
    browser: Browser
    answer: Answer
    changed: tuple[str, ...] = ()

    @property
    def landing(self) -> Landing | None:
        return self.reached if isinstance(self.reached, Landing) else None

    @property
    def page(self) -> Page | None:
        return None if isinstance(self.reached, Landing) else self.reached.page


def steps(access: Access) -> tuple[LoginStep, ...]:
    """The steps to approve; raises ``Inconclusive`` where the login is not scripted."""
    if access.configured.login.strategy != "form":
        raise Inconclusive("needs login.strategy form, with which single steps can be left out or changed")
    return steps_of(access.configured, "approve")


def before(access: Access, number: int, *, values: dict[str, str] | None = None) -> Walk:
    """A fresh login up to the page of a step, counted from 0."""
    asked = access.ask()
    window = access.browser(asked)
    attempt = access.attempt(asked, browser=window)
    if attempt.shown is None:
        access.control()
        raise Inconclusive("the bank showed no page to log in on")
    reached: Step = attempt.shown
    told = values or dict(customer_values(access.customer(0)))
    for step in steps(access)[:number]:
        if isinstance(reached, Landing):
            break
        if not step.fits(reached.page):
            if step.optional:
                continue
            break
        reached = access.run(taken(window, reached.page, step, told), None)
    if number:
        access.logs_in(0)
    return Walk(reached, window, window.trail[-1])


def matches(access: Access, walk: Walk, number: int) -> bool:
    """Whether a walk stands on the page of a step."""
    known = steps(access)
    return (
        number < len(known)
        and walk.page is not None
        and walk.answer.status < 400
        and known[number].fits(walk.page)
    )


def beyond(access: Access, walk: Walk, number: int) -> bool:
    """Whether a walk got past a step: to the page of the next, or to the TSP with a code."""
    if walk.landing is not None:
        return not walk.landing.error and bool(access.response_of(walk.landing).get("code"))
    return matches(access, walk, number + 1) and not matches(access, walk, number)


def form_of(access: Access, walk: Walk, number: int) -> tuple[Page, Form, LoginStep]:
    """The form of a step on the page where a walk stands; raises ``Inconclusive`` when it is not there."""
    step = steps(access)[number]
    page = walk.page
    form = step.form_on(page) if page is not None else None
    if page is None or form is None:
        raise Inconclusive(f"login step {number + 1} is not reached")
    return page, form, step


def sent(
    access: Access,
    walk: Walk,
    number: int,
    change: Callable[[str, str], str | None] = lambda _, __: None,
    *,
    browser: Browser | None = None,
    values: dict[str, str] | None = None,
) -> Walk:
    """Sends the form of a step with hidden fields changed, from the same browser or another."""
    page, form, step = form_of(access, walk, number)
    told = values or dict(customer_values(access.customer(0)))
    hidden = {field.name for field in form.fields if field.kind == "hidden"}
    pairs, changed = [], []
    for name, value in step.pairs(form, told):
        other = change(name, value) if name in hidden else None
        if other is not None:
            changed.append(name)
        pairs.append((name, value if other is None else other))
    window = browser or walk.browser
    if not number:
        access.logs_in(0)
    reached: Step = access.run(window.submit(page, form, pairs), None)
    return Walk(reached, window, window.trail[-1], tuple(changed))


def walked(access: Access, number: int, change: Callable[[str, str], str | None]) -> Walk | None:
    """A fresh login in which one step's hidden fields are changed; None where no field is to be changed."""
    if number >= len(steps(access)):
        return None
    start = before(access, number)
    if not matches(access, start, number):
        return None
    _, form, _ = form_of(access, start, number)
    hidden = [field for field in form.fields if field.kind == "hidden"]
    if not any(change(field.name, field.value) is not None for field in hidden):
        return None
    return sent(access, start, number, change)
