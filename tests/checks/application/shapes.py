"""A small bank that takes applications in many right shapes, and Phase II judged on it."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.secret import Secret
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.matrix import Clock

FUNCTION = "loans.unsecured-loan-application"
KEYS = {"first-key-0123456789": "one", "second-key-0123456789": "two"}
APPLICANT = {
    "fullName": "Synthetic Shape",
    "mobile": "+85261234567",
    "email": "shape@customer.example",
    "dob": "31-12-1990",
    "job": "employed",
    "company": "Synthetic Employer",
    "consents": [{"consentType": "privacy", "consentGivenFlag": True}],
}
MEMBERS = {"name": "fullName", "phone": "mobile", "birth_date": "dob", "employer": "company"}
JOBS = ["employed", "student"]


@dataclass
class Shape:
    """A right bank. The switches choose between shapes that real ones have; none of them is a fault."""

    one_shot: bool = False
    status: int = 201
    located: bool = False
    put: bool = False
    consents: Callable[[Any], bool] = lambda given: bool(given) and all(g["consentGivenFlag"] for g in given)
    gone: int = 0
    drafts_checked: bool = True
    problem: bool = False
    link: str = "https://bank.example/start/loan"
    page: Callable[[Request], Response] = lambda _: Response("<p>Start", content_type="text/html")
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self.lock, Request(environ) as request:
            return self.answer(request)(environ, start_response)

    def answer(self, request: Request) -> Response:
        parts = request.path.strip("/").split("/")
        if parts[0] == "start":
            return self.page(request)
        owner = KEYS.get(request.headers.get("X-Key", ""))
        if owner is None:
            return Response("", 401)
        if parts == ["links", "loan"]:
            return _json({"url": self.link})
        if parts == ["values"]:
            return _json({"job": JOBS})
        if parts == ["apply", "loan"] and request.method == "POST":
            return self.create(request, owner)
        form = self.forms.get(parts[1]) if parts[0] == "forms" and len(parts) > 1 else None
        if form is None or form["owner"] != owner:
            return _json({"title": "no such form"}, 404)
        return self.step(request, form, parts[2] if len(parts) > 2 else "")

    def create(self, request: Request, owner: str) -> Response:
        given, key = _read(request), request.headers.get("Idempotency-Key", "")
        if given is None:
            return _json({"title": "not JSON"}, 400)
        wrong = self.wrong(given, whole=self.one_shot) if self.drafts_checked or self.one_shot else ""
        if wrong:
            return self.no(wrong)
        known = self.keys.get((owner, key)) if key else None
        if known and known[1] != json.dumps(given, sort_keys=True):
            return _json({"title": "key"}, 409)
        number = known[0] if known else secrets.token_hex(8)
        if not known:
            kept = {name: value for name, value in given.items() if name in APPLICANT}
            status = "submitted" if self.one_shot else "draft"
            self.forms[number] = {"id": number, "owner": owner, "status": status, "data": kept}
            self.keys[owner, key] = number, json.dumps(given, sort_keys=True)
        answer = _json({} if self.located else {"id": number, "status": self.forms[number]["status"]})
        answer.status_code = self.status
        if self.located:
            answer.headers["Location"] = f"/forms/{number}"
        return answer

    def step(self, request: Request, form: dict[str, Any], step: str) -> Response:
        if step == "" and request.method == "GET":
            if form["status"] == "withdrawn" and self.gone:
                return Response("", self.gone)
            return _json({name: form[name] for name in ("id", "status", "data")})
        if step == "" and request.method == ("PUT" if self.put else "PATCH"):
            given = _read(request) or {}
            wrong = self.wrong(given if self.put else {**form["data"], **given}, whole=False)
            if wrong:
                return self.no(wrong)
            if form["status"] != "draft":
                return _json({"title": "no draft"}, 409)
            form["data"] = given if self.put else {**form["data"], **given}
            return Response("", 204)
        if step == "" and request.method == "DELETE":
            form["status"], form["data"] = "withdrawn", {}
            return Response("", 204)
        if step == "send" and form["status"] in ("draft", "submitted"):
            wrong = self.wrong(form["data"], whole=True)
            if wrong:
                return self.no(wrong)
            form["status"] = "submitted"
            return Response("", 204)
        return _json({"title": "not possible"}, 409)

    def no(self, name: str) -> Response:
        if self.problem:
            pointer = {"invalid-params": [{"pointer": f"#/{name}"}], "status": 422}
            return Response(json.dumps(pointer), 422, content_type="application/problem+json")
        return _json({"message": f"{name} is wrong"}, 400)

    def wrong(self, given: dict[str, Any], *, whole: bool) -> str:
        """The member that is wrong; empty when none is."""
        for name in ("fullName", "mobile", "dob", "job", "consents") if whole else ():
            if not given.get(name):
                return name
        if whole and given["job"] == "employed" and not given.get("company"):
            return "company"
        if whole and not self.consents(given["consents"]):
            return "consents"
        if given.get("job", JOBS[0]) not in JOBS:
            return "job"
        for name, sign in (("dob", "-"), ("mobile", "+"), ("email", "@")):
            if name in given and sign not in str(given[name]):
                return name
        return ""


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type="application/json")


def _read(request: Request) -> dict[str, Any] | None:
    try:
        found = json.loads(request.get_data())
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def target(changes: Mapping[str, Any] | None = None, **described: Any) -> Target:
    """The file of such a bank; ``changes`` are of ``writes.applications``."""
    first, second = (Secret(key, name=name) for key, name in zip(KEYS, ("first", "second"), strict=True))
    rules = {
        "idempotency": {"header": "Idempotency-Key"},
        "applicant": APPLICANT,
        "members": MEMBERS,
        "required": ["fullName", "mobile", "dob"],
        "consents": "consents",
        "conditional": {"job=employed": "company"},
        "enumerations": ["job"],
        "reference": {"method": "GET", "path": "/values"},
        "listed": "$",
        "link": {"method": "GET", "path": "/links/{product}"},
        "link_at": "$.url",
        "products": {FUNCTION: "loan"},
        "read": {"method": "GET", "path": "/forms/{id}"},
        "change": {"method": "PATCH", "path": "/forms/{id}"},
        "submit": {"path": "/forms/{id}/send"},
        "withdraw": {"method": "DELETE", "path": "/forms/{id}"},
        **(changes or {}),
    }
    function = {
        "request": {"path": "/apply/loan"},
        "rows": ["$"],
        "fields": {"id": "$.id", "status": "$.status"},
    }
    return Target.model_validate(
        {
            "bank": {"name": "Shapes"},
            "base_url": "https://bank.example",
            "allow": ["writes"],
            "limits": {"requests_per_second": 5000},
            "authentication": {"kind": "header-key", "header": "X-Key", "value": first},
            "other_identity": {"kind": "header-key", "header": "X-Key", "value": second},
            "capabilities": ["application-full", "application-link"],
            "functions": {FUNCTION: function},
            "writes": {"applications": {k: v for k, v in rules.items() if v is not None}},
            **described,
        }
    )


def judged(app: Callable[..., Any], told: Target) -> tuple[Result, ...]:
    """The results of Phase II."""
    clock = Clock()
    plan, profiles = prepare(told, Scope(phases=("2",)))
    with open_session(told, profiles, plan, wire=MemoryWire(app), clock=clock, sleep=clock.sleep) as session:
        return judge(plan, session)


def said(results: Iterable[Result]) -> list[str]:
    """What is held against the bank, or could not be judged."""
    bad = (Verdict.ERROR, Verdict.INCONCLUSIVE)
    return [f"{r.case.check}: {f.expected}; {f.actual} at {f.at}" for r in results for f in r.findings] + [
        f"{r.case.check} {r.verdict}: {r.reason} {r.traceback}" for r in results if r.verdict in bad
    ]
