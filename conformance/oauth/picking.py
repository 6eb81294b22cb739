"""A customer who gives some of their accounts and not all: the approval with but one box ticked."""

from __future__ import annotations

from conformance.errors import Inconclusive, NotApplicable
from conformance.oauth.access import Access
from conformance.oauth.grant import Code, Grant
from conformance.oauth.login import Landing, Step, taken
from conformance.oauth.settings import steps_of
from conformance.oauth.strategy import customer_values, sees_pages


def picked(access: Access, permissions: tuple[str, ...], *, customer: int = 0) -> Grant:
    """A grant of one's own for which the customer ticked the first box only, of several that steps tick.

    Raises ``NotApplicable`` where no page of the bank has several boxes to tick.
    """
    if not sees_pages(access.configured):
        raise NotApplicable("the suite does not see the pages on which customers pick their accounts")
    asked = access.ask(permissions=permissions)
    window = access.browser(asked)
    attempt = access.attempt(asked, browser=window)
    if attempt.shown is None or not attempt.accepted:
        raise Inconclusive(f"control request refused: a right authorization request: {attempt.words}")
    values = customer_values(access.customer(customer))
    access.logs_in(customer)
    current: Step = attempt.shown
    several = False
    for step in steps_of(access.configured, "approve"):
        if isinstance(current, Landing):
            break
        form = step.form_on(current.page)
        if form is None and step.optional:
            continue
        if form is None:
            current = access.run(taken(window, current.page, step, values), None)
            continue
        left_out = _all_but_one(step.boxes(form))
        several = several or bool(left_out)
        pairs = [pair for pair in step.pairs(form, values) if pair not in left_out]
        current = access.run(window.submit(current.page, form, pairs), None)
    if not several:
        raise NotApplicable("no page of the bank has several boxes that the steps of bank.yaml tick")
    if not isinstance(current, Landing) or not access.response_of(current).get("code"):
        raise NotApplicable("the bank lets nobody approve with one box ticked of several")
    parameters = access.response_of(current)
    code = Code(parameters["code"], asked, current, parameters, tuple(window.trail))
    return Grant(code, access.tokens(access.redeem(code), code.client), customer, permissions)


def _all_but_one(boxes: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The boxes to leave alone: of each list of boxes with one name all but the first, and no single one."""
    return {box for number, box in enumerate(boxes) if box[0] in {name for name, _ in boxes[:number]}}
