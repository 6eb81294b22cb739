"""The userinfo endpoint (OpenID Connect Core 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.authorization.answer import stated
from conformance.bank.authorization.refusal import json_answer
from conformance.bank.authorization.resource import access, protected

if TYPE_CHECKING:
    from conformance.bank.app import Bank


@protected
def userinfo(bank: Bank, request: Request) -> Response:
    """Give the subject of a token with scope openid; nothing more was asked for."""
    policy = bank.policy.authorization
    caller = access(bank, request, "openid", userinfo=True)
    if caller.customer_id is None:
        raise http.Refusal(403, "insufficient_scope", "The token is for no customer.")
    sub = stated(caller.customer_id, policy.userinfo_sub, "somebody-else")
    return json_answer({"sub": sub} if sub else {})
