"""Consents that a TSP makes before a customer is asked for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.document import NotJson
from conformance.entry import header_fields
from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.client import Client
from conformance.oauth.grant import told
from conformance.oauth.settings import Asked, ConsentRule, filled
from conformance.path import compiled

if TYPE_CHECKING:
    from conformance.answer import Answer
    from conformance.oauth.channel import Channel


HONG_KONG = timezone(timedelta(hours=8))
DAYS = {
    "expires_at": "expires_on",
    "transaction_from": "transaction_from_on",
    "transaction_to": "transaction_to_on",
}
"""What a template calls a moment, and its day."""


def instant(seconds: float) -> str:
    """A moment as RFC 3339 has it, in UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def consent_values(
    access: Channel, rule: ConsentRule, permissions: tuple[str, ...], members: Mapping[str, Any]
) -> dict[str, Any]:
    """What the template of a consent is filled with; of each moment there is the day in Hong Kong as well."""
    ends = access.now() + timedelta(days=rule.days).total_seconds()
    named = permissions or rule.permissions
    if not named and "permissions" not in members and "{permissions}" in json.dumps(rule.create.json_):
        raise Inconclusive(
            "settings.consent.permissions is missing in bank.yaml: the names for {permissions} in the consent"
        )
    values = {
        "permissions": list(named),
        "expires_at": instant(ends),
        "transaction_from": None,
        "transaction_to": None,
        **members,
    }
    days = {day: _day(values[moment]) for moment, day in DAYS.items() if moment in values}
    return {**days, **values}


def _day(moment: Any) -> Any:
    """The day of a moment in Hong Kong; what is no moment stays as it is."""
    try:
        return datetime.fromisoformat(moment).astimezone(HONG_KONG).date().isoformat()
    except (TypeError, ValueError, OverflowError):
        return moment


def consent_request(
    access: Channel, asked: Asked, values: Mapping[str, Any], *, whole: Any = None
) -> Request:
    """One request of the consent resource, with what the bank wants of every request of a TSP.

    ``whole`` replaces its body.
    """
    body = whole if whole is not None else filled(asked.json_, values)
    now = access.now()
    own = {name: filled(value, values) for name, value in header_fields(asked.headers, now)}
    fields = {"Accept": "application/json", **dict(access.tsp.constants()), **own}
    content = b""
    if body is not None:
        fields["Content-Type"] = "application/json"
        content = json.dumps(body).encode()
    url = access.tsp.url(_path(asked.path, values))
    return access.tsp.authorized(Request(asked.method, url, tuple(fields.items()), content))


def _path(template: str, values: Mapping[str, Any]) -> str:
    """A path with its values, each of which stays one segment whatever a bank has put into it."""
    whole = filled(template, values)
    if template.startswith("{") and template.endswith("}") and template.count("{") == 1:
        return str(whole)
    told = {k: quote(str(v), safe=":@") for k, v in values.items() if "{" + k + "}" in template}
    return str(filled(template, told))


def consent_answer(
    access: Channel,
    rule: ConsentRule,
    client: Client,
    permissions: tuple[str, ...],
    members: Mapping[str, Any],
    *,
    whole: Any = None,
) -> Answer:
    """The answer to the making of a consent."""
    values = consent_values(access, rule, permissions, members)
    request = consent_request(access, rule.create, values, whole=whole)
    return access.call(access.machine(rule.scope or None, client=client), request)


def consent_made(
    access: Channel,
    rule: ConsentRule,
    client: Client,
    permissions: tuple[str, ...],
    members: Mapping[str, Any],
) -> str:
    """The identifier of a fresh consent; raises ``Inconclusive`` when none was made."""
    answer = consent_answer(access, rule, client, permissions, members)
    if not answer.ok:
        raise Inconclusive(f"the consent was not made: {said(access, answer)}")
    try:
        found = [match.value for match in compiled(rule.id).find(answer.json())]
    except Exception as error:
        raise Inconclusive(f"the answer with the consent cannot be read: {error}") from error
    if not found or not isinstance(found[0], str | int):
        raise Inconclusive(f"the answer with the consent has no identifier at {rule.id}")
    return str(found[0])


def said(access: Channel, answer: Answer) -> str:
    """Status and error code of an answer of the bank's API, where bank.yaml says where that stands."""
    path, code = access.target.errors.code, ""
    try:
        found = [match.value for match in compiled(path).find(answer.json())] if path else []
    except NotJson:
        found = []
    if found and isinstance(found[0], str | int):
        code = str(found[0])[:80]
    return f"{told(answer)} {code}".strip()


def referring(rule: ConsentRule, consent: str) -> dict[str, Any]:
    """The parameters of an authorization request that refer to a consent."""
    values = {"consent_id": consent}
    named: dict[str, Any] = {k: filled(v, values) for k, v in rule.parameters.items()}
    if rule.authorization_details is not None:
        named["authorization_details"] = json.dumps(filled(rule.authorization_details, values))
    return named
