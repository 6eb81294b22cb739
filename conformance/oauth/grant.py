"""What a way through the authorization server gives: a request, a callback, a code, tokens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.oauth.client import Client
from conformance.oauth.login import Landing, Shown

SPARE = 20.0
"""Seconds that a remembered token must still be good for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request as it was made: its parameters, and the secret behind its challenge."""

    client: Client
    parameters: Mapping[str, Any]
    verifier: str = field(default="", repr=False)
    consent: str = ""

    @property
    def redirect_uri(self) -> str:
        return str(self.parameters.get("redirect_uri", ""))

    @property
    def state(self) -> str | None:
        value = self.parameters.get("state")
        return None if value is None else str(value)

    @property
    def nonce(self) -> str | None:
        value = self.parameters.get("nonce")
        return None if value is None else str(value)


ACCEPTED = {"page": "the login page was shown", "after login": "the customer was asked to approve"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an authorization request before anybody logged in.

    ``stage`` is ``pushed`` when the pushed request endpoint refused it, ``page`` when a page came,
    ``landed`` when the customer was sent away at once. Where the login page comes whatever is asked for,
    ``after login`` is a page behind it and ``returned`` a customer sent back after the login. ``accepted``
    says whether the login page came, or there a code or the page to approve.
    """

    asked: Asked
    stage: str
    accepted: bool
    answer: Answer
    shown: Shown | None = None
    landing: Landing | None = None

    @property
    def error(self) -> str:
        """The OAuth error code of the refusal; empty when it has none that can be read."""
        if self.landing is not None:
            return self.landing.error
        return error_of(self.answer)

    @property
    def words(self) -> str:
        """What happened, for a finding."""
        if self.accepted:
            return f"the request was accepted: {ACCEPTED.get(self.stage, 'a code was given')}"
        error = f" {self.error}" if self.error else ""
        if self.landing is not None:
            return f"a redirect to {place_of(self.landing.url)}{error}"
        return f"refused: {self.answer.status}{error}"


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code and everything needed to redeem it; ``trail`` are the answers on the way."""

    value: str = field(repr=False)
    asked: Asked
    landing: Landing
    parameters: Mapping[str, str]
    trail: tuple[Answer, ...] = ()

    @property
    def client(self) -> Client:
        return self.asked.client


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens, with the response that gave them. ``expires_at`` is in seconds since the epoch, or infinite.

    ``consent`` is the identifier of the consent behind them, where one was made beforehand.
    """

    access_token: str = field(repr=False)
    reply: Answer | None
    members: Mapping[str, Any] = field(repr=False)
    client: Client
    received: float
    consent: str = ""

    @property
    def answer(self) -> Answer:
        """The token response; raises ``Inconclusive`` for tokens that were given beforehand."""
        if self.reply is None:
            raise Inconclusive("login.strategy is tokens: no token response was seen")
        return self.reply

    @property
    def refresh_token(self) -> str:
        return _text(self.members.get("refresh_token"))

    @property
    def id_token(self) -> str:
        return _text(self.members.get("id_token"))

    @property
    def token_type(self) -> str:
        return _text(self.members.get("token_type"))

    @property
    def scope(self) -> str | None:
        value = self.members.get("scope")
        return value if isinstance(value, str) else None

    @property
    def expires_at(self) -> float:
        value: Any = self.members.get("expires_in")
        try:
            seconds = math.inf if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, ArithmeticError):
            return math.inf
        return self.received + seconds


@dataclass(frozen=True, slots=True)
class Grant:
    """What one customer allowed one TSP: its login and its tokens. ``customer`` counts from 0."""

    login: Code | None
    tokens: Tokens
    customer: int = 0
    permissions: tuple[str, ...] = ()

    @property
    def access_token(self) -> str:
        return self.tokens.access_token

    @property
    def code(self) -> Code:
        """The code behind it; raises ``Inconclusive`` for tokens that were given beforehand."""
        if self.login is None:
            raise Inconclusive("login.strategy is tokens: there was no login to look at")
        return self.login

    @property
    def client(self) -> Client:
        return self.tokens.client

    @property
    def consent(self) -> str:
        """The identifier of the consent behind it; empty where the bank has none."""
        return self.login.asked.consent if self.login else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def members_of(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of an answer; empty when it is none."""
    try:
        value = answer.json()
    except Exception:  # whatever a bank's body is, it is then no JSON object
        return {}
    return value if isinstance(value, Mapping) else {}


def error_of(answer: Answer) -> str:
    """The ``error`` member of an OAuth answer; empty when there is none."""
    return _text(members_of(answer).get("error"))[:80]


def told(answer: Answer) -> str:
    """Status and error code of an answer, for a finding."""
    error = error_of(answer)
    return f"{answer.status} {error}".strip()


def place_of(url: str) -> str:
    """A URL without query and fragment, for a finding."""
    return url.split("#")[0].split("?")[0][:200]
