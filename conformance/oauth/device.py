"""The customer's own device, on which backchannel requests are decided (CIBA Core 1.0, 8)."""

from __future__ import annotations

from urllib.parse import urljoin

from conformance.errors import Inconclusive
from conformance.oauth.front import Front
from conformance.oauth.login import Browser, Landing, LoginStep, Shown, taken
from conformance.oauth.strategy import customer_values


def decided_on(front: Front, message: str, *, customer: int = 0, decision: str = "approve") -> None:
    """The customer decides on the request with this message; raises ``Inconclusive`` when they cannot."""
    device = front.settings.device
    if device is None:
        raise Inconclusive(
            "authorization.settings.device is missing in bank.yaml: where customers approve, and how"
        )
    steps = [LoginStep.read(each) for each in (device.approve if decision == "approve" else device.deny)]
    if not steps:
        raise Inconclusive(f"authorization.settings.device.{decision} is missing: the steps to {decision}")
    values = {**customer_values(front.customer(customer)), "binding_message": message}
    window = Browser(front.tsp.knows)
    front.logs_in(customer)
    current = front.run(window.open(urljoin(front.server.issuer + "/", device.page)), None)
    for number, step in enumerate(steps, 1):
        if not isinstance(current, Shown) or not step.fits(current.page):
            if step.optional:
                continue
            what = step.missing(current.page) if isinstance(current, Shown) else "it leads elsewhere"
            raise Inconclusive(f"step {number} does not match the device's page: {what}")
        current = front.run(taken(window, current.page, step, values), None)
    if isinstance(current, Landing) or current.answer.status >= 400:
        raise Inconclusive(f"the customer could not {decision} the request on the device's page")
