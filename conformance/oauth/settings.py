"""What ``authorization.settings`` and ``login.settings`` of a target file say about this bank's ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from conformance.authorization import Authorization
from conformance.entry import HeaderValue, refuse_literals
from conformance.errors import Inconclusive
from conformance.oauth.login import LoginStep
from conformance.reference import Part, SecretRef


class Asked(Part):
    """One request of the consent resource. ``{name}`` stands for a value, in texts and in lists.

    ``headers`` are sent beside those of every request. ``reads`` says whether it changes nothing, whatever
    its method; None leaves it to what it is asked for, and to its method.
    """

    method: str = "POST"
    path: str
    json_: Any = Field(default=None, alias="json")
    headers: dict[str, HeaderValue] = Field(default_factory=dict)
    reads: bool | None = None

    @field_validator("headers")
    @classmethod
    def _named(cls, headers: dict[str, HeaderValue]) -> Any:
        return refuse_literals(headers)


class ConsentRule(Part):
    """How a consent is made before a customer is asked for it, and how a request refers to it.

    ``id`` is the JSONPath of the identifier in the answer; ``authorization_details`` (RFC 9396) or
    ``parameters`` carry it in the authorization request; ``scope`` is what the TSP's own token needs.
    """

    create: Asked
    id: str = "$.data.id"
    scope: str = ""
    authorization_details: Any = None
    parameters: dict[str, str] = Field(default_factory=dict)
    read: Asked | None = None
    revoke: Asked | None = None
    permissions: tuple[str, ...] = ()
    days: int = 30


class Device(Part):
    """Where customers decide on backchannel requests (CIBA), and by which steps: those of ``login.settings``.

    ``page`` is its URL, or its path below the issuer. Fillings may name ``{binding_message}`` besides the
    customer's own values.
    """

    page: str
    approve: tuple[dict[str, Any], ...]
    deny: tuple[dict[str, Any], ...] = ()


class Settings(Part):
    """The free section of ``authorization``.

    ``push`` and ``request_object`` choose how requests travel where metadata leave it open; ``code_lifetime``
    is in seconds; ``parameters`` are added to every authorization request. ``machine_scope`` is what a TSP
    asks for in its own name: that of the consents where it is left out. ``registration_token`` admits to
    dynamic registration; ``device`` is where customers decide on what is asked of them there.
    """

    push: bool | None = None
    request_object: bool | None = None
    response_mode: Literal["", "query", "fragment", "form_post", "jwt", "query.jwt"] = ""
    code_lifetime: float = 60.0
    parameters: dict[str, str] = Field(default_factory=dict)
    machine_scope: str = ""
    resource: str = ""
    consent: ConsentRule | None = None
    registration_token: SecretRef | None = None
    device: Device | None = None


def settings_of(configured: Authorization) -> Settings:
    """The settings of a target. Raises ``Inconclusive`` for what cannot be read."""
    try:
        settings = Settings.model_validate(configured.settings)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Inconclusive(f"authorization.settings.{place}: {first['msg']}") from None
    if settings.machine_scope or settings.consent is None:
        return settings
    return settings.model_copy(update={"machine_scope": settings.consent.scope})


def steps_of(configured: Authorization, decision: str) -> tuple[LoginStep, ...]:
    """The scripted steps to approve or to deny. Raises ``Inconclusive`` when the file has none."""
    name = "steps" if decision == "approve" else decision
    given = configured.login.settings.get(name)
    if not isinstance(given, list) or not given:
        raise Inconclusive(f"authorization.login.settings.{name} is missing: the steps to {decision}")
    return tuple(LoginStep.read(each) for each in given)


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A template with ``{name}`` replaced; a text that is nothing but one name becomes its value.

    A member whose value is absent is left out.
    """
    if isinstance(value, str):
        if value.startswith("{") and value.endswith("}") and value[1:-1] in values:
            return values[value[1:-1]]
        for name, told in values.items():
            value = value.replace("{" + name + "}", str(told))
        return value
    if isinstance(value, Mapping):
        made = {k: filled(v, values) for k, v in value.items()}
        return {k: v for k, v in made.items() if v is not None}
    if isinstance(value, list | tuple):
        return [filled(v, values) for v in value]
    return value
