"""The making of applications: a body as the bank wants it, sealed where it does, told to the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable, Refused
from conformance.ledger import Ledger
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.grant import told
from conformance.oauth.settings import Asked, filled
from conformance.operation import Operation
from conformance.writing import bodies, member, sealing
from conformance.writing.agreement import at, located
from conformance.writing.applying import ApplicationRules, Beforehand, Lead, Seal
from conformance.writing.caller import Caller
from conformance.writing.fresh import Drawn
from conformance.writing.idempotency import Idempotency

JSON = "application/json"
PLAIN = "!$&'()*+,;=:@~"
"""What may stand in one segment of a path as it is (RFC 3986, 3.3), beside letters and digits."""
ROLES = ("name", "phone", "email", "birth_date", "employer", "identity_number", "address")
FRESH = "value of its own"
FAVOURITE = "loans.credit-card-application"


@dataclass(frozen=True, slots=True)
class Application:
    """An application that the bank took: its function, identifier, key, and the answer."""

    function: str
    id: str
    key: str
    answer: Answer

    @property
    def content(self) -> tuple[str, bytes]:
        """The media type and the bytes that were sent."""
        request = self.answer.request
        return request.header("Content-Type") or "", request.body


@dataclass
class Making:
    """One case's view of how applications are made. ``operations`` are all offered ones, by id."""

    access: Access
    operations: Mapping[str, Operation]
    ledger: Ledger
    case: str
    drawn: Drawn = field(default_factory=Drawn)
    stray: str = ""

    # What is configured.

    @property
    def rules(self) -> ApplicationRules:
        """What the target's ``writes.applications`` says; raises ``Inconclusive`` when it says nothing."""
        writes = self.access.target.writes
        if writes is None or writes.applications is None:
            raise Inconclusive(
                "bank.yaml has no writes.applications section: how the bank takes applications"
            )
        return writes.applications

    @property
    def chosen(self) -> str:
        """The function by which all are judged where one is enough: the card's, or the first offered."""
        offered = [o.id for o in self.operations.values() if o.function.resource == "application"]
        if not offered:
            raise NotApplicable("the bank takes no applications")
        return FAVOURITE if FAVOURITE in offered else offered[0]

    @property
    def caller(self) -> Caller:
        return Caller(self.access, self.rules.scope)

    def asked(self, name: str) -> Asked:
        """The call of a step; raises ``NotApplicable`` where the bank's file declares none."""
        found: Asked | None = getattr(self.rules, name)
        if found is None:
            raise NotApplicable(f"the bank's file declares no such call (writes.applications.{name})")
        return found

    def seals(self, kind: str = "") -> tuple[Seal, ...]:
        """The seals of a kind, or of every one; raises ``NotApplicable`` where the bank has none."""
        found = tuple(seal for seal in self.rules.seals if kind in ("", seal.kind))
        if not found:
            which = f"seal of kind {kind}" if kind else "seals (writes.applications.seals)"
            raise NotApplicable(f"the bank's file declares no {which}")
        return found

    @property
    def lead(self) -> Lead:
        if self.rules.lead is None:
            raise NotApplicable("the bank's file declares no short form (writes.applications.lead)")
        return self.rules.lead

    def place(self, role: str) -> str:
        """The dotted path of a member by what it is, such as ``phone``."""
        return self.rules.members.get(role, role)

    def applicant(self, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A complete synthetic applicant; changes are by dotted path, None leaves a member out."""
        if not self.rules.applicant:
            raise Inconclusive("writes.applications.applicant is missing: a complete synthetic applicant")
        return self.drawn.filled(member.changed(self.rules.applicant, changes or {}))

    def personal(self, document: Mapping[str, Any]) -> dict[str, str]:
        """The personal data of a document, by what they are."""
        roles = dict.fromkeys((*ROLES, *self.rules.members))
        found = {role: member.found(document, self.place(role)) for role in roles}
        told_ = {role: text for role, text in found.items() if isinstance(text, str) and len(text) > 4}
        return told_ | {f"{FRESH} {n}": text for n, text in enumerate(self.drawn.given)}

    def key(self) -> str:
        """A fresh idempotency key."""
        return (self.rules.idempotency or Idempotency()).key()

    def sent(
        self,
        function: str,
        applicant: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        authorized: bool = True,
        seal: Seal | None = None,
        flaw: sealing.Flaw = sealing.RIGHT,
        content: tuple[str, bytes] | None = None,
    ) -> Answer:
        """The answer to an application; without a ``key`` under a fresh one. ``content`` is a media type
        with the bytes of a body that is sent instead; ``seal`` is used instead of the bank's usual one."""
        operation, chosen = self.operations[function], key or self.key()
        used = seal or self.usual
        media_type, body = content or self.content(function, applicant, chosen, used, flaw)
        path = self._filled(used.path, function) if used is not None and used.path else operation.path
        request = self.access.tsp.request(replace(operation, path=path, body=b""), credentials=False)
        request = replace(request, body=body).with_header("Content-Type", media_type)
        for name, value in headers:
            request = request.with_header(name, value)
        return self._making(function, request, chosen, authorized=authorized)

    # Calls that make something.

    @property
    def usual(self) -> Seal | None:
        """The seal of every application; None where they go in the clear."""
        return next((seal for seal in self.rules.seals if not seal.path), None)

    def content(
        self,
        function: str,
        applicant: Mapping[str, Any] | None,
        key: str,
        seal: Seal | None = None,
        flaw: sealing.Flaw = sealing.RIGHT,
    ) -> tuple[str, bytes]:
        """The media type and the bytes of an application, sealed where a seal is given."""
        told_ = self.applicant() if applicant is None else applicant
        framed = bodies.whole(self.operations[function], told_, key)
        whole = json.dumps(filled(framed, self._beforehand(function, self.rules.beforehand))).encode()
        return sealing.sealed(seal, whole, self.keys(seal), flaw) if seal else (JSON, whole)

    def _beforehand(self, function: str, steps: tuple[Beforehand, ...]) -> dict[str, str]:
        """What the bank tells at the steps before an application, such as the identifier of a quote."""
        kept: dict[str, str] = {}
        named = self.rules.products.get(function)
        for step in steps:
            facts = {**kept, **({"product": named} if named is not None else {})}
            told_ = {name: quote(value, safe=PLAIN) for name, value in facts.items()}
            request = self._step(step.call, str(filled(step.call.path, told_)))
            body = filled(step.call.json_, facts)
            if body is not None:
                request = replace(request, body=json.dumps(body).encode()).with_header("Content-Type", JSON)
            answer = self.caller.call(request)
            if not answer.ok:
                raise Inconclusive(f"control request refused: {step.call.path} was answered {told(answer)}")
            kept |= {name: at(answer, path) for name, path in step.keep.items()}
        return {n: _other(v) if n == self.stray else v for n, v in kept.items()}

    @contextmanager
    def strayed(self, name: str) -> Iterator[None]:
        """Has what is told before an application be something that the bank never gave."""
        self.stray = name
        try:
            yield
        finally:
            self.stray = ""

    def plain(self) -> tuple[str, bytes]:
        """The media type and the bytes of an application that is not sealed."""
        return self.content(self.chosen, None, self.key())

    def enquired(
        self, function: str, form: Mapping[str, Any] | None = None, *, key: str = "", authorized: bool = True
    ) -> Answer:
        """The answer to a short form; without a ``key`` under a fresh one."""
        lead, chosen = self.lead, key or self.key()
        told_ = lead.form if form is None else form
        facts = {**self._beforehand(function, lead.beforehand), "idempotency_key": chosen}
        made = dict(filled(told_, facts))
        body = filled(lead.call.json_, {**facts, "form": made}) if lead.call.json_ is not None else made
        request = self._step(lead.call, self._filled(lead.call.path, function))
        request = replace(request, body=json.dumps(body).encode()).with_header("Content-Type", JSON)
        return self._making(f"{function} enquiry", request, chosen, at=lead.id, authorized=authorized)

    def _making(
        self, function: str, request: Request, key: str, *, at: str = "", authorized: bool = True
    ) -> Answer:
        """Sends what would make something, and tells the ledger before and after."""
        rule = self.rules.idempotency
        if rule is not None and rule.header:
            request = request.with_header(rule.header, key)
        self._writable()
        number = self.ledger.intend(self.case, function, key=key)
        answer = self.caller.call(request) if authorized else self.access.tsp.send(request)
        if answer.ok:
            self.ledger.settle(number, "made", self._made(function, answer, at))
        elif answer.status < 500:
            self.ledger.settle(number, "refused")
        return answer

    def made(
        self, function: str, applicant: Mapping[str, Any] | None = None, key: str = "", **options: Any
    ) -> Application:
        """An application that the bank took: the control. Raises ``Inconclusive`` when it took none."""
        chosen = key or self.key()
        answer = self.sent(function, applicant, key=chosen, **options)
        if not answer.ok:
            raise Inconclusive(f"control request refused: a right application was answered {told(answer)}")
        found = self.identifier(function, answer)
        if not found:
            raise Inconclusive("the answer to a right application has no identifier, nor a Location")
        return Application(function, found, chosen, answer)

    def _step(self, asked: Asked, path: str) -> Request:
        """A request with the header fields that this bank always wants."""
        pattern = next(iter(self.operations.values()))
        plain = replace(pattern, method=asked.method, path=path, query=(), body=b"", headers={})
        return self.access.tsp.request(plain, credentials=False)

    def _filled(self, path: str, function: str) -> str:
        return str(filled(path, {"product": self.product(function)})) if "{product}" in path else path

    def product(self, function: str) -> str:
        """What a function applies for, as the bank calls it."""
        found = self.rules.products.get(function)
        if found is None:
            raise NotApplicable(f"the bank's file names no product of {function}")
        return found

    def _writable(self) -> None:
        target = self.access.target
        if "writes" not in target.allow or target.is_production:
            raise Refused("the target admits no writes, so nothing that could make something is sent")

    def keys(self, seal: Seal) -> sealing.Keys:
        """The keys of a seal; raises ``Inconclusive`` where the bank's cannot be had."""
        return self.caller.keys(seal, self._step)

    def identifier(self, function: str, answer: Answer) -> str:
        """The bank's identifier in the answer to an application, or in its Location; else empty."""
        found = self.shown(function, answer) or located(answer, self.rules.read.path)
        return "" if found in (".", "..") else found

    def shown(self, function: str, answer: Answer) -> str:
        """The bank's identifier in the body of an answer; empty where it cannot be read."""
        return self._member(function, answer, "id")

    def _made(self, function: str, answer: Answer, path: str) -> str:
        if path:
            return at(answer, path)
        return self.identifier(function, answer)

    def _member(self, function: str, answer: Answer, name: str) -> str:
        try:
            rows = self.operations[function].mapping.read(answer.json()).rows
        except NotJson:
            return ""
        return (rows[0].text(name) or "") if rows else ""


def _other(value: str) -> str:
    """An identifier of the same form that is another one."""
    return value.translate(str.maketrans("0123456789abcdef", "1234567890bcdefa"))
