"""Guarding protected resources (RFC 6750; RFC 8705 3; RFC 9449 7; FAPI 2.0 5.3.4)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from werkzeug.wrappers import Request, Response

from conformance.bank import http
from conformance.bank.authorization import consent, dpop, jws
from conformance.bank.authorization.certificate import presented
from conformance.bank.authorization.issuer import resources
from conformance.bank.authorization.records import AccessToken
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

Path = ParamSpec("Path")
Handler = Callable[Concatenate["Bank", Request, Path], Response]
INTERACTION = "x-fapi-interaction-id"
PREFIX = 24
_INTERACTION = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Access:
    """Who calls, for whom, and with which consent."""

    client_id: str
    customer_id: str | None
    consent: tuple[str, str] | None
    scopes: tuple[str, ...]
    token: AccessToken


def protected(handler: Handler[Path]) -> Handler[Path]:
    """Play x-fapi-interaction-id back on every answer, refusals too; make one where none came."""

    @wraps(handler)
    def answering(bank: Bank, request: Request, /, *args: Path.args, **values: Path.kwargs) -> Response:
        told = _interaction(bank, request)
        try:
            http.require_json(bank, request)
            response = handler(bank, request, *args, **values)
        except http.Refusal as refused:
            refused.headers = {**refused.headers, **told}
            raise
        response.headers.update(told)
        return response

    return answering


def _interaction(bank: Bank, request: Request) -> dict[str, str]:
    policy, given = bank.policy.authorization, request.headers.get(INTERACTION, "")
    if policy.interaction_id == "absent":
        return {}
    kept = policy.interaction_id == "echoed" and _INTERACTION.fullmatch(given)
    return {INTERACTION: given if kept else str(uuid.uuid4())}


def access(bank: Bank, request: Request, *scopes: str, userinfo: bool = False) -> Access:
    """Give who calls, when the token is good for one of the scopes; raise http.Refusal otherwise."""
    policy, now = bank.policy.authorization, bank.now()
    scheme, value = _credentials(bank, request)
    token = _found(bank, value)
    if token is None:
        raise _refused(bank, "invalid_token", "The token is not valid.", value)
    if token.expires_at <= now and policy.token_expiry_checked:
        raise _refused(bank, "invalid_token", "The token has expired.", value)
    if (token.revoked or token.grant.revoked) and not policy.revoked_token_accepted:
        raise _refused(bank, "invalid_token", "The token is revoked.", value)
    if token.grant.consent:
        named, consent_id = token.grant.consent
        if not consent.KINDS[named].active(bank, consent_id):
            raise _refused(bank, "invalid_token", "The consent behind the token has ended.", value)
    _judge_binding(bank, request, token, scheme, value)
    target = resources(bank, request)[1 if userinfo else 0]
    if policy.audience_checked and target not in token.audience:
        raise _refused(bank, "invalid_token", "The token is for another resource.", value)
    if policy.scope_checked and not set(scopes) & set(token.scopes):
        raise _refused(bank, "insufficient_scope", "The token's scope does not cover this.", value, scopes)
    grant = token.grant
    return Access(grant.client_id, grant.customer_id, grant.consent, token.scopes, token)


def insufficient(bank: Bank, description: str, scope: str) -> http.Refusal:
    """Give the refusal of a call that the token or its consent does not cover."""
    return _refused(bank, "insufficient_scope", description, "", (scope,))


def _credentials(bank: Bank, request: Request) -> tuple[str, str]:
    policy = bank.policy.authorization
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    elsewhere = request.args.get("access_token")
    form = request.form.get("access_token") if request.mimetype.endswith("form-urlencoded") else None
    if not policy.scheme_case_sensitive:
        scheme = {"dpop": "DPoP", "bearer": "Bearer"}.get(scheme.lower(), scheme)
    if scheme in ("DPoP", "Bearer") and value:
        if (elsewhere and not policy.bearer_in_query_accepted) or (
            form and not policy.bearer_in_form_accepted
        ):
            raise _refused(bank, "invalid_request", "The token stands in more than one place.", value)
        return scheme, value.strip()
    accepted = "DPoP" if policy.sender_constraint == "dpop" else "Bearer"
    if elsewhere and policy.bearer_in_query_accepted:
        return accepted, elsewhere
    if form and policy.bearer_in_form_accepted:
        return accepted, form
    raise _refused(bank, "", "A token is needed.", "")


def _found(bank: Bank, value: str) -> AccessToken | None:
    policy, store = bank.policy.authorization, stores(bank)
    found = store.access.get(value)
    if found is not None:
        return found
    renewing = store.refresh.get(value) if policy.refresh_tokens_open else None
    if renewing is not None:
        with store.lock:
            given = [each for each in store.access.values() if each.grant is renewing.grant]
        return given[-1] if given else None
    unsigned = policy.access_token_format == "jwt" and not policy.access_token_signature_checked
    if not (policy.any_token_accepted or policy.access_token_prefix_compared or unsigned):
        return None
    with store.lock:
        tokens = list(store.access.values())
    if policy.any_token_accepted:
        return next((each for each in reversed(tokens) if each.grant.customer_id), None)
    if policy.access_token_prefix_compared:
        return next((each for each in tokens if each.value[:PREFIX] == value[:PREFIX]), None)
    try:
        read = jws.taken_apart(value, jws.Leniency((), loose_encoding=True)).claims
    except (jws.BadToken, ValueError):
        return None
    return next((each for each in tokens if each.identifier == read.get("jti")), None)


def _judge_binding(bank: Bank, request: Request, token: AccessToken, scheme: str, value: str) -> None:
    policy = bank.policy.authorization
    if token.bound is None:
        constrained = (
            policy.sender_constraint != "none" and policy.token_bound and policy.token_binding_required
        )
        if constrained or (scheme == "DPoP" and policy.sender_constraint != "dpop"):
            raise _refused(bank, "invalid_token", "The token is not bound to its sender.", value)
        return
    method, confirmed = token.bound
    if method == "x5t#S256":
        shown = presented(bank, request)
        holder = shown.thumbprint if shown else None
    else:
        if scheme != "DPoP" and not policy.dpop_bearer_scheme_accepted:
            raise _refused(bank, "invalid_token", "The token is used with the DPoP scheme.", value)
        try:
            holder = dpop.proved(bank, request, value)
        except dpop.BadProof as fault:
            raise _refused(bank, fault.error, fault.description, value, headers=fault.headers) from fault
    downgraded = method == "jkt" and scheme == "Bearer"
    if holder is None and (policy.token_without_proof_accepted or downgraded):
        return
    if holder is None:
        raise _refused(bank, "invalid_token", "The caller does not show what the token is bound to.", value)
    if holder != confirmed and policy.token_binding_checked:
        raise _refused(bank, "invalid_token", "The token is bound to another sender.", value)


def _scheme(bank: Bank) -> str:
    return "DPoP" if bank.policy.authorization.sender_constraint == "dpop" else "Bearer"


def _refused(
    bank: Bank,
    error: str,
    description: str,
    token: str,
    scopes: tuple[str, ...] = (),
    headers: dict[str, str] | None = None,
) -> http.Refusal:
    """Give the refusal with its challenge (RFC 6750 3; RFC 9449 7.1)."""
    policy = bank.policy.authorization
    status = {"insufficient_scope": policy.forbidden_status, "invalid_request": 400}.get(
        error, policy.unauthorised_status
    )
    members = ['realm="accounts"']
    if _scheme(bank) == "DPoP":
        members.append(f'algs="{" ".join(policy.dpop_algs)}"')
    if error and policy.www_authenticate_error:
        members += [f'error="{error}"', f'error_description="{description}"']
    if scopes and error:
        members.append(f'scope="{" ".join(scopes)}"')
    told = dict(headers or {})
    if policy.www_authenticate:
        told["WWW-Authenticate"] = f"{_scheme(bank)} {', '.join(members)}"
    message = f"{description} ({token})" if policy.token_echoed_in_error else description
    return http.Refusal(status, error or "unauthorized", message, told)
