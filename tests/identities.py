"""Identities for tests: out of a line of YAML, with a token endpoint to answer them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance import yamlfile
from conformance.authentication import Identity
from conformance.model import Request
from conformance.secret import Vault
from conformance.target import Target

NOW = 1_800_000_000.0
ASK = Request("GET", "https://bank.example/v1/fx?currency=USD", (("Accept", "application/json"),))
SECRETS = {
    "BANK_ID": "client-id-0123",
    "BANK_SECRET": "s3cr3t/with+sign=&%",
    "BANK_KEY": "key-abcdefghij",
    "PARTNER": "partner-0001",
}


@dataclass
class Reply:
    """An answer of a token endpoint."""

    status: int = 200
    body: bytes = b"{}"

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Endpoint:
    """A token endpoint: keeps what it was sent and answers with numbered tokens."""

    answer: Callable[[int], Reply]
    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.answer(len(self.asked))


def giving(**members: Any) -> Endpoint:
    return Endpoint(
        lambda n: Reply(
            200, json.dumps({k: f"{v}{n}" if v == "token-" else v for k, v in members.items()}).encode()
        )
    )


def nowhere(request: Request) -> Reply:
    raise AssertionError(f"nothing needs to be sent, but {request.url} was")


def target(authentication: str) -> Target:
    text = f"bank: {{name: Bank}}\nbase_url: https://bank.example\nauthentication: {authentication}\n"
    return yamlfile.validate(yamlfile.parse(text, "bank.yaml"), Target)


def identity(authentication: str, vault: Vault | None = None) -> Identity:
    return target(authentication).authentication.flow(vault or Vault())


def added(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers if (name, value) not in ASK.headers}


OAUTH = 'kind: oauth2-client-credentials, token_url: /auth/oauth/v2/token, client_id: "env:BANK_ID"'
WITH_SECRET = OAUTH + ', client_secret: "env:BANK_SECRET"'
PAYME = """
  kind: signed-request
  algorithm: hmac-sha256
  key: "env:BANK_KEY"
  key_id: key-1
  components:
    [(request-target), Api-Version, Request-Date-Time, Content-Type, Digest, Accept, Trace-Id, Authorization]
  headers: {Api-Version: "0.12", Request-Date-Time: {generate: now-rfc3339}, Trace-Id: {generate: uuid4}}
  digest: {header: Digest}
  token:
    kind: oauth2-client-credentials
    token_url: /oauth2/token
    client_id: "env:BANK_ID"
    client_secret: "env:BANK_SECRET"
    token_fields: {token: accessToken, expires_at: expiresOn}
"""
