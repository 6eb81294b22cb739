"""The authorization response: parameters, issuer, JARM, and the redirect that carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from werkzeug.wrappers import Request, Response

from conformance.bank.authorization import keys
from conformance.bank.authorization.issuer import issuer
from conformance.bank.authorization.policy import Echo, Issuer
from conformance.bank.authorization.records import AuthorizationRequest

if TYPE_CHECKING:
    from conformance.bank.app import Bank

TRUNCATED = 64


def echoed(value: str | None, echo: Echo) -> str | None:
    """Give state or nonce as the policy gives it back."""
    if echo == "invented":
        return value or "invented"
    if value is None or echo == "dropped":
        return None
    if echo == "lowered":
        return value.lower()
    return value[:TRUNCATED] if echo == "truncated" else value


def stated(right: str, choice: Issuer, wrong: str) -> str | None:
    """Give the right value, a wrong one or none."""
    return {"right": right, "wrong": wrong, "absent": None}[choice]


def answered(
    bank: Bank, request: Request, asked: AuthorizationRequest, result: dict[str, str], *, front: bool = False
) -> Response:
    """Send the customer back with the result (a code, or an error); `front` puts it in the fragment."""
    policy, own = bank.policy.authorization, issuer(bank, request)
    parameters: dict[str, object] = dict(result)
    if "error" in result and policy.error_description_has_control:
        parameters["error_description"] = "refused\r\n\tby the bank"
    state = echoed(asked.state, policy.state)
    if state is not None:
        parameters["state"] = state
    choice = policy.iss_in_error_response if "error" in result else policy.iss_in_response
    iss = stated(own, choice, "https://other-bank.example")
    if asked.response_mode == "jwt":
        parameters = _signed(bank, asked, parameters, own) | _beside(bank, parameters, iss)
    elif iss is not None:
        parameters["iss"] = iss
    mark = "#" if front or asked.response_mode == "fragment" else "?"
    if mark == "?" and urlsplit(asked.redirect_uri).query:
        mark = "&"
    place = f"{asked.redirect_uri}{mark}{urlencode(parameters, quote_via=quote)}"
    return Response(status=policy.redirect_status, headers={"Location": place, **headers(bank)})


def _signed(
    bank: Bank, asked: AuthorizationRequest, parameters: dict[str, object], own: str
) -> dict[str, object]:
    policy = bank.policy.authorization
    own_claims = {
        "iss": stated(own, policy.jarm_iss, "https://other-bank.example"),
        "aud": stated(asked.client_id, policy.jarm_aud, "another-client"),
        "exp": int(bank.now()) + policy.jarm_lifetime if policy.jarm_lifetime else None,
    }
    told = {name: value for name, value in own_claims.items() if value is not None}
    return {"response": keys.signed(bank, {**parameters, **told}, policy.jarm_alg)}


def _beside(bank: Bank, parameters: dict[str, object], iss: str | None) -> dict[str, object]:
    policy = bank.policy.authorization
    beside = dict(parameters) if policy.jarm_plain_parameters else {}
    if policy.jarm_plain_iss and iss is not None:
        beside["iss"] = iss
    return beside


def headers(bank: Bank) -> dict[str, str]:
    """Give the headers of every page and redirect of the authorization endpoint."""
    policy = bank.policy.authorization
    given = {
        "Referrer-Policy": policy.page_referrer_policy,
        "Cache-Control": policy.page_cache_control,
        "Pragma": "no-cache",
    }
    if policy.page_cors:
        given["Access-Control-Allow-Origin"] = "*"
    return {name: value for name, value in given.items() if value}
