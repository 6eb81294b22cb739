"""Applications for products as a TSP makes them, told to the ledger.

What a step may do is decided by what it is, as the bank's file says, and not by its method: a bank that reads
with POST is asked without leave to write, and one that withdraws with GET is not.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from conformance.path import compiled
from conformance.writing import bodies, member, sealing
from conformance.writing.agreement import at, located
from conformance.writing.applying import ApplicationRules, Lead, Seal
from conformance.writing.caller import Caller
from conformance.writing.idempotency import Idempotency

JSON = "application/json"
READS = frozenset({"reference", "link", "read"})
"""The steps that change nothing, whatever their method."""
ROLES = ("name", "phone", "email", "birth_date", "employer", "identity_number", "address")
FAVOURITE = "loans.credit-card-application"
PLAIN = "!$&'()*+,;=:@~"
"""What may stand in one segment of a path as it is (RFC 3986, 3.3), beside letters and digits."""
PATIENCE = (0.2, 0.5, 1.0, 2.0)
"""Seconds between looks at what a bank has said that it would do (202)."""


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
class Applications:
    """One case's view of the functions of Phase II. ``operations`` are all offered ones, by id."""

    access: Access
    operations: Mapping[str, Operation]
    ledger: Ledger
    case: str

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
        return member.changed(self.rules.applicant, changes or {})

    def personal(self, document: Mapping[str, Any]) -> dict[str, str]:
        """The personal data of a document, by what they are."""
        roles = dict.fromkeys((*ROLES, *self.rules.members))
        found = {role: member.found(document, self.place(role)) for role in roles}
        return {role: text for role, text in found.items() if isinstance(text, str) and len(text) > 4}

    def key(self) -> str:
        """A fresh idempotency key."""
        return (self.rules.idempotency or Idempotency()).key()

    # Calls that make something.

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
        whole = json.dumps(bodies.whole(self.operations[function], told_, key)).encode()
        return sealing.sealed(seal, whole, self.keys(seal), flaw) if seal else (JSON, whole)

    def plain(self) -> tuple[str, bytes]:
        """The media type and the bytes of an application that is not sealed."""
        return self.content(self.chosen, None, self.key())

    def enquired(
        self, function: str, form: Mapping[str, Any] | None = None, *, key: str = "", authorized: bool = True
    ) -> Answer:
        """The answer to a short form; without a ``key`` under a fresh one."""
        lead, chosen = self.lead, key or self.key()
        told_ = lead.form if form is None else form
        body = filled(lead.call.json_, {"form": dict(told_)}) if lead.call.json_ is not None else dict(told_)
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

    # Steps of an application.

    def ask(
        self,
        name: str,
        id: str = "",
        /,
        *,
        body: Any = None,
        stranger: bool = False,
        content: tuple[str, bytes] | None = None,
        **values: str,
    ) -> Answer:
        """The answer to a step; ``content`` is a media type with its bytes. A ``stranger`` is another TSP."""
        asked, facts = self.asked(name), {"id": id, **values}
        whole = body if body is not None else filled(asked.json_, facts)
        request = self._step(asked, filled(asked.path, {n: quote(v, safe=PLAIN) for n, v in facts.items()}))
        if content is None and whole is not None:
            content = JSON, json.dumps(whole).encode()
        if content is not None:
            request = replace(request, body=content[1]).with_header("Content-Type", content[0])
        if name not in READS:
            self._writable()
        answer = self.caller.call(request, stranger=stranger)
        if answer.ok and name == "withdraw":
            self.ledger.clean(id)
        return answer

    def attached(self, application: Application, kind: str, document: bytes) -> Answer:
        """The answer to a document, sent as the bank wants it."""
        asked, field = self.asked("attach"), self.rules.attach_field
        if asked.json_ is not None:
            facts = {"content": base64.b64encode(document).decode(), "media_type": kind}
            return self.ask("attach", application.id, body=filled(asked.json_, facts))
        if not field:
            return self.ask("attach", application.id, content=(kind, document))
        return self.ask("attach", application.id, content=bodies.form(field, kind, document))

    def altered(self, application: Application, changes: Mapping[str, Any]) -> Answer:
        """The answer to a change of an application: of some members, or by PUT of the whole."""
        operation, asked = self.operations[application.function], self.asked("change")
        partial, body = asked.method != "PUT", self.applicant(changes)
        if partial:
            body = {top: body.get(top) for top in (path.split(".")[0] for path in changes)}
        whole = filled(asked.json_, {"applicant": body}) if asked.json_ is not None else body
        if asked.json_ is None and not partial:
            whole = bodies.whole(operation, body, "")
        if self.usual is None:
            return self.ask("change", application.id, body=whole)
        text = json.dumps(whole).encode()
        return self.ask(
            "change", application.id, content=sealing.sealed(self.usual, text, self.keys(self.usual))
        )

    def right(self, name: str, application: Application, **options: Any) -> Answer:
        """The answer to a step that must be taken; raises ``Inconclusive`` when it is not."""
        answer = self.ask(name, application.id, **options)
        if not answer.ok:
            raise Inconclusive(f"control request refused: {name} was answered {told(answer)}")
        return answer

    def submitted(self, function: str, application: Application | None = None) -> Application:
        """An application that was made and, where that is a step of its own, submitted."""
        known = application or self.made(function)
        if self.rules.submit is not None:
            self.right("submit", known)
        return known

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

    # Answers.

    def identifier(self, function: str, answer: Answer) -> str:
        """The bank's identifier in the answer to an application, or in its Location; else empty."""
        found = self.shown(function, answer) or located(answer, self.rules.read.path)
        return "" if found in (".", "..") else found

    def shown(self, function: str, answer: Answer) -> str:
        """The bank's identifier in the body of an answer; empty where it cannot be read."""
        return self._member(function, answer, "id")

    def found(self, function: str, identifier: str) -> None:
        """Tells the ledger of an application that the bank made without having been asked for it."""
        self.ledger.settle(self.ledger.intend(self.case, function), "made", identifier)

    def _made(self, function: str, answer: Answer, path: str) -> str:
        if path:
            return at(answer, path)
        return self.identifier(function, answer)

    def status(self, application: Application, answer: Answer | None = None) -> str:
        """Where the bank says that an application stands, in the canonical word."""
        told_ = answer or self.right("read", application)
        path = self.rules.status_at
        word = at(told_, path) if path else self._member(application.function, told_, "status")
        return self.rules.statuses.get(word, word)

    def standing(self, application: Application) -> str:
        """The status; empty where the bank tells it no longer."""
        answer = self.ask("read", application.id)
        return self.status(application, answer) if answer.ok else ""

    def reached(self, application: Application, wanted: frozenset[str] | None, left: str = "") -> str:
        """The status when it is one of ``wanted``, or no longer ``left``, looked at again for a while."""
        for pause in (*PATIENCE, 0.0):
            now = self.standing(application)
            if (now in wanted) if wanted is not None else (now != left):
                break
            if pause:
                self.access.tsp.wait(pause)
        return now

    def _member(self, function: str, answer: Answer, name: str) -> str:
        try:
            rows = self.operations[function].mapping.read(answer.json()).rows
        except NotJson:
            return ""
        return (rows[0].text(name) or "") if rows else ""

    def enumerations(self) -> Mapping[str, list[Any]]:
        """The values that the reference data list, by member."""
        names = self.rules.enumerations
        if "{name}" not in self.rules.listed + self.asked("reference").path:
            found = self._listed("", self.rules.listed)
            if not found or not isinstance(found[0], Mapping):
                raise Inconclusive(f"the reference data list nothing at {self.rules.listed}")
            return {str(name): list(v) if isinstance(v, list) else [] for name, v in found[0].items()}
        spelled = {name: member.last_name(name) for name in names}
        each = {n: self._listed(s, self.rules.listed.replace("{name}", s)) for n, s in spelled.items()}
        return {name: v[0] if len(v) == 1 and isinstance(v[0], list) else v for name, v in each.items()}

    def _listed(self, name: str, path: str) -> list[Any]:
        answer = self.ask("reference", name=name)
        if not answer.ok:
            raise Inconclusive(f"the reference data were answered {told(answer)}")
        try:
            return [match.value for match in compiled(path).find(answer.json())]
        except NotJson as error:
            raise Inconclusive(f"the reference data cannot be read: {error}") from error

    def linked(self, function: str) -> Answer:
        """The answer that should tell where a product is applied for."""
        return self.ask("link", product=self.product(function))

    def link(self, function: str) -> tuple[str, Answer]:
        """Where the bank says that a product is applied for, and the answer that says so."""
        answer = self.linked(function)
        found = at(answer, self.rules.link_at) if answer.ok else ""
        if not found:
            raise Inconclusive(f"the link was answered {told(answer)}, without one at {self.rules.link_at}")
        return found, answer
