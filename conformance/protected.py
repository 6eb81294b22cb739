"""Protected functions: the operations of a bank that open only to a token, called with one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable, Refused, Unreachable
from conformance.model import Function, Language, Request
from conformance.oauth import dpop
from conformance.oauth.access import Access
from conformance.oauth.client import Client
from conformance.oauth.grant import Grant, Tokens
from conformance.operation import Operation
from conformance.path_values import filled, places_in, plain
from conformance.reading import Reading
from conformance.tsp import Pairs, Tsp
from conformance.wire import Certified

P = ParamSpec("P")

OWN_NAME = ("consent", "event")
"""Resources that a TSP reads in its own name, with a token of its own."""
MOST_OBJECTS = 6
"""Objects of one function that are read at most: accounts, cards."""
SOURCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "accountid": (("accounts.status", "id"), ("accounts.availability", "account_id")),
    "cardid": (
        ("loans.credit-limit-details", "card_id"),
        ("loans.card-payment-due-date", "card_id"),
        ("loans.card-outstanding-payment", "card_id"),
    ),
    "loanid": (("loans.loan-details", "id"),),
    "registrationid": (("other.e-bills", "registration_id"),),
    "actionid": (("investments.stock-holdings", "corporate_action_id"),),
    "policyid": (("insurance.general-policy-details", "id"), ("insurance.life-policy-details", "id")),
}
"""Where the identifiers in paths come from: functions that list them and the field that holds them."""
PROBES = ("accounts.availability", "accounts.status", "loans.loan-details", "other.customer-contact")


def shared_token(customer: int) -> str:
    """What command lines call the shared token of a customer, by which a replay knows whose it was."""
    return f"CUSTOMER_{customer + 1}_TOKEN"


def guarded(function: Function) -> bool:
    """Whether a function opens to a token only: to a customer's, or to the TSP's own."""
    return bool(function.permission) or function.resource in OWN_NAME


@dataclass
class Protected:
    """One case's view of the functions that need a token. ``operations`` are all offered ones, by id;
    ``described`` are the canonical descriptions, whose examples are sent where the bank speaks as they do."""

    access: Access
    operations: Mapping[str, Operation]
    described: tuple[Mapping[str, Any], ...] = ()

    @property
    def tsp(self) -> Tsp:
        return self.access.tsp

    # Tokens.

    @property
    def permissions(self) -> tuple[str, ...]:
        """What a consent has to name so that every offered function opens.

        Empty, which leaves the choice to bank.yaml, where that names permissions of the bank's own.
        """
        wanted = {name for o in self.operations.values() for name in o.function.permission.split()}
        rule = self.access.settings.consent
        return tuple(sorted(wanted)) if rule is not None and set(rule.permissions) <= wanted else ()

    def grant(self, customer: int = 0, *, client: Client | None = None) -> Grant:
        """A shared grant that opens all offered functions. Do not use it up."""
        called = "" if client is not None else shared_token(customer)
        return self.access.grant(self.permissions, customer=customer, client=client, called=called)

    def fresh(self, permissions: tuple[str, ...] | None = None, **options: Any) -> Grant:
        """A grant of one's own, by default for all offered functions."""
        return self.access.fresh(self.permissions if permissions is None else permissions, **options)

    def tokens(self, operation: Operation, customer: int = 0) -> Tokens:
        """The shared token that opens an operation."""
        if operation.function.resource in OWN_NAME:
            rule = self.access.settings.consent
            return self.access.machine(rule.scope if rule is not None and rule.scope else None)
        return self.grant(customer).tokens

    # Operations.

    def reads(self) -> tuple[Operation, ...]:
        """The offered functions that read a customer's data."""
        return tuple(o for o in self.operations.values() if o.reads and o.function.permission)

    def operation(self, id: str) -> Operation:
        """An offered function; raises ``NotApplicable`` when it is not offered."""
        if id not in self.operations:
            raise NotApplicable(f"the bank does not offer {id}")
        return self.operations[id]

    def probe(self) -> Operation:
        """The read that stands for all where a check needs but one: it needs no identifier, and answers.

        Raises ``NotApplicable`` without any and ``Inconclusive`` where none answers.
        """
        plain_reads = [o for o in self.reads() if not places_in(o)]
        if not plain_reads:
            raise NotApplicable("the bank offers no protected read that needs no identifier")
        order = {name: place for place, name in enumerate(PROBES)}
        ranked = sorted(plain_reads, key=lambda o: order.get(o.id, len(order)))

        def found() -> Operation:
            for operation in ranked[:3]:
                if self.call(operation).ok:
                    return operation
            answer = self.call(ranked[0])
            raise Inconclusive(
                f"control request refused: {ranked[0].id} answered a right token {answer.status}"
            )

        operation: Operation = self.access.memory.once(("protected", "probe"), found)
        return operation

    def objects(self, operation: Operation, customer: int = 0) -> tuple[Operation, ...]:
        """The operation for each object of the customer; itself where it takes no identifier."""
        names = places_in(operation)
        if not names:
            return (operation,)
        (name, *others) = names
        identifiers = self.identifiers(name, customer)
        rest = {other: self.identifiers(other, customer)[:1] for other in others}
        if any(not values for values in (identifiers, *rest.values())):
            raise NotApplicable(f"no object of the customer is known for {{{name}}}")
        more = {other: values[0] for other, values in rest.items()}
        return tuple(filled(operation, {name: each, **more}) for each in identifiers[:MOST_OBJECTS])

    def identifiers(self, name: str, customer: int = 0) -> tuple[str, ...]:
        """The identifiers of a customer's objects for a place in a path, as the bank lists them."""
        sources = SOURCES.get(plain(name), ())
        found = (
            row.text(field)
            for function, field in sources
            if function in self.operations
            for row in self.reading(self.operations[function], customer).rows()
        )
        return tuple(dict.fromkeys(each for each in found if each))

    def fullest(self, operation: Operation, customer: int = 0) -> Operation:
        """The operation for the object that has the most to read."""
        choices = self.objects(operation, customer)
        if len(choices) == 1:
            return choices[0]

        def rows(each: Operation) -> int:
            reading = self.reading(each, customer)
            if reading.answer().status != 200:
                return -1
            return reading.total() or len(reading.first_rows())

        return max(choices, key=rows)

    # Calls.

    def request(self, operation: Operation, **options: Any) -> Request:
        """The request for an operation, with all that the bank wants but the token."""
        return self.tsp.request(operation, **options)

    def written(self, operation: Operation) -> Operation:
        """A change with a body: the one of bank.yaml, else the example of the canonical description.

        Raises ``NotApplicable`` where there is neither.
        """
        function = operation.function
        if operation.body or operation.reads:
            return operation
        for description in self.described if operation.canonical else ():
            found = description.get("paths", {}).get(function.path, {}).get(function.method.lower())
            if isinstance(found, Mapping):
                content = found.get("requestBody", {}).get("content", {}).get("application/json", {})
                if "example" not in content:
                    return operation
                headers = {**operation.headers, "Content-Type": "application/json"}
                return replace(operation, body=json.dumps(content["example"]).encode(), headers=headers)
        raise NotApplicable(f"bank.yaml gives {operation.id} no body to send (functions: request)")

    def call(self, operation: Operation, customer: int = 0) -> Answer:
        """The answer to a read with the shared token, asked once in a round."""
        return self.granted(operation, customer).call(operation)

    def control(self, operation: Operation, tokens: Tokens | None = None) -> Answer:
        """The right call, sent now. Raises ``Inconclusive`` when it is refused: then no refusal is proof."""
        answer = self.access.call(tokens or self.tokens(operation), self.request(operation))
        if not answer.ok:
            raise Inconclusive(f"control request refused: a right call was answered {answer.status}")
        return answer

    def proof(self, request: Request, tokens: Tokens, **changes: Any) -> str:
        """The DPoP proof that a request with a token needs; ``changes`` are those of ``dpop.proof``."""
        parts = urlsplit(request.url)
        nonce = self.access.nonces.get(f"{parts.scheme}://{parts.netloc}")
        given = {"token": tokens.access_token, "nonce": nonce, **changes}
        return dpop.proof(tokens.client.proof_key, request.method, request.url, self.access.now(), **given)

    def granted(self, operation: Operation, customer: int = 0) -> GrantedTsp:
        """A ``Tsp`` whose requests for the operation carry the customer's token."""
        return GrantedTsp(self, operation, customer)

    def reading(self, operation: Operation, customer: int = 0, tokens: Tokens | None = None) -> Reading:
        """What the bank says to a customer of one operation, with the shared token or another."""
        return Reading(GrantedTsp(self, operation, customer, tokens), operation)

    def readings(self, id: str, customer: int = 0) -> tuple[Reading, ...]:
        """The readings of a function for each of the customer's objects that it can be asked for."""
        return tuple(self.reading(each, customer) for each in self.objects(self.operation(id), customer))


