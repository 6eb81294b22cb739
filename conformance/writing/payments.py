"""Payments as a TSP makes them: an instruction, its customer's consent, a signed request, told to the ledger.

Every call that could make something passes ``_sent``: it refuses where the target admits no writes, and it
tells the ledger before and after.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable, Refused
from conformance.ledger import Ledger
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.client import Client
from conformance.oauth.consent import consent_request, consent_values, referring
from conformance.oauth.grant import Tokens, told
from conformance.oauth.settings import Asked, ConsentRule, filled
from conformance.operation import Operation
from conformance.protected import Protected
from conformance.row import Row
from conformance.writing.agreement import Agreed, Instruction, Payment, at, refused
from conformance.writing.settings import Idempotency, OneTimePassword, Signing, Writes
from conformance.writing.signature import RIGHT, Twist, signed

__all__ = ["Agreed", "Payment", "Payments", "refused"]
NEW = "\0new"
"""Stands for a fresh idempotency key."""


@dataclass
class Payments:
    """One case's view of the functions of Phase IV. ``operations`` are all offered ones, by id, of the chosen
    profiles; ``offered`` those of every phase."""

    access: Access
    operations: Mapping[str, Operation]
    ledger: Ledger
    case: str
    offered: Sequence[Operation] = ()

    # What is configured.

    @property
    def settings(self) -> Writes:
        """The target's ``writes``; raises ``Inconclusive`` when there is none."""
        if self.access.target.writes is None:
            raise Inconclusive("bank.yaml has no writes section, which says what may be paid and how")
        return self.access.target.writes

    @property
    def idempotency(self) -> Idempotency:
        rule = self.settings.idempotency
        if rule is None:
            raise NotApplicable("the bank's file declares no idempotency key (writes.idempotency)")
        return rule

    @property
    def signing(self) -> Signing:
        rule = self.settings.signature
        if rule is None:
            raise NotApplicable("the bank's file declares no signatures (writes.signature)")
        return rule

    @property
    def rule(self) -> ConsentRule:
        rule = self.settings.consent
        if rule is None:
            raise NotApplicable("the bank's file declares no consent to one payment (writes.consent)")
        return rule

    def operation(self, function: str) -> Operation:
        """An offered function; raises ``NotApplicable`` for another."""
        if function not in self.operations:
            raise NotApplicable(f"the bank does not offer {function}")
        return self.operations[function]

    def first(self, *functions: str) -> str:
        """The first of these functions that the bank offers; raises ``NotApplicable`` without any."""
        found = next((each for each in functions if each in self.operations), None)
        if found is None:
            raise NotApplicable(f"the bank offers none of {', '.join(functions)}")
        return found

    def instruction(self, function: str, **changes: Any) -> dict[str, Any]:
        """A right instruction of the declared amount; a change of None leaves a member out."""
        settings = self.settings
        if function not in settings.values:
            raise Inconclusive(f"writes.values.{function} is missing: what a right instruction holds")
        facts = {"amount": settings.amount, "currency": settings.currency}
        whole = {**filled(settings.values[function], facts), **changes}
        return {name: value for name, value in whole.items() if value is not None}

    # Consent.

    def proposed(
        self, function: str, instruction: Instruction, *, client: Client | None = None, **members: Any
    ) -> Answer:
        """The answer of the first step at which the bank sees an instruction; nothing is moved by it.

        That is its consent, where the bank wants one, and else the instruction itself.
        """
        if self.settings.consent is None:
            return self.sent(self._granted(function, instruction, 0, client))
        rule, caller = self.rule, client or self.access.client
        values = consent_values(
            self.access, rule, (), {"function": function, "instruction": dict(instruction)}
        )
        request = consent_request(self.access, rule.create, {**values, **members})
        tokens = self.access.machine(rule.scope or None, client=caller)
        number = self._intended(f"{function} consent", {}, "")
        answer = self.access.call(tokens, request, client=caller)
        self._settled(number, answer, rule.id)
        return answer

    def agreed(
        self,
        function: str,
        instruction: Instruction | None = None,
        *,
        customer: int = 0,
        client: Client | None = None,
        **members: Any,
    ) -> Agreed:
        """An instruction that a customer has just allowed, by a whole login."""
        wanted = self.instruction(function) if instruction is None else instruction
        caller = client or self.access.client
        if self.settings.consent is None:
            return self._granted(function, wanted, customer, client)
        consent = self.awaiting(function, wanted, client=caller, **members)
        tokens = self.authorised(consent, customer=customer, client=caller)
        return Agreed(function, wanted, tokens, consent, caller)

    def awaiting(
        self, function: str, instruction: Instruction, *, client: Client | None = None, **members: Any
    ) -> str:
        """The identifier of a consent that awaits its customer."""
        answer = self.proposed(function, instruction, client=client, **members)
        if not answer.ok:
            raise Inconclusive(f"the consent to a right instruction was not made: {told(answer)}")
        found = at(answer, self.rule.id)
        if not found:
            raise Inconclusive(f"the answer with the consent has no identifier at {self.rule.id}")
        return found

    def authorised(self, consent: str, *, customer: int = 0, client: Client | None = None) -> Tokens:
        """The token of a customer who has just allowed a consent."""
        named = referring(self.rule, consent)
        grant = self.access.fresh(
            scope=self.settings.scope, customer=customer, client=client, consent="", **named
        )
        return grant.tokens

    def _granted(
        self, function: str, instruction: Instruction, customer: int, client: Client | None
    ) -> Agreed:
        grant = self.access.grant(scope=self.settings.scope, customer=customer, client=client)
        return Agreed(function, instruction, grant.tokens, "", client or self.access.client)

    # Instructions.

    def key(self) -> str:
        """A fresh idempotency key."""
        return secrets.token_hex(16)

    def request(self, agreed: Agreed, *, key: str = NEW, function: str = "", scheme: str = "") -> Request:
        """The request of an instruction with its token, not signed yet. An empty ``key`` sends none."""
        operation = self.operation(function or agreed.function)
        request = self.access.tsp.request(operation)
        body: Any = agreed.instruction
        if operation.body:
            facts = {**agreed.instruction, "consent_id": agreed.consent}
            body = filled(json.loads(operation.body), facts)
        request = Request(request.method, request.url, request.headers, json.dumps(body).encode())
        request = request.with_header("Content-Type", "application/json")
        idempotency = self.settings.idempotency
        if idempotency is not None and key:
            request = request.with_header(idempotency.header, self.key() if key == NEW else key)
        word = scheme or ("DPoP" if self.access.constraint == "dpop" else "Bearer")
        return request.with_header("Authorization", f"{word} {agreed.tokens.access_token}")

    def signed(self, request: Request, client: Client, twist: Twist = RIGHT) -> Request:
        """The request with the TSP's signature, where the bank wants one."""
        rule = self.settings.signature
        if rule is None:
            return request
        key = client.signing_key if rule.key is None else self._key(rule)
        return signed(request, rule, key, rule.key_id or client.key_id, self.access.now(), twist)

    def _key(self, rule: Signing) -> Any:
        from conformance import jose

        if rule.key is None:
            raise Inconclusive("writes.signature.key is missing")
        return jose.load_private(rule.key.reveal())

    def sent(
        self,
        agreed: Agreed,
        *,
        key: str = NEW,
        function: str = "",
        twist: Twist = RIGHT,
        after: Callable[[Request], Request] = lambda request: request,
        instruction: Instruction | None = None,
        tokens: Tokens | None = None,
    ) -> Answer:
        """The answer to an instruction. ``after`` changes the request when it is signed; ``instruction`` is
        given instead of the one agreed to, ``tokens`` are used instead of its own."""
        wanted = agreed
        if instruction is not None or tokens is not None:
            told_ = agreed.instruction if instruction is None else instruction
            wanted = Agreed(agreed.function, told_, tokens or agreed.tokens, agreed.consent, agreed.client)
        request = after(self.signed(self.request(wanted, key=key, function=function), agreed.client, twist))
        return self.given(wanted, request, function)

    def given(self, agreed: Agreed, request: Request, function: str = "") -> Answer:
        """Sends a request that would carry out an instruction, and tells the ledger."""
        idempotency = self.settings.idempotency
        key = (request.header(idempotency.header) or "") if idempotency else ""
        number = self._intended(function or agreed.function, agreed.instruction, key)
        if request.header("Authorization") is None:
            answer = self.access.tsp.send(request, certified=self.access.shown_by(agreed.client))
        else:  # the header field is there already, since a signature may cover it
            answer = self.access.call(agreed.tokens, request, client=agreed.client, scheme="")
        self._settled(number, answer, "", self.operation(function or agreed.function))
        return answer

    def _intended(self, function: str, instruction: Instruction, key: str) -> int:
        """Tells the ledger what is about to be made; raises ``Refused`` where nothing may be."""
        target = self.access.target
        if "writes" not in target.allow or target.is_production:
            raise Refused("the target admits no writes, so nothing that could make something is sent")
        amount = str(instruction.get("amount", ""))
        plain = amount if amount.replace(".", "", 1).isdecimal() and amount.isascii() else ""
        return self.ledger.intend(
            self.case,
            function,
            amount=plain,
            currency=str(instruction.get("currency", "")) if plain else "",
            account=self.settings.account if plain else "",
            key=key,
        )

    def _settled(self, number: int, answer: Answer, path: str, operation: Operation | None = None) -> None:
        """Tells the ledger what became of it; a fault of the bank leaves it open."""
        if answer.ok:
            made = at(answer, path) if path else self.identifier(answer, operation)
            self.ledger.settle(number, "made", made)
        elif answer.status < 500:
            self.ledger.settle(number, "refused")

    def paid(self, agreed: Agreed, *, key: str = NEW, **options: Any) -> Payment:
        """A right instruction that must be taken: the control. Raises ``Inconclusive`` when it is not."""
        chosen = self.key() if key == NEW else key
        answer = self.sent(agreed, key=chosen, **options)
        if not answer.ok:
            raise Inconclusive(f"control request refused: a right instruction was answered {told(answer)}")
        return self.payment(agreed, answer, chosen)

    def payment(self, agreed: Agreed, answer: Answer, key: str = "") -> Payment:
        """What an answer says of the payment; raises ``Inconclusive`` when that cannot be read."""
        row = self.row(answer, self.operation(agreed.function))
        return Payment(agreed, answer, row, row.text("id") or "", key)

    def made(self, function: str) -> Payment:
        """An instruction that was carried out, shared by all checks of a round that only look at it."""

        def fetch() -> Payment:
            return self.paid(self.agreed(function))

        shared: Payment = self.access.memory.once(("payments", "made", function), fetch)
        return shared

    # One-time passwords.

    @property
    def passwords(self) -> OneTimePassword:
        rule = self.settings.one_time_password
        if rule is None:
            raise NotApplicable("the bank's file declares no one-time passwords (writes.one_time_password)")
        return rule

    def password(self, payment: Payment) -> str:
        """The password that the customer of an instruction has been sent now."""
        rule = self.passwords
        if rule.fixed is not None:
            return rule.fixed.reveal()
        if rule.inbox is None:
            raise Inconclusive("the bank's file tells no way to a synthetic customer's password")
        found = at(self.ask(rule.inbox, payment.id), rule.at)
        if not found:
            raise Inconclusive("the sandbox tells no one-time password")
        self.access.tsp.hide(found, "OTP")
        return found

    def confirm(self, payment: Payment, password: str) -> Answer:
        """The answer to a password."""
        return self.ask(self.passwords.confirm, payment.id, values={"otp": password})

    def renewed(self, payment: Payment) -> None:
        """Has the customer sent another password."""
        asked = self.passwords.renew
        if asked is None:
            raise NotApplicable("the bank's file declares no way to renew a password")
        answer = self.ask(asked, payment.id)
        if not answer.ok:
            raise Inconclusive(f"control request refused: the renewal was answered {told(answer)}")

    # Accounts.

    def cleaned(self, payment: Payment) -> None:
        """Tells the ledger that a payment was cancelled."""
        self.ledger.clean(payment.id)

    def funds(self, currency: str, customer: int = 0) -> Decimal:
        """What a customer's accounts hold in a currency now, as Phase III tells it.

        Raises ``NotApplicable`` where the bank does not tell it.
        """
        protected = Protected(self.access, {each.id: each for each in self.offered})
        if not {"accounts.balances", "accounts.status"} <= protected.operations.keys():
            raise NotApplicable("the bank does not offer the balances of accounts (Phase III)")
        total = Decimal(0)
        for operation in protected.objects(protected.operation("accounts.balances"), customer):
            answer = self.access.call(protected.tokens(operation, customer), protected.request(operation))
            if not answer.ok:
                raise Inconclusive(f"the balances were answered {told(answer)}")
            rows = [r for r in operation.mapping.read(answer.json()).rows if r.text("currency") == currency]
            rows = [row for row in rows if row.text("type") == "available"] or rows
            for row in rows[:1]:
                total += row.decimal("amount") or 0
        return total

    # What became of it.

    def row(self, answer: Answer, operation: Operation) -> Row:
        """The canonical row of an answer; raises ``Inconclusive`` without one."""
        try:
            rows = operation.mapping.read(answer.json()).rows
        except NotJson as error:
            raise Inconclusive(f"the answer is not JSON that can be read: {error}") from error
        if not rows:
            raise Inconclusive("the answer has no row where the profile or bank.yaml says that it is")
        return rows[0]

    def identifier(self, answer: Answer, operation: Operation | None) -> str:
        """The bank's identifier in an answer; empty where it cannot be read."""
        if operation is None:
            return ""
        try:
            return self.row(answer, operation).text("id") or ""
        except Inconclusive:
            return ""

    def status(self, payment: Payment, *, client: Client | None = None, id: str = "") -> Answer:
        """The answer when a TSP asks what became of a payment."""
        return self.ask(self.settings.status, id or payment.id, client=client)

    def standing(self, payment: Payment) -> Row:
        """The row that the bank tells now; raises ``Inconclusive`` when it tells none."""
        answer = self.status(payment)
        if not answer.ok:
            raise Inconclusive(f"the payment's status was answered {told(answer)}")
        return self.row(answer, self.operation(payment.agreed.function))

    def ask(
        self, asked: Asked, id: str, *, client: Client | None = None, values: Mapping[str, Any] | None = None
    ) -> Answer:
        """The answer to a call about one payment, with the TSP's own token."""
        caller = client or self.access.client
        request = consent_request(self.access, asked, {"id": id, **(values or {})})
        if asked.method not in ("GET", "HEAD") and "writes" not in self.access.target.allow:
            raise Refused("the target admits no writes, so nothing that could change something is sent")
        tokens = self.access.machine(self.settings.read_scope or None, client=caller)
        return self.access.call(tokens, request, client=caller)
