"""Registering clients that nobody will use, with one thing wrong at a time, and taking them away again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Request
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of, told
from conformance.protected import tried
from conformance.registry import Findings

CALLBACK = "https://conformance.example/callback"


@dataclass
class Registrar:
    """The registration endpoint of a bank, and what admits to it."""

    access: Access
    url: str
    token: str

    @classmethod
    def of(cls, access: Access) -> Registrar:
        """Raises ``NotApplicable`` without such an endpoint, ``Inconclusive`` without a token for it."""
        url = access.server.endpoint("registration_endpoint")
        secret = access.settings.registration_token
        if secret is None:
            raise Inconclusive("authorization.settings.registration_token is missing in bank.yaml")
        return cls(access, url, secret.reveal())

    def metadata(self, **changes: Any) -> dict[str, Any]:
        """The metadata of a right client; a change of None leaves a member out."""
        methods = self.access.server.listed("token_endpoint_auth_methods_supported")
        named: dict[str, Any] = {
            "client_name": "Conformance",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "jwks": {"keys": [public_jwk()]},
        }
        if "private_key_jwt" in methods:
            named["token_endpoint_auth_method"] = "private_key_jwt"
        elif "tls_client_auth" in methods:
            named["token_endpoint_auth_method"] = "tls_client_auth"
            named["tls_client_auth_subject_dn"] = "CN=conformance,O=Conformance,C=HK"
        else:
            raise NotApplicable("the bank registers no clients that authenticate by key or certificate")
        return {name: value for name, value in {**named, **changes}.items() if value is not None}

    def sent(self, token: str | None = None, **changes: Any) -> Answer | None:
        """The answer to a registration; a client that came of it is taken away again."""
        answer = self.posted(token, **changes)
        if answer is not None and answer.ok:
            self.removed(members_of(answer))
        return answer

    def posted(self, token: str | None = None, **changes: Any) -> Answer | None:
        """The answer to a registration, whose client stays."""
        shown = self.token if token is None else token
        headers = [("Accept", "application/json"), ("Content-Type", "application/json")]
        if shown:
            headers.append(("Authorization", f"Bearer {shown}"))
        body = json.dumps(self.metadata(**changes)).encode()
        return tried(lambda: self.access.tsp.send(Request("POST", self.url, tuple(headers), body)))

    def managed(self, told: Mapping[str, Any], method: str, token: str | None = None) -> Answer | None:
        """The answer at the place where a client is managed; None where it has none or the bank broke off."""
        place, own = told.get("registration_client_uri"), told.get("registration_access_token")
        if not isinstance(place, str) or not isinstance(own, str) or not self.access.tsp.knows(place):
            return None
        self.access.tsp.hide(own, "REGISTRATION_ACCESS_TOKEN")
        headers = (("Accept", "application/json"), ("Authorization", f"Bearer {token or own}"))
        return tried(lambda: self.access.tsp.send(Request(method, place, headers)))

    def removed(self, told: Mapping[str, Any]) -> None:
        """Takes a client away again."""
        self.managed(told, "DELETE")

    def refused(self, expected: str, changes: Mapping[str, Mapping[str, Any]]) -> Findings:
        """A finding for the first of the wrong registrations that is accepted; then the control."""
        for how, change in changes.items():
            answer = self.sent(**change)
            if answer is not None and answer.ok:
                yield Finding(expected, f"status {answer.status}", how, answer.exchange)
                break
        self.control()

    def control(self) -> Answer:
        """A right registration; raises ``Inconclusive`` when it is refused."""
        answer = self.sent()
        if answer is None or not answer.ok:
            said = told(answer) if answer is not None else "by breaking off"
            raise Inconclusive(f"control request refused: a right registration was answered {said}")
        return answer


def public_jwk(**members: Any) -> dict[str, Any]:
    """The JWK of a new key, with further members."""
    return {**jose.jwk_of(jose.fresh_key()), "use": "sig", "kid": "conformance", **members}