class GrantedTsp(Tsp):
    """Sends as a ``Tsp`` does, and gives what is authorized the token that opens the operation."""

    def __init__(
        self, protected: Protected, operation: Operation, customer: int, tokens: Tokens | None = None
    ) -> None:
        beneath = protected.tsp
        super().__init__(beneath._traffic, beneath._case, beneath.memory)
        self.exchanges, self.notes = beneath.exchanges, beneath.notes
        self._protected, self._operation, self._customer = protected, operation, customer
        self._tokens = tokens
        self._given: dict[str, Tokens] = {}

    def authorized(self, request: Request) -> Request:
        """The request with the token, whose proof is added when it is sent."""
        tokens = self._tokens or self._protected.tokens(self._operation, self._customer)
        word = "DPoP" if self._protected.access.constraint == "dpop" else "Bearer"
        value = f"{word} {tokens.access_token}"
        self._given[value] = tokens
        return super().authorized(request).with_header("Authorization", value)

    def call(
        self,
        operation: Operation,
        language: Language | None = None,
        *,
        query: Pairs = (),
        headers: Pairs = (),
    ) -> Answer:
        """The answer to a read, asked once in a round for a customer and an object."""
        if not operation.reads:
            raise Refused(f"{operation.id} changes the bank's state, so it is never called as a read")
        tongue = language or operation.languages[0]
        who = self._tokens.access_token if self._tokens else self._customer
        key = ("granted", who, operation.id, operation.path, operation.query, operation.body,
               tongue, tuple(query), tuple(headers))  # fmt: skip
        answer: Answer = self.memory.once(
            key, lambda: self._send(self.request(operation, language, query=query, headers=headers), True)
        )
        self.exchanges.append(answer.exchange)
        return answer

    def _send(self, request: Request, patient: bool, certified: Certified | None = None) -> Answer:
        tokens = self._given.get(request.header("Authorization") or "")
        if tokens is None:
            return super()._send(request, patient, certified)
        return self._protected.access.call(tokens, request, certified=certified, patient=patient)


def tried(send: Callable[P, Answer], *arguments: P.args, **options: P.kwargs) -> Answer | None:
    """An answer, or None where the bank broke off: at the edge that is a way to refuse."""
    try:
        return send(*arguments, **options)
    except Unreachable:
        return None


def texts(value: Any) -> tuple[str, ...]:
    """Every string in a JSON value, member names left out."""
    if isinstance(value, str):
        return (value,)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return tuple(chain.from_iterable(texts(each) for each in inner))
