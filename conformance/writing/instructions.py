"""Instructions as a TSP gives them: its customer's consent, a signed request, told to the ledger.

Every call that could make something passes ``intended``: it refuses where the target admits no writes, and it
tells the ledger before; ``settled`` tells it after.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable, Refused
from conformance.ledger import Ledger
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.client import Client
from conformance.oauth.consent import consent_request, consent_values, referring, said
from conformance.oauth.grant import Tokens
from conformance.oauth.settings import ConsentRule, filled
from conformance.operation import Operation
from conformance.row import Row
from conformance.writing.agreement import Agreed, Instruction, Payment, at
from conformance.writing.amounts import dated, written
from conformance.writing.idempotency import Idempotency
from conformance.writing.settings import Signing, Writes
from conformance.writing.signature import RIGHT, Twist, signed
from conformance.writing.template import made, names_of

OPTIONAL = ("reference", "execution_date", "debtor_account", "frequency", "idempotency_key")
NEW = "\0new"
"""Stands for a fresh idempotency key."""


@dataclass
class Instructions:
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
        facts = {"function": function, **self._facts(function, instruction)}
        template = self.operation(function).body
        facts["body"] = made(json.loads(template), facts) if template else facts["instruction"]
        values = consent_values(self.access, rule, (), facts)
        body = made(rule.create.json_, {**values, **members})
        request = consent_request(self.access, rule.create, values, whole=body)
        tokens = self.own(rule.scope, caller)
        word = "DPoP" if self.access.constraint == "dpop" else "Bearer"
        request = request.with_header("Authorization", f"{word} {tokens.access_token}")
        if self.settings.signature is not None and self.settings.signature.consents:
            request = self.signed(request, caller)
        number = self.intended(f"{function} consent", {}, "")
        answer = self.access.call(tokens, request, client=caller, scheme="")
        self.settled(number, answer, rule.id)
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
        return Agreed(function, wanted, tokens, consent, caller, customer)

    def awaiting(
        self, function: str, instruction: Instruction, *, client: Client | None = None, **members: Any
    ) -> str:
        """The identifier of a consent that awaits its customer."""
        answer = self.proposed(function, instruction, client=client, **members)
        if not answer.ok:
            why = said(self.access, answer)
            raise Inconclusive(f"the consent to a right instruction was not made: {why}")
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
        caller = client or self.access.client
        if self.settings.approval is not None:
            return Agreed(function, instruction, self.own(self.settings.scope, caller), "", caller, customer)
        grant = self.access.grant(scope=self.settings.scope, customer=customer, client=client)
        return Agreed(function, instruction, grant.tokens, "", caller, customer)

    # Instructions.

    def key(self) -> str:
        """A fresh idempotency key."""
        return (self.settings.idempotency or Idempotency()).key()

    def request(self, agreed: Agreed, *, key: str = NEW, function: str = "", scheme: str = "") -> Request:
        """The request of an instruction with its token, not signed yet. An empty ``key`` sends none."""
        operation = self.operation(function or agreed.function)
        chosen = self.key() if key == NEW else key
        facts = self._facts(agreed.function, agreed.instruction)
        facts |= {"consent_id": agreed.consent, "idempotency_key": chosen or None}
        named = {k: filled(v, facts) if isinstance(v, str) else v for k, v in operation.headers.items()}
        filled_in = replace(operation, path=filled(operation.path, facts), headers=named)
        request = self.access.tsp.request(filled_in)
        body: Any = made(json.loads(operation.body), facts) if operation.body else facts["instruction"]
        request = Request(request.method, request.url, request.headers, json.dumps(body).encode())
        request = request.with_header("Content-Type", "application/json")
        idempotency = self.settings.idempotency
        if idempotency is not None and idempotency.header:  # which may be one that every request has
            request = request.without_header(idempotency.header)
            request = request.with_header(idempotency.header, chosen) if chosen else request
        word = scheme or ("DPoP" if self.access.constraint == "dpop" else "Bearer")
        return request.with_header("Authorization", f"{word} {agreed.tokens.access_token}")

    def own(self, scope: str, client: Client | None = None) -> Tokens:
        """A TSP's own token, which bank.yaml says that consents and enquiries are made with."""
        return self.access.machine(scope or None, client=client, declared=True)

    def _facts(self, function: str, instruction: Instruction) -> dict[str, Any]:
        """What templates are filled with: the instruction, whole and by member, as the bank writes amounts.

        A member that is left out leaves what a template makes of it out as well.
        """
        told_ = written(instruction, self.settings.amounts)
        if self.settings.date_form:
            named = self.settings.days.member if self.settings.days else "execution_date"
            told_ = dated(told_, self.settings.date_form, ("execution_date", named))
        parts = {f"{k}.{n}": v for k, m in told_.items() if isinstance(m, Mapping) for n, v in m.items()}
        every = [(k, m) for usual in self.settings.values.values() for k, m in usual.items()]
        inner = (f"{k}.{n}" for k, m in every if isinstance(m, Mapping) for n in m)
        absent = dict.fromkeys((*(k for k, _ in every), *inner, *OPTIONAL))
        return {**absent, **told_, **parts, "instruction": told_, "request_id": str(uuid4())}

    def names(self, function: str, member: str) -> tuple[str, ...]:
        """What the bank calls a member where it first sees an instruction."""
        rule, body = self.settings.consent, self.operation(function).body
        first = rule.create.json_ if rule is not None else None
        return (*names_of(member, json.loads(body) if body else None), *names_of(member, first))

    def names_consents(self, function: str) -> bool:
        """Whether an instruction says by which consent it is given."""
        asked = self.operation(function)
        held = (asked.path, asked.body.decode(), *map(str, asked.headers.values()))
        return any("{consent_id}" in each for each in held)

    def knows(self, function: str, member: str) -> None:
        """Raises ``NotApplicable`` where the bank's own body of an instruction has no place for a member."""
        body = self.operation(function).body
        if body and len(names_of(member, json.loads(body))) == 1:
            raise NotApplicable(f"the bank's instructions of {function} have no {member} in its file")

    def signed(self, request: Request, client: Client, twist: Twist = RIGHT) -> Request:
        """The request with the TSP's signature, where the bank wants one."""
        rule = self.settings.signature
        if rule is None:
            return request
        named = rule.model_copy(update={"members": filled(rule.members, {"client_id": client.client_id})})
        key = self.signing_key(client)
        return signed(request, named, key, rule.key_id or client.key_id, self.access.now(), twist)

    def signing_key(self, client: Client) -> Any:
        """The key with which a TSP signs instructions."""
        rule = self.signing
        return client.signing_key if rule.key is None else self._key(rule)

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
            wanted = replace(agreed, instruction=told_, tokens=tokens or agreed.tokens)
        chosen = self.key() if key == NEW else key
        made = self.request(wanted, key=chosen, function=function)
        request = after(self.signed(made, agreed.client, twist))
        return self.given(wanted, request, function, key=chosen)

    def given(self, agreed: Agreed, request: Request, function: str = "", *, key: str = "") -> Answer:
        """Sends a request that would carry out an instruction, and tells the ledger."""
        idempotency = self.settings.idempotency
        if idempotency is not None and idempotency.header:
            key = request.header(idempotency.header) or ""
        costs = {} if self.settings.approval is not None else agreed.instruction
        number = self.intended(function or agreed.function, costs, key)
        if request.header("Authorization") is None:
            answer = self.access.tsp.send(request, certified=self.access.shown_by(agreed.client))
        else:  # the header field is there already, since a signature may cover it
            answer = self.access.call(agreed.tokens, request, client=agreed.client, scheme="")
        self.settled(number, answer, "", self.operation(function or agreed.function))
        return answer

    def intended(self, function: str, instruction: Instruction, key: str) -> int:
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

    def settled(self, number: int, answer: Answer, path: str, operation: Operation | None = None) -> None:
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
            why = said(self.access, answer)
            raise Inconclusive(f"control request refused: a right instruction was answered {why}")
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

    # What an answer tells.

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
