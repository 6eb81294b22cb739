"""Where client authentication is tried: an endpoint that shows by its answer whether a client was let in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable, Unreachable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.client import Client, asserted, assertion
from conformance.oauth.grant import Tokens, members_of, told
from conformance.registry import Findings


def let_in(answer: Answer | None) -> bool:
    """Whether a client was served: a token or a request URI came."""
    if answer is None or not answer.ok:
        return False
    members = members_of(answer)
    return bool(members.get("access_token") or members.get("request_uri"))


def places(access: Access) -> tuple[str, ...]:
    """The endpoints to try at: token, where a TSP gets tokens in its own name, and pushed requests.

    Where there is neither, the token endpoint with a refresh token of a login for this purpose.
    """
    found = []
    if access.acts_alone:
        found.append("token_endpoint")
    if access.server.has("pushed_authorization_request_endpoint"):
        found.append("pushed_authorization_request_endpoint")
    if not found and not _renewable(access, access.client)[-1].refresh_token:
        raise Inconclusive(
            "neither client credentials nor pushed requests nor refresh tokens are offered, so that no "
            "answer shows whether a client was authenticated"
        )
    return tuple(found) or ("token_endpoint",)


def _renewable(access: Access, client: Client) -> list[Tokens]:
    """The tokens of a login for this purpose, renewed ones last, since refresh tokens may be rotated."""
    kept: list[Tokens] = access.memory.once(
        ("client", "renewable", client.client_id), lambda: [access.fresh(client=client).tokens]
    )
    return kept


def _kept(access: Access, client: Client, answer: Answer) -> Answer:
    """The answer, whose refresh token is the one to go on with."""
    if let_in(answer) and members_of(answer).get("refresh_token") and not access.acts_alone:
        _renewable(access, client).append(access.tokens(answer, client))
    return answer


def form_for(access: Access, place: str, client: Client | None = None) -> Mapping[str, Any]:
    """A right request for an endpoint but for the client's authentication."""
    if place == "token_endpoint" and access.acts_alone:
        return {"grant_type": "client_credentials", "scope": access.settings.machine_scope or None}
    if place == "token_endpoint":
        newest = _renewable(access, client or access.client)[-1]
        return {"grant_type": "refresh_token", "refresh_token": newest.refresh_token}
    asked = access.probe(client=client)
    if access.signs():
        return {"client_id": asked.client.client_id, "request": access.request_object(asked)}
    return dict(asked.parameters)


def control(access: Access, place: str) -> None:
    """A rightly authenticated request, once in a round; raises ``Inconclusive`` when it is refused."""

    def fetch() -> Answer:
        return _kept(access, access.client, access.post(place, form_for(access, place)))

    answer: Answer = access.memory.once(("client", "control", place), fetch)
    if not let_in(answer):
        access.control()
        raise Inconclusive(
            f"control request refused: the client's own authentication was answered {told(answer)}; check "
            "client_id, client_authentication, client_key, client_key_id and this machine's clock"
        )


def tried(access: Access, place: str, form: Mapping[str, Any], **options: Any) -> Answer | None:
    """The answer to a request with other authentication; None when the connection was refused."""
    try:
        client = options.get("client") or access.client
        made = form_for(access, place, client)
        return _kept(access, client, access.post(place, {**made, **form}, **options))
    except Unreachable:
        return None


def signs(access: Access) -> Client:
    """The client, where it authenticates by a signed assertion; raises ``NotApplicable`` where not."""
    client = access.client
    if client.method != "private_key_jwt":
        raise NotApplicable("the TSP does not authenticate by private_key_jwt")
    return client


def wrong_assertion(
    access: Access, what: str, make: Mapping[str, Any] | str, *, client: Client | None = None
) -> Findings:
    """Findings for an assertion that an endpoint took although something in it is wrong.

    ``make`` is the whole assertion, or the changes to a right one.
    """
    caller = client or signs(access)
    for place in places(access):
        text = make if isinstance(make, str) else assertion(caller, access.audience, access.now(), **make)
        answer = tried(access, place, asserted(text), client=caller)
        if let_in(answer) and answer is not None:
            expected, at = f"a client assertion {what} refused", f"client_assertion at {place}"
            yield Finding(expected, told(answer), at, answer.exchange)
            break
    for place in places(access):
        control(access, place)


def unverified(access: Access) -> bool:
    """Whether assertions are taken whatever their signature is: no other fault is then worth a word."""

    def fetch() -> bool:
        client = signs(access)
        text = jose.flipped(assertion(client, access.audience, access.now()), 2)
        return any(let_in(tried(access, place, asserted(text))) for place in places(access))

    found: bool = access.memory.once(("client", "unverified"), fetch)
    return found
