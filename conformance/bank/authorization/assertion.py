"""Client authentication by private_key_jwt (RFC 7523; OpenID Connect Core 9; FAPI 2.0 5.3.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from conformance.bank.authorization import jws, key_address
from conformance.bank.authorization.issuer import issuer, url
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.authorization.records import Client
from conformance.bank.authorization.stores import stores

if TYPE_CHECKING:
    from conformance.bank.app import Bank

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPES = (None, "jwt", "client-authentication+jwt")


def _leniency(policy: AuthorizationPolicy) -> jws.Leniency:
    return jws.Leniency(
        algorithms=policy.assertion_algs,
        signature_checked=policy.assertion_signature_checked,
        none_accepted=policy.assertion_none_accepted,
        hs256_with_public_key=policy.assertion_hs256_with_public_key,
        embedded_key_trusted=policy.assertion_embedded_key_trusted,
        crit_ignored=policy.assertion_crit_ignored,
        loose_encoding=policy.assertion_loose_encoding,
        size_unlimited=policy.assertion_size_unlimited,
        text_repaired=policy.assertion_text_repaired,
    )


def asserted(bank: Bank, request: Request, assertion: str, client_id: str | None) -> Client:
    """Give the client that made the assertion; raise jws.BadToken when the assertion does not hold."""
    policy, store = bank.policy.authorization, stores(bank)
    leniency = _leniency(policy)
    read = jws.taken_apart(assertion, leniency)
    claims, kid = read.claims, read.header.get("kid")
    subject, made_by = jws.text(claims, "sub"), jws.text(claims, "iss")
    if subject is None and policy.assertion_sub_required:
        raise jws.BadToken("no sub")
    named = subject if subject and policy.assertion_sub_checked else made_by
    client = store.client(named) or (None if policy.assertion_iss_checked else store.client(client_id))
    if client is None:
        raise jws.BadToken("unknown client")
    if policy.assertion_unknown_kid_is_500 and kid not in [key.kid for key in client.keys]:
        raise RuntimeError(f"no key {kid!r}")
    everyone = store.clients.values() if policy.assertion_any_client_key else (client,)
    known = [key for each in everyone for key in each.keys]
    if policy.assertion_first_key_of_kid:
        known = list({key.kid: key for key in reversed(known)}.values())
    if policy.assertion_key_fetched:
        known += key_address.fetched(read.header)
    token = jws.verify(assertion, known, leniency)
    _judge_type(policy, token.header)
    if policy.assertion_iss_checked and made_by != client.client_id:
        raise jws.BadToken("wrong iss")
    _judge_audience(bank, request, claims)
    _judge_times(bank, claims)
    _judge_replay(bank, client, claims)
    return client


def _judge_type(policy: AuthorizationPolicy, header: Mapping[str, Any]) -> None:
    kind = jws.text(header, "typ")
    if policy.assertion_typ_checked and (kind.lower() if kind else None) not in TYPES:
        raise jws.BadToken("another kind of JWT")


def _judge_audience(bank: Bank, request: Request, claims: Mapping[str, Any]) -> None:
    policy, given = bank.policy.authorization, claims.get("aud")
    if policy.assertion_aud == "any":
        return
    if isinstance(given, list) and not policy.assertion_aud_array_allowed:
        raise jws.BadToken("aud is not the issuer as a string")
    audiences = given if isinstance(given, list) else [given]
    own = issuer(bank, request)
    accepted = [own]
    if policy.assertion_aud == "issuer_or_endpoint":
        endpoints = ("token_endpoint", "pushed_authorization_request_endpoint")
        accepted += [url(bank, request, name) for name in endpoints]
        accepted.append(f"{own}{request.path}")
    for audience in (each for each in audiences if isinstance(each, str)):
        if policy.assertion_aud == "prefix" and audience.startswith(own):
            return
        if policy.assertion_aud == "case_insensitive" and audience.lower() == own.lower():
            return
        if audience in accepted:
            return
    raise jws.BadToken("wrong aud")


def _judge_times(bank: Bank, claims: Mapping[str, Any]) -> None:
    policy, now = bank.policy.authorization, bank.now()
    ends, starts, made = (jws.number(claims, name) for name in ("exp", "nbf", "iat"))
    if ends is None:
        if policy.assertion_exp_required:
            raise jws.BadToken("no exp")
    elif policy.assertion_exp_checked and ends <= now - policy.clock_skew:
        raise jws.BadToken("expired")
    elif ends > now + policy.assertion_exp_limit + policy.clock_skew:
        raise jws.BadToken("exp too far ahead")
    if policy.assertion_nbf_checked and starts is not None and starts > now + policy.clock_skew:
        raise jws.BadToken("not yet valid")
    if policy.assertion_iat_checked and made is not None and made > now + policy.clock_skew:
        raise jws.BadToken("made in the future")


def _judge_replay(bank: Bank, client: Client, claims: Mapping[str, Any]) -> None:
    policy, now = bank.policy.authorization, bank.now()
    identifier = jws.text(claims, "jti")
    if not identifier:
        if policy.assertion_jti_required:
            raise jws.BadToken("no jti")
        return
    until = (jws.number(claims, "exp") or now + policy.assertion_exp_limit) + policy.clock_skew + 1
    fresh = stores(bank).first_use("assertion", client.client_id, identifier, now, until)
    if not fresh and policy.assertion_jti_replay_checked:
        raise jws.BadToken("jti used before")
