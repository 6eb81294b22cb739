"""How a TSP shows a bank who it is: what the target file says of it, and the identity that it gives.

Nothing here opens a connection: an identity yields the requests that it needs sent and takes the answers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.reference import Part, SecretRef
from conformance.secret import Secret, Vault

EARLY = 30.0
"""Seconds before its end that a token is renewed, at most a tenth of its life."""


class Reply(Protocol):
    """An answer, as far as credentials are read from it."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...

    def json(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the moment, in seconds since the epoch, from which it is no longer used."""

    value: str = field(repr=False)
    type: str = ""
    expires_at: float = math.inf
    life: str = ""
    """How long it is good for as the bank has written it; empty where it did not."""
    fetched: float = 0.0
    answer: Reply | None = field(default=None, repr=False, compare=False)
    """The answer that it came in."""


Flow = Generator[Request, Reply, Token]


class Scheme(Part):
    """One kind of authentication, as a target file describes it."""

    @property
    def carriers(self) -> tuple[str, ...]:
        """The names of the header fields that hold its credentials."""
        return ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The URLs, besides the bank's base URL, that it sends requests to."""
        return ()

    def constants(self, now: float) -> tuple[tuple[str, str], ...]:
        """Header fields that it adds to every request and that are no credentials, such as a country."""
        return ()

    def under(self, base_url: str) -> Scheme:
        """The same, with addresses relative to the bank's base URL made absolute."""
        return self

    @property
    def wants_token(self) -> bool:
        """Whether a token must be fetched before a request can be signed."""
        return False

    def pairs(self) -> Iterator[str]:
        """Values made of secrets that must be hidden as well, such as ``id:secret`` of Basic."""
        yield from ()

    def request(self, now: float) -> Request | None:
        """What fetches a token; None where none is needed."""
        return None

    def token(self, reply: Reply, now: float) -> Token:
        """The token in an answer. Raises ``Inconclusive`` when there is none."""
        raise Inconclusive("this kind of authentication has no token")

    def sign(self, request: Request, token: Token | None, now: float) -> Request:
        """The request with the credentials."""
        return request

    def flow(self, vault: Vault) -> Identity:
        """An identity of this kind; its secrets are read and hidden from now on."""
        return Identity(self, vault)


class Anonymous(Scheme):
    """The bank asks nobody who they are."""

    kind: Literal["none"] = "none"


class HeaderPair(Scheme):
    """Credentials in header fields of every request: an id and a secret, or more."""

    kind: Literal["header-pair"]
    headers: dict[str, SecretRef] = Field(min_length=1)

    @property
    def carriers(self) -> tuple[str, ...]:
        return tuple(self.headers)

    def sign(self, request: Request, token: Token | None, now: float) -> Request:
        for name, value in self.headers.items():
            request = request.with_header(name, value.reveal())
        return request


class HeaderKey(Scheme):
    """One key in one header field of every request."""

    kind: Literal["header-key"]
    header: str
    value: SecretRef
    prefix: str = ""

    @property
    def carriers(self) -> tuple[str, ...]:
        return (self.header,)

    def sign(self, request: Request, token: Token | None, now: float) -> Request:
        return request.with_header(self.header, prefixed(self.prefix, self.value.reveal()))


class Identity:
    """A TSP towards one bank: keeps its token, renews it when it ends, and signs requests.

    Not locked: whoever shares one lets one thread in at a time.
    """

    def __init__(self, scheme: Scheme, vault: Vault) -> None:
        self._scheme = scheme
        self._vault = vault
        self._token: Token | None = None
        self._renew_at = -math.inf
        for _, secret in secrets(scheme):
            vault.add(secret)
        for pair in scheme.pairs():
            vault.add(pair, "BASIC")

    @property
    def kind(self) -> str:
        """The kind's name in the target file; ``none`` when the bank asks for nothing."""
        return str(getattr(self._scheme, "kind", "none"))

    @property
    def expires_at(self) -> float:
        """When the token in hand ends, in seconds since the epoch; infinite when nothing ends."""
        return self._token.expires_at if self._token else math.inf

    @property
    def token(self) -> Token | None:
        """The token in hand."""
        return self._token

    def renew(self, now: float) -> Flow:
        """Yields the request for a new token, takes its answer, and keeps and returns the token."""
        asked = self._scheme.request(now)
        if asked is None:
            return Token("")
        with self._vault.expecting(lambda body: self._spotted(body, now)):
            reply = yield asked
        token = replace(self._scheme.token(reply, now), answer=reply)
        self._vault.add(token.value, "ACCESS_TOKEN")
        self._token = token
        self._renew_at = token.expires_at - min(EARLY, max(0.0, token.expires_at - now) / 10)
        return token

    def constants(self, now: float) -> tuple[tuple[str, str], ...]:
        """The header fields of its kind that are no credentials."""
        return self._scheme.constants(now)

    def sign(self, request: Request, token: Token | None, now: float) -> Request:
        """The request with the credentials, of this token where one is needed."""
        return self._scheme.sign(request, token, now)

    def apply(self, request: Request, send: Callable[[Request], Reply], now: float) -> Request:
        """The request with the credentials; a token is fetched through ``send`` when there is none in time.

        Raises ``Inconclusive`` when the bank gives no token.
        """
        if self._scheme.wants_token and (self._token is None or now >= self._renew_at):
            self._token = None
            flow = self.renew(now)
            try:
                reply = send(next(flow))
                while True:
                    reply = send(flow.send(reply))
            except StopIteration:
                pass
            finally:
                flow.close()
        return self._scheme.sign(request, self._token, now)

    def shown(self, request: Request) -> str:
        """The credentials that a request shows, where a token is one of them; else nothing."""
        if not self._scheme.wants_token:
            return ""
        return " ".join(filter(None, (request.header(name) for name in self._scheme.carriers)))

    def carried(self, request: Request) -> bool:
        """Whether a request shows the token in hand."""
        token = self._token.value if self._token else ""
        return bool(token) and any(token in (request.header(name) or "") for name in self._scheme.carriers)

    def forget(self) -> None:
        """Drops the token in hand, so that the next request fetches another."""
        self._token = None

    def _spotted(self, body: bytes, now: float) -> Iterator[tuple[str, str]]:
        """The token in a body that is about to be recorded."""
        try:
            yield self._scheme.token(_Body(body), now).value, "ACCESS_TOKEN"
        except Inconclusive:
            return


@dataclass(frozen=True, slots=True)
class _Body:
    """A body judged before its answer is there."""

    body: bytes
    status: int = 200

    def json(self) -> Any:
        return json.loads(self.body)


def prefixed(prefix: str, value: str) -> str:
    """``Bearer abc``, or the value alone."""
    return f"{prefix} {value}" if prefix else value


def secrets(value: Any, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Secret]]:
    """Every secret inside a section of a target file, with its location in the file."""
    if isinstance(value, Secret):
        yield loc, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from secrets(getattr(value, name), (*loc, info.alias or name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from secrets(inner, (*loc, str(name)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from secrets(inner, (*loc, index))
