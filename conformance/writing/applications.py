"""Applications for products as a TSP makes them, told to the ledger.

What a step may do is decided by what it is, as the bank's file says, and not by its method: a bank that reads
with POST is asked without leave to write, and one that withdraws with GET is not.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from conformance.address import url_parts
from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Request
from conformance.oauth.grant import told
from conformance.oauth.settings import Asked, filled
from conformance.path import compiled
from conformance.writing import bodies, member, sealing
from conformance.writing.agreement import at
from conformance.writing.applying import ApplicationPassword
from conformance.writing.making import JSON, PLAIN, Application, Making

__all__ = ["Application", "Applications"]
READS = frozenset({"reference", "link", "read"})
"""The steps that change nothing, whatever their method."""
SHORTEST = 4
"""Signs of a password that is kept out of reports: fewer would blot out what is no password."""
IDENTIFYING = ("birth_date", "phone", "email")
PATIENCE = (0.2, 0.5, 1.0, 2.0)
"""Seconds between looks at what a bank has said that it would do (202)."""


@dataclass
class Applications(Making):
    """One case's view of the functions of Phase II, and of all that follows an application.

    ``sendings`` are the answers to the wish that an applicant be sent a password.
    """

    sendings: list[Answer] = field(default_factory=list)

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
        values: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to a step; ``content`` is a media type with its bytes. A ``stranger`` is another TSP."""
        asked, facts = self.asked(name), {**self.identifying, "id": id, **(values or {})}
        if name == "submit" and self.rules.password is not None and "otp" not in facts:
            facts["otp"] = self.password(id)
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

    @property
    def identifying(self) -> dict[str, str]:
        """What of the applicant a bank may ask for beside its own identifier."""
        found = {role: member.found(self.rules.applicant, self.place(role)) for role in IDENTIFYING}
        return {role: text for role, text in found.items() if isinstance(text, str)}

    # The password that an applicant is sent.

    @property
    def passwords(self) -> ApplicationPassword:
        rule = self.rules.password
        if rule is None:
            raise NotApplicable("the bank's file declares no password (writes.applications.password)")
        return rule

    def password(self, id: str) -> str:
        """The password that the applicant has been sent now; zeros where there is none."""
        rule, facts = self.passwords, {"id": id}
        if rule.send is not None:
            self._writable()
            self.sendings.append(self.caller.call(self._filled_step(rule.send, facts)))
        found = at(self.caller.call(self._filled_step(rule.inbox, facts)), rule.at)
        if len(found) >= SHORTEST:
            self.access.tsp.hide(found, "OTP")
        return found or "000000"

    def _filled_step(self, asked: Asked, facts: Mapping[str, str]) -> Request:
        request = self._step(asked, filled(asked.path, {n: quote(v, safe=PLAIN) for n, v in facts.items()}))
        body = filled(asked.json_, facts)
        if body is None:
            return request
        return replace(request, body=json.dumps(body).encode()).with_header("Content-Type", JSON)

    # Documents and changes.

    def attached(self, application: Application, kind: str, document: bytes) -> Answer:
        """The answer to a document, sent as the bank wants it; the first refusal where that takes steps."""
        asked, named, upload = self.asked("attach"), self.rules.attach_field, self.rules.upload
        if asked.json_ is not None:
            size = {"size": len(document), "sha256": hashlib.sha256(document).hexdigest()}
            facts = {"content": base64.b64encode(document).decode(), "media_type": kind, **size}
            answer = self.ask("attach", application.id, body=filled(asked.json_, facts))
        elif not named:
            answer = self.ask("attach", application.id, content=(kind, document))
        else:
            answer = self.ask("attach", application.id, content=bodies.form(named, kind, document))
        if upload is None or not answer.ok:
            return answer
        url = at(answer, upload.at)
        host = url_parts(url)
        if host is None or not url.isprintable() or not self.access.tsp.knows(url):
            named = (host.hostname or "none")[:100] if host else "none"
            raise Inconclusive(f"a document goes to a host that bank.yaml does not name: {named}")
        sent = self.access.tsp.send(Request(upload.method, url, (("Content-Type", kind),), document))
        if not sent.ok or upload.confirm is None:
            return sent
        name = at(answer, upload.id) if upload.id else ""
        return self.caller.call(self._filled_step(upload.confirm, {"id": application.id, "document": name}))

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

    # Answers.

    def found(self, function: str, identifier: str) -> None:
        """Tells the ledger of an application that the bank made without having been asked for it."""
        self.ledger.settle(self.ledger.intend(self.case, function), "made", identifier)

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
        answer = self.ask("reference", values={"name": name})
        if not answer.ok:
            raise Inconclusive(f"the reference data were answered {told(answer)}")
        try:
            return [match.value for match in compiled(path).find(answer.json())]
        except NotJson as error:
            raise Inconclusive(f"the reference data cannot be read: {error}") from error

    def linked(self, function: str) -> Answer:
        """The answer that should tell where a product is applied for."""
        return self.ask("link", values={"product": self.product(function)})

    def link(self, function: str) -> tuple[str, Answer]:
        """Where the bank says that a product is applied for, and the answer that says so."""
        answer = self.linked(function)
        found = at(answer, self.rules.link_at) if answer.ok else ""
        if not found:
            raise Inconclusive(f"the link was answered {told(answer)}, without one at {self.rules.link_at}")
        return found, answer
