"""The parameters of a request to an OAuth endpoint: from the body alone, each once (RFC 6749 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

from conformance.bank.authorization.refusal import OAuthError

if TYPE_CHECKING:
    from conformance.bank.app import Bank

FORM = "application/x-www-form-urlencoded"


def single(bank: Bank, given: MultiDict[str, str]) -> dict[str, str]:
    """Give each parameter once; raise OAuthError for one that stands twice. Empty ones count as absent."""
    lists = dict(given.lists())
    twice = any(len(values) > 1 for values in lists.values())
    if twice and not bank.policy.authorization.duplicate_parameters_accepted:
        raise OAuthError("invalid_request", "A parameter stands more than once.")
    return {name: values[0] for name, values in lists.items() if values[0]}


def body(bank: Bank, request: Request) -> dict[str, str]:
    """Give the form of the request; raise OAuthError for another media type."""
    policy = bank.policy.authorization
    if policy.token_media_type_checked and request.method == "POST" and request.mimetype != FORM:
        raise OAuthError("invalid_request", f"The body is {FORM}.", 415 if request.mimetype else 400)
    given = single(bank, request.form)
    if not given and not policy.token_media_type_checked and request.mimetype == "application/json":
        read = request.get_json(silent=True)
        given = {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}
    if policy.token_parameters_in_query or request.method == "GET":
        given = {**single(bank, request.args), **given}
    return given
