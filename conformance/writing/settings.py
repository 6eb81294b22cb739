"""The ``writes`` section of a target file: what may be written, how much of it, and in which way."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from conformance.oauth.settings import Asked, ConsentRule
from conformance.reference import JsonPath, Part, Seconds, SecretRef
from conformance.writing.applying import ApplicationRules
from conformance.writing.idempotency import Idempotency
from conformance.writing.rules import (
    ApprovalRules,
    DayRules,
    DebitRules,
    EventRules,
    RefundRules,
    StepUpRules,
)


def _money(value: Any) -> Any:
    """A decimal written as text or as a whole number; exact, finite, not negative."""
    if isinstance(value, bool | float):
        raise ValueError("write an amount in quotes, so that it is exact")  # noqa: TRY004
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{value!r} is no amount")
    return str(value)


Money = Annotated[str, BeforeValidator(_money), WithJsonSchema({"type": "string", "examples": ["1.00"]})]


class Signing(Part):
    """How a request is signed, by the TSP's key.

    ``jws``: detached over the body (RFC 7515, appendix F); ``http-message``: RFC 9421; ``cavage``:
    draft-cavage-http-signatures-12. ``components`` are covered in order; ``max_age`` is how old a signature
    may be, in seconds. ``issued_at`` names the JWS header parameter that tells its time; ``unencoded`` signs
    the body as it is (RFC 7797); ``members``, with ``{client_id}``, stand in a JWS header besides, and
    ``critical`` are listed in its ``crit``. ``algorithm`` is that of a JWS where the key allows several.
    ``consents`` says that requests for consents are signed as well.
    """

    kind: Literal["jws", "http-message", "cavage"]
    header: str = "x-jws-signature"
    issued_at: str = "iat"
    unencoded: bool = False
    components: tuple[str, ...] = ()
    digest: str = ""
    max_age: Seconds = 60.0
    replay_refused: bool = True
    members: dict[str, Any] = Field(default_factory=dict)
    critical: tuple[str, ...] = ()
    consents: bool = False
    algorithm: Literal["", "RS256", "RS512", "PS256", "PS512", "ES256", "EdDSA"] = ""
    key: SecretRef | None = None
    key_id: str = ""


class OneTimePassword(Part):
    """Where the sandbox tells the password that a customer's phone gets, and the bounds that the bank keeps.

    ``tries`` is how many wrong ones the bank takes at most, ``lifetime`` seconds; ``fixed`` is a sandbox's
    constant password.
    """

    inbox: Asked | None = None
    at: JsonPath = "$.data.otp"
    fixed: SecretRef | None = None
    confirm: Asked = Field(
        default_factory=lambda: Asked(path="/payments/{id}/confirmation", json={"otp": "{otp}"})
    )
    renew: Asked | None = None
    tries: int = 5
    lifetime: Seconds = 300.0


class Writes(Part):
    """What cases that write may do.

    Each payment is of ``amount`` in ``currency``; all of a run together never exceed ``budget``. ``account``
    names, for the plan, the account that pays. ``largest`` is the most that the bank takes in one payment,
    empty where it does not say; ``amounts`` is how it writes them: as texts, as JSON numbers, or as whole
    numbers of minor units; ``date_form`` how it writes days, such as ``%Y%m%d``. ``values`` holds the members
    of each function's instruction by function id,
    ``{amount}`` and ``{currency}`` among their values; ``required`` are members that must be there by dotted
    paths, such as ``creditor.name``, beside amount, currency, creditor and limit. ``creditors`` are payees
    that the bank takes, each with its ``identification`` and what the bank calls its ``scheme``; ``kind``
    says phone, email, fps_id, account or qr where the bank's own word is another. ``unregistered`` are payees
    in their right form that nobody has registered. ``consent`` is how a customer is asked for one instruction
    beforehand, which is ``{instruction}`` or, as the function's own template makes it, ``{body}``; ``scope``
    is what the customer's token needs, ``read_scope`` the TSP's own. A bank that makes a payment first and
    asks its customer then has ``approval`` in place of ``consent``, and ``scope`` is of the TSP's own token.
    """

    currency: str = Field(default="HKD", pattern="^[A-Z]{3}$")
    amount: Money = "1.00"
    budget: Money = "0"
    account: str = "the account that the customer picks"
    largest: Money | Literal[""] = ""
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    required: tuple[str, ...] = ()
    creditors: tuple[dict[str, str], ...] = ()
    unregistered: tuple[dict[str, str], ...] = ()
    amounts: Literal["text", "number", "minor"] = "text"
    date_form: str = ""
    accounts: tuple[str, ...] = ()
    scope: str = "payments"
    read_scope: str = ""
    idempotency: Idempotency | None = None
    signature: Signing | None = None
    consent: ConsentRule | None = None
    approval: ApprovalRules | None = None
    status: Asked = Field(default_factory=lambda: Asked(method="GET", path="/payments/{id}"))
    cancel: Asked | None = None
    one_time_password: OneTimePassword | None = None
    step_up: StepUpRules | None = None
    debit: DebitRules | None = None
    refund: RefundRules | None = None
    events: EventRules | None = None
    days: DayRules | None = None
    applications: ApplicationRules | None = None

    @model_validator(mode="after")
    def _asked_once(self) -> Writes:
        if self.consent is not None and self.approval is not None:
            raise ValueError("give consent (asked beforehand) or approval (asked afterwards), not both")
        return self
