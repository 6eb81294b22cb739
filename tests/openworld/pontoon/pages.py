"""Pontoon Bank's pages: a customer's number, a one-time password, the accounts to show; signed answers."""

from __future__ import annotations

import html
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

SITE = "https://auth.pontoon.example"
ISSUER = f"{SITE}/as"
PEOPLE = {"40012345": "731904", "40067890": "286415"}


@dataclass
class Visit:
    """A browser on its way through the pages."""

    asked: Mapping[str, Any]
    person: str = ""
    known: bool = False
    login: float = 0.0
    seal: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    tries: int = 0


class Pages:
    """The way of a customer through the server."""

    pushed: dict[str, tuple[str, float, Mapping[str, Any]]]
    visits: dict[str, Visit]
    codes: dict[str, dict[str, Any]]

    def now(self) -> float:
        raise NotImplementedError

    def has(self, fault: str) -> bool:
        raise NotImplementedError

    def choices(self, person: str) -> list[tuple[str, str]]:
        raise NotImplementedError

    def signed(self, claims: Mapping[str, Any]) -> str:
        raise NotImplementedError

    def authorise(self, request: Request) -> Response:
        if any(len(values) > 1 for _, values in request.args.lists()):
            return page("<p>A parameter came twice.</p>", status=400)
        name, client = request.args.get("request_uri", ""), request.args.get("client_id", "")
        found = self.pushed.get(name)
        late = found is not None and found[1] < self.now() and not self.has("request_never_ends")
        if found is None or late or (found[0] != client and not self.has("request_of_any_client")):
            return page("<p>There is no such request.</p>", status=400)
        asked = found[2]
        prompt = str(asked.get("prompt", "")).split()
        if "none" in prompt and not self.has("prompt_ignored"):
            if len(prompt) > 1:
                return self.back(asked, {"error": "invalid_request"})
            return self.back(asked, {"error": "login_required"})
        visit, key = Visit(asked), secrets.token_urlsafe(24)
        self.visits[key] = visit
        shown = self.shown(visit)
        shown.set_cookie("__Host-p", key, path="/", secure=True, httponly=True, samesite="Lax")
        visit_name = name
        self.codes[f"visit {key}"] = {"request": visit_name}
        return shown

    def back(self, asked: Mapping[str, Any], said: dict[str, Any]) -> Response:
        if asked.get("state") is not None and not self.has("state_forgotten"):
            said["state"] = asked["state"]
        if self.has("state_cut") and "state" in said:
            said["state"] = said["state"][:100]
        now = int(self.now())
        issuer = ISSUER if not self.has("issuer_mixed_up") else f"{SITE}/other"
        told = {"iss": issuer, "aud": asked["client_id"], "exp": now + 300, **said}
        if self.has("response_in_clear"):
            query = urlencode(said)
        else:
            query = urlencode({"response": self.signed(told)})
        place = asked["redirect_uri"]
        url = f"{place}{'&' if '?' in place else '?'}{query}"
        return dressed(Response("", 303, headers={"Location": url}))

    def shown(self, visit: Visit, words: str = "") -> Response:
        leave = '<button name="do" value="leave">Cancel</button>'
        seal = f'<input type="hidden" name="seal" value="{visit.seal}">'
        if not visit.person:
            fields = '<label>Customer ID <input name="who" inputmode="numeric"></label>'
        elif not visit.known:
            fields = '<label>One-time password <input name="otp"></label>'
        else:
            boxes = (
                f'<label><input type="checkbox" name="account" value="{n}">{t}</label>'
                for n, t in self.choices(visit.person)
            )
            asked = html.escape(f"{visit.asked['client_id']} asks for {visit.asked['scope']}")
            fields = f"<p>{asked}</p>{''.join(boxes)}"
        text = f'{words}<form method="post" action="/as/step">{seal}{fields}'
        return page(f'{text}<button name="do" value="on">Continue</button>{leave}</form>')

    def step(self, request: Request) -> Response:
        key, form = request.cookies.get("__Host-p", ""), request.form
        visit = self.visits.get(key)
        if visit is None:
            return page("<p>Nothing is under way.</p>", status=400)
        if form.get("seal") != visit.seal and not self.has("forged_forms"):
            return page("<p>This form is not ours.</p>", status=403)
        name = self.codes[f"visit {key}"]["request"]
        if name not in self.pushed:
            self.visits.pop(key)
            return page("<p>This request is done with.</p>", status=400)
        if form.get("do") == "leave":
            self.visits.pop(key)
            if not self.has("request_used_again"):
                self.pushed.pop(name)
            if self.has("cancelled_is_approved"):
                return self.coded(visit, tuple(n for n, _ in self.choices(next(iter(PEOPLE)))))
            return self.back(visit.asked, {"error": "access_denied"})
        if not visit.person:
            if form.get("who") not in PEOPLE:
                return self.shown(visit, "<p>That was not right.</p>")
            visit.person = form["who"]
            return self.shown(visit)
        if not visit.known:
            visit.tries += 1
            wrong = form.get("otp") != PEOPLE[visit.person] and not self.has("any_password")
            if wrong or (visit.tries > 3 and not self.has("guesses_without_end")):
                return self.shown(visit, "<p>That was not right.</p>")
            visit.known, visit.login, again = True, self.now(), secrets.token_urlsafe(24)
            again = key if self.has("session_kept") else again
            self.visits[again] = self.visits.pop(key)
            self.codes[f"visit {again}"] = self.codes[f"visit {key}"]
            shown = self.shown(visit)
            shown.set_cookie("__Host-p", again, path="/", secure=True, httponly=True, samesite="Lax")
            return shown
        mine = {n for n, _ in self.choices(visit.person)}
        picked = tuple(sorted(mine & set(form.getlist("account"))))
        if mine and not picked:
            return self.shown(visit, "<p>Choose an account.</p>")
        self.visits.pop(key)
        if not self.has("request_used_again"):
            self.pushed.pop(name)
        return self.coded(visit, picked)

    def coded(self, visit: Visit, picked: tuple[str, ...]) -> Response:
        code = secrets.token_urlsafe(24)
        if self.has("code_short"):
            code = secrets.token_hex(3)
        until = self.now() + (60 if not self.has("code_for_ever") else 6000)
        made = {
            "client": visit.asked["client_id"],
            "person": visit.person,
            "accounts": picked,
            "until": until,
        }
        self.codes[code] = {**made, "asked": visit.asked, "used": False, "login": visit.login}
        return self.back(visit.asked, {"code": code})


def page(body: str, status: int = 200) -> Response:
    """A page that no other may frame and no cache may keep."""
    text = f'<!doctype html><html lang="en"><title>Pontoon Bank</title>{body}</html>'
    return dressed(Response(text, status, content_type="text/html; charset=utf-8"))


def dressed(response: Response) -> Response:
    """A response of the pages, with its header fields."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    return response


def answer(told: Mapping[str, Any], status: int = 200) -> Response:
    """JSON that no cache may keep."""
    return Response(
        json.dumps(told), status, headers={"Cache-Control": "no-store"}, content_type="application/json"
    )
