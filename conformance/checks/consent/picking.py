"""The accounts that the customer gave, and those that they kept for themselves."""

from __future__ import annotations

from conformance.checks.consent.rule import HEADERS, rule_of
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import Tokens
from conformance.oauth.picking import picked
from conformance.path_values import filled, places_in
from conformance.probe import has_rows
from conformance.protected import Protected, tried
from conformance.registry import Findings, check

LISTS = ("accounts.status", "accounts.availability")


@check(requests=16, logins=("picked", "grant of all"))
def picked_accounts_only(protected: Protected) -> Findings:
    """Opens the accounts that the customer picked when they approved, and no other of theirs."""
    whole = protected.identifiers("account_id")
    if len(whole) < 2:
        raise NotApplicable("the customer has but one account")
    access = protected.access
    tokens = _picked(protected)
    kept = list(whole)
    for name in LISTS:
        if name not in protected.operations:
            continue
        operation = protected.operation(name)
        answer = protected.control(operation, tokens)
        listed = [each for each in whole if each in answer.text()]
        if len(listed) == len(whole):
            expected = f"some of {len(whole)} accounts, since the customer picked one"
            yield Finding(expected, "all of them", f"function {name}", answer.exchange)
            return
        kept = [each for each in kept if each not in listed]
    for name in ("accounts.balances", "accounts.transactions"):
        if name not in protected.operations or not kept:
            continue
        operation = protected.operation(name)
        if len(places_in(operation)) != 1:
            continue
        request = protected.request(filled(operation, {places_in(operation)[0]: kept[0]}))
        opened = tried(access.call, tokens, request)
        if opened is not None and opened.ok and has_rows(operation, opened):
            expected = "a refusal of an account that the customer did not pick"
            yield Finding(expected, f"status {opened.status}", f"function {name}", opened.exchange)
            return


@check(requests=16, logins=("picked", "grant of all"))
def consents_kept_apart(protected: Protected) -> Findings:
    """Opens to a token what its own consent names, whatever other consent of its customer a header names."""
    rule_of(protected)
    whole = protected.identifiers("account_id")
    if len(whole) < 2:
        raise NotApplicable("the customer has but one account")
    access, tokens = protected.access, _picked(protected)
    headers = tuple((name, protected.grant().consent) for name in HEADERS)
    for name in (name for name in LISTS if name in protected.operations):
        operation = protected.operation(name)
        own = protected.control(operation, tokens)
        missing = [each for each in whole if each not in own.text()]
        request = protected.request(operation, headers=headers)
        answer = tried(lambda: access.call(tokens, request))  # noqa: B023
        if answer is not None and answer.ok and [each for each in missing if each in answer.text()]:
            expected = "the accounts of the token's consent"
            yield Finding(expected, "those of another consent", f"function {name}", answer.exchange)
            return


def _picked(protected: Protected) -> Tokens:
    """The tokens of a customer who picked one account of theirs, from one login in a round."""
    access = protected.access
    tokens: Tokens = access.memory.once(
        ("consent", "picked"), lambda: picked(access, protected.permissions).tokens
    )
    return tokens
