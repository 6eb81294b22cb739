"""What a bank says of the calls around its payments: debits, refunds, events, further confirmation, days."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from conformance.oauth.settings import Asked
from conformance.reference import JsonPath, Part


class ApprovalRules(Part):
    """How a customer allows a payment that the bank has taken already and that waits for them.

    Such a bank has no consent beforehand: the TSP gives the instruction in its own name. ``link`` is where
    the first answer tells the bank's page on which the customer decides, by the steps of the login; without
    one ``parameters`` or ``authorization_details`` (RFC 9396) of an authorization request refer to the
    payment by ``{id}``, with ``scope``. ``cancellation`` is where the answer to a cancellation links the page
    on which the customer confirms that.
    """

    link: JsonPath | Literal[""] = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    authorization_details: Any = None
    scope: str = ""
    cancellation: JsonPath | Literal[""] = ""

    @model_validator(mode="after")
    def _one_way(self) -> ApprovalRules:
        if bool(self.link) == bool(self.parameters or self.authorization_details is not None):
            raise ValueError("tell either link, or parameters or authorization_details: one way to approve")
        return self


class DebitRules(Part):
    """How a creditor debits an account under a direct debit authorisation, in the TSP's own name.

    ``instruct`` is filled with ``{mandate}``, ``{amount}`` and ``{currency}``. ``once_a_period`` are the
    members of an authorisation by which its customer allows one debit in a period; empty where a customer
    cannot.
    """

    instruct: Asked
    id: JsonPath = "$.data.id"
    once_a_period: dict[str, Any] = Field(default_factory=dict)


class RefundRules(Part):
    """How a payment to a merchant is given back, in the TSP's own name.

    ``create`` is filled with ``{id}``, ``{amount}`` and ``{currency}``; ``approve`` has the sandbox's
    customer approve a payment, as they would in the bank's app.
    """

    create: Asked
    id: JsonPath = "$.data.id"
    approve: Asked | None = None


class EventRules(Part):
    """How a TSP polls for what became of its payments: signed tokens (RFC 8417), as in RFC 8936.

    ``sets`` is where they stand in an answer: an object of tokens by identifier, or a list of tokens.
    ``about`` is where a token's claims name the payment, ``acknowledge`` is asked with ``{ids}``, a list.
    ``issuer`` is empty where tokens are issued by the authorization server's own issuer.
    """

    poll: Asked
    sets: JsonPath = "$.sets"
    about: JsonPath = "$.events.*.payment_id"
    acknowledge: Asked | None = None
    issuer: str = ""
    keys: str = ""


class StepUpRules(Part):
    """From which amount a payment waits for its customer's one-time password, and what it is called then.

    ``amount`` is one that must wait; ``waits`` are the statuses in which a payment waits.
    """

    amount: str
    waits: tuple[str, ...] = ("awaiting_otp",)


class DayRules(Part):
    """On which days the bank carries payments out: ``functions`` on business days alone.

    ``on_holiday`` is what becomes of one for a day that is none: refused, or moved to the next business day.
    ``cut_off`` is the time in Hong Kong, ``HH:MM``, from which a payment of ``cut_off_functions`` is of the
    next business day. ``member`` is the instruction's member for the day; the row's is ``execution_date``.
    """

    functions: tuple[str, ...] = ()
    on_holiday: Literal["refused", "next"] = "refused"
    saturdays: bool = True
    cut_off: str = Field(default="", pattern=r"^$|^([01][0-9]|2[0-3]):[0-5][0-9]$")
    cut_off_functions: tuple[str, ...] = ()
    member: str = "execution_date"
