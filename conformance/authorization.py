"""The ``authorization`` section of a target file: how customers let the TSP in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from conformance.address import safe
from conformance.reference import FilePath, Part, SecretRef, TextOrSecret, secret

ClientAuthentication = Literal[
    "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "client_secret_basic",
    "client_secret_post", "client_secret_jwt", "none",
]  # fmt: skip


SECRETS = ("registration_token",)
"""What of the free section ``settings`` is a secret."""


class Client(Part):
    """A TSP as the bank has registered it; keys and certificates are PEM."""

    client_id: TextOrSecret = ""
    client_secret: SecretRef | None = None
    client_authentication: ClientAuthentication = "private_key_jwt"
    client_key: SecretRef | None = None
    client_key_id: str = ""
    client_certificate: FilePath | None = None
    certificate_key: SecretRef | None = None
    signing_algorithm: str = ""
    redirect_uri: str = ""
    other_redirect_uris: tuple[str, ...] = ()
    scope: str = ""


class Customer(Part):
    """A synthetic customer; ``fields`` fills other inputs of the bank's login pages, by name."""

    name: str
    username: TextOrSecret = ""
    password: SecretRef | None = None
    fields: dict[str, TextOrSecret] = Field(default_factory=dict)
    accounts: tuple[str, ...] = ()


class Login(Part):
    """How a customer's consent is given: by form, in a browser, by a person, or beforehand as tokens.

    ``settings`` belong to the strategy.
    """

    strategy: Literal["form", "browser", "manual", "tokens"] = "manual"
    settings: dict[str, Any] = Field(default_factory=dict)
    tokens: dict[str, SecretRef] = Field(default_factory=dict)


class Authorization(Client):
    """The bank's authorization server, the TSP's registrations with it, and the customers.

    ``endpoints`` stand in for what discovery does not tell, by the names of RFC 8414.
    """

    issuer: str = ""
    discovery: str = ""
    endpoints: dict[str, str] = Field(default_factory=dict)
    sender_constraint: Literal["", "mtls", "dpop"] = ""
    login: Login = Field(default_factory=Login)
    customers: tuple[Customer, ...] = ()
    second_tsp: Client | None = None
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("issuer", "discovery")
    @classmethod
    def _url(cls, url: str) -> str:
        return safe(url) if url else url

    @field_validator("endpoints")
    @classmethod
    def _urls(cls, endpoints: dict[str, str]) -> Mapping[str, str]:
        for name, url in endpoints.items():
            try:
                safe(url)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return endpoints

    @field_validator("settings")
    @classmethod
    def _read(cls, settings: dict[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        """Its secrets as secrets, since only here it is known where the file lies."""
        return {name: secret(value, info) if name in SECRETS else value for name, value in settings.items()}

    @property
    def hosts(self) -> tuple[str, ...]:
        """The URLs of the authorization server that the file names."""
        return tuple(url for url in (self.issuer, self.discovery, *self.endpoints.values()) if url)
