"""Authentication with a token that a bank hands out in its own way: by Basic, JSON, a signed JWT."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from conformance.authentication import Reply, Scheme, Token, prefixed
from conformance.entry import HeaderValue, header_fields, refuse_literals
from conformance.errors import ConfigurationError
from conformance.model import Request
from conformance.redaction import Kind, kind
from conformance.reference import REFERENCE, Part, Seconds, SecretRef, TextOrSecret, secret
from conformance.secret import Secret
from conformance.token import FORM, TokenFields, absolute, address, basic, reveal


class Basic(Part):
    """A user name and password of scheme Basic."""

    username: TextOrSecret
    password: SecretRef


class SignedClaims(Part):
    """A JWT that is made for each token request; ``iat``, ``exp`` and ``jti`` are added where not given."""

    algorithm: Literal["HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "EdDSA"] = "RS256"
    key: SecretRef
    claims: dict[str, Any] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    lifetime: Seconds = 300.0

    @field_validator("claims", mode="before")
    @classmethod
    def _resolved(cls, claims: Any, info: ValidationInfo) -> Any:
        return _leaves(claims, info)

    def made(self, now: float) -> str:
        """The signed JWT, in its compact form."""
        added = {"iat": int(now), "exp": int(now + self.lifetime), "jti": str(uuid.uuid4())}
        claims = {k: v for k, v in (added | _filled(self.claims, "")).items() if v is not None}
        import jwt  # 80 ms that most targets never need

        try:
            return jwt.encode(claims, self.key.reveal(), self.algorithm, self.headers or None)
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise ConfigurationError(f"the JWT of the token request cannot be signed: {error}") from None


def _leaves(value: Any, info: ValidationInfo, name: str = "") -> Any:
    """JSON with its references as secrets; a secret written out under a telling name is refused."""
    if isinstance(value, Mapping):
        return {str(key): _leaves(inner, info, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_leaves(inner, info, name) for inner in value]
    if isinstance(value, str) and REFERENCE.fullmatch(value):
        return secret(value, info)
    if isinstance(value, str) and value != "{jwt}" and kind(name) is Kind.SECRET:
        raise ValueError(f"{name}: a secret must not stand in the file itself; write env:NAME or file:PATH")
    return value


def _filled(value: Any, made: str) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: _filled(inner, made) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, made) for inner in value]
    return made if value == "{jwt}" else value


class TokenRequest(Part):
    """The request that fetches a bank's own kind of token; ``{jwt}`` in its body is the signed JWT."""

    method: Literal["GET", "POST", "PUT"] = "POST"
    path: str
    headers: dict[str, HeaderValue] = Field(default_factory=dict)
    basic: Basic | None = None
    json_: Any = Field(default=None, alias="json")
    form: dict[str, TextOrSecret] | None = None
    jwt: SignedClaims | None = None

    @field_validator("path")
    @classmethod
    def _url(cls, url: str) -> str:
        return address(url)

    @field_validator("headers")
    @classmethod
    def _named(cls, headers: dict[str, HeaderValue]) -> Any:
        return refuse_literals(headers)

    @field_validator("json_", mode="before")
    @classmethod
    def _resolved(cls, value: Any, info: ValidationInfo) -> Any:
        return _leaves(value, info)

    @model_validator(mode="after")
    def _one_body(self) -> TokenRequest:
        if self.json_ is not None and self.form is not None:
            raise ValueError("give either json or form")
        for name, value in (self.form or {}).items():
            if (
                isinstance(value, str)
                and value != "{jwt}"
                and kind(name) is Kind.SECRET
                and name != "client_id"
            ):
                raise ValueError(f"form.{name}: a secret must not stand in the file itself; write env:NAME")
        return self

    def made(self, now: float) -> Request:
        """The request, with everything filled in."""
        token = self.jwt.made(now) if self.jwt else ""
        fields = [("Accept", "application/json"), *header_fields(self.headers, now)]
        if self.basic is not None:
            fields.append(("Authorization", basic(reveal(self.basic.username), self.basic.password.reveal())))
        body = b""
        if self.json_ is not None:
            fields.append(("Content-Type", "application/json"))
            body = json.dumps(_filled(self.json_, token), ensure_ascii=False, separators=(",", ":")).encode()
        elif self.form is not None:
            fields.append(("Content-Type", FORM))
            body = urlencode(_filled(self.form, token)).encode()
        return Request(self.method, self.path, tuple(fields), body)


class Send(Part):
    """The header field that carries the token, and what stands before it."""

    header: str = "Authorization"
    prefix: str = ""


def _json_path(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith("$"):
        raise ValueError("expected a JSONPath into the answer, such as $.accessToken")
    return value


class CustomToken(Scheme):
    """A token fetched in a bank's own way, and sent in a header field of its own."""

    kind: Literal["custom-token"]
    asked: TokenRequest = Field(alias="request")
    found: Annotated[str, BeforeValidator(_json_path)] = Field(alias="token")
    expires_in: str = "$.expires_in"
    expires_at: str = ""
    send: Send = Field(default_factory=Send)
    headers: dict[str, HeaderValue] = Field(default_factory=dict)

    @field_validator("headers")
    @classmethod
    def _named(cls, headers: dict[str, HeaderValue]) -> Any:
        return refuse_literals(headers)

    @property
    def wants_token(self) -> bool:
        return True

    @property
    def carriers(self) -> tuple[str, ...]:
        return (
            self.send.header,
            *(name for name, value in self.headers.items() if isinstance(value, Secret)),
        )

    def constants(self, now: float) -> tuple[tuple[str, str], ...]:
        return header_fields({k: v for k, v in self.headers.items() if not isinstance(v, Secret)}, now)

    @property
    def hosts(self) -> tuple[str, ...]:
        return () if self.asked.path.startswith("/") else (self.asked.path,)

    def under(self, base_url: str) -> CustomToken:
        asked = self.asked.model_copy(update={"path": absolute(base_url, self.asked.path)})
        return self.model_copy(update={"asked": asked})

    def pairs(self) -> Iterator[str]:
        if self.asked.basic is not None:
            yield f"{reveal(self.asked.basic.username)}:{self.asked.basic.password.reveal()}"

    def request(self, now: float) -> Request:
        return self.asked.made(now)

    def token(self, reply: Reply, now: float) -> Token:
        fields = TokenFields(token=self.found, expires_in=self.expires_in, expires_at=self.expires_at)
        return fields.read(reply, now)

    def sign(self, request: Request, token: Token | None, now: float) -> Request:
        for name, value in header_fields(self.headers, now):
            request = request.with_header(name, value)
        if token is None:
            return request
        return request.with_header(self.send.header, prefixed(self.send.prefix, token.value))
