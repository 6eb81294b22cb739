"""Applications for products as a TSP makes them, told to the ledger."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable, Refused
from conformance.ledger import Ledger
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.client import Client
from conformance.oauth.consent import consent_request
from conformance.oauth.grant import told
from conformance.oauth.settings import Asked
from conformance.operation import Operation
from conformance.path import compiled
from conformance.writing.agreement import at
from conformance.writing.settings import ApplicationRules

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Application:
    """An application that the bank took: its function, identifier, key, and the answer."""

    function: str
    id: str
    key: str
    answer: Answer


@dataclass
class Applications:
    """One case's view of the functions of Phase II. ``operations`` are all offered ones, by id."""

    access: Access
    operations: Mapping[str, Operation]
    ledger: Ledger
    case: str

    @property
    def rules(self) -> ApplicationRules:
        """What the target's ``writes.applications`` says; raises ``Inconclusive`` when it says nothing."""
        writes = self.access.target.writes
        if writes is None or writes.applications is None:
            raise Inconclusive(
                "bank.yaml has no writes.applications section: how the bank takes applications"
            )
        return writes.applications

    def asked(self, name: str) -> Asked:
        """The call of a step; raises ``NotApplicable`` where the bank's file declares none."""
        found: Asked | None = getattr(self.rules, name)
        if found is None:
            raise NotApplicable(f"the bank's file declares no such call (writes.applications.{name})")
        return found

    def applicant(self, **changes: Any) -> dict[str, Any]:
        """A complete synthetic applicant; a change of None leaves a member out."""
        if not self.rules.applicant:
            raise Inconclusive("writes.applications.applicant is missing: a complete synthetic applicant")
        whole = {**self.rules.applicant, **changes}
        return {name: value for name, value in whole.items() if value is not None}

    def key(self) -> str:
        """A fresh idempotency key."""
        return secrets.token_hex(16)

    # Calls.

    def sent(
        self,
        function: str,
        applicant: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        client: Client | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        authorized: bool = True,
    ) -> Answer:
        """The answer to an application; without a ``key`` under a fresh one."""
        operation = self.operations[function]
        body = json.dumps(self.applicant() if applicant is None else dict(applicant)).encode()
        plain = self.access.tsp.request(operation)
        request = Request(plain.method, plain.url, plain.headers, body).with_header("Content-Type", JSON)
        rule, chosen = self.rules.idempotency, key or self.key()
        if rule is not None:
            request = request.with_header(rule.header, chosen)
        for name, value in headers:
            request = request.with_header(name, value)
        self._writable()
        number = self.ledger.intend(self.case, function, key=chosen)
        answer = self._call(request, client, authorized=authorized)
        if answer.ok:
            self.ledger.settle(number, "made", self.identifier(function, answer))
        elif answer.status < 500:
            self.ledger.settle(number, "refused")
        return answer

    def made(self, function: str, applicant: Mapping[str, Any] | None = None, key: str = "") -> Application:
        """An application that the bank took: the control. Raises ``Inconclusive`` when it took none."""
        chosen = key or self.key()
        answer = self.sent(function, applicant, key=chosen)
        if not answer.ok:
            raise Inconclusive(f"control request refused: a right application was answered {told(answer)}")
        found = self.identifier(function, answer)
        if not found:
            raise Inconclusive("the answer to a right application has no identifier")
        return Application(function, found, chosen, answer)

    def ask(
        self,
        name: str,
        id: str = "",
        *,
        body: Any = None,
        client: Client | None = None,
        content: tuple[str, bytes] | None = None,
        **values: str,
    ) -> Answer:
        """The answer to a step of an application; ``content`` is a media type with its bytes."""
        asked = self.asked(name)
        request = consent_request(self.access, asked, {"id": id, **values}, whole=body)
        if content is not None:
            request = Request(request.method, request.url, request.headers, content[1])
            request = request.with_header("Content-Type", content[0])
        if asked.method not in ("GET", "HEAD"):
            self._writable()
        return self._call(request, client)

    def right(self, name: str, application: Application, **options: Any) -> Answer:
        """The answer to a step that must be taken; raises ``Inconclusive`` when it is not."""
        answer = self.ask(name, application.id, **options)
        if not answer.ok:
            raise Inconclusive(f"control request refused: {name} was answered {told(answer)}")
        return answer

    def submitted(self, function: str) -> Application:
        """An application that was made and submitted."""
        application = self.made(function)
        self.right("submit", application)
        return application

    def _call(self, request: Request, client: Client | None, *, authorized: bool = True) -> Answer:
        if not authorized:
            return self.access.tsp.send(request)
        tokens = self.access.machine(self.rules.scope or None, client=client)
        return self.access.call(tokens, request, client=client)

    def _writable(self) -> None:
        target = self.access.target
        if "writes" not in target.allow or target.is_production:
            raise Refused("the target admits no writes, so nothing that could make something is sent")

    # Answers.

    def identifier(self, function: str, answer: Answer) -> str:
        """The bank's identifier in an answer; empty where it cannot be read."""
        return self._member(function, answer, "id")

    def status(self, application: Application) -> str:
        """Where the bank says that an application stands."""
        return self._member(application.function, self.right("read", application), "status")

    def _member(self, function: str, answer: Answer, name: str) -> str:
        try:
            rows = self.operations[function].mapping.read(answer.json()).rows
        except NotJson:
            return ""
        return (rows[0].text(name) or "") if rows else ""

    def enumerations(self) -> Mapping[str, list[Any]]:
        """The values that the reference data list, by member."""
        answer = self.ask("reference")
        if not answer.ok:
            raise Inconclusive(f"the reference data were answered {told(answer)}")
        try:
            found = [match.value for match in compiled(self.rules.listed).find(answer.json())]
        except NotJson as error:
            raise Inconclusive(f"the reference data cannot be read: {error}") from error
        if not found or not isinstance(found[0], Mapping):
            raise Inconclusive(f"the reference data list nothing at {self.rules.listed}")
        return {str(name): list(v) if isinstance(v, list) else [] for name, v in found[0].items()}

    def link(self, function: str) -> tuple[str, Answer]:
        """Where the bank says that a product is applied for, and the answer that says so."""
        product = self.rules.links.get(function)
        if product is None:
            raise NotApplicable(f"the bank's file names no link for {function} (writes.applications.links)")
        answer = self.ask("link", product=product)
        found = at(answer, self.rules.link_at) if answer.ok else ""
        if not found:
            raise Inconclusive(f"the link was answered {told(answer)}, without one at {self.rules.link_at}")
        return found, answer
