"""Wharf Bank's authorization server: codes, tokens, a login with a password, a code by phone, an approval."""

from __future__ import annotations

import base64
import html
import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlencode

from werkzeug.wrappers import Request, Response

ISSUER = "https://id.wharf.example"
CLIENTS = {"pier": "pier-and-its-long-secret-01", "quay": "quay-and-its-long-secret-02"}
PEOPLE = {"mei": ("mei-4711-pass", "246810"), "kit": ("kit-0815-pass", "135791")}
LIFE = 120
"""Seconds that an access token lives."""


class No(Exception):
    """A refusal: status, code, words, and what the challenge says."""

    def __init__(self, status: int, code: str, challenge: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.challenge = status, code, challenge


@dataclass
class Token:
    """What a token stands for. ``family`` names the code that all of a grant's tokens come from."""

    client: str
    scope: str
    until: float
    person: str = ""
    consent: str = ""
    family: str = ""
    kind: str = "access"
    used: bool = False


@dataclass
class Visit:
    """A browser on its way through the pages."""

    asked: dict[str, str]
    person: str = ""
    known: bool = False
    seal: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    tries: int = 0


class Login:
    """The server. The bank that it belongs to gives the time, the faults and the consents."""

    faults: frozenset[str]

    def __init__(self) -> None:
        self.visits: dict[str, Visit] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, Token] = {}

    def now(self) -> float:
        raise NotImplementedError

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def consent(self, name: str) -> Any:
        raise NotImplementedError

    # Metadata and tokens.

    def metadata(self, _: Request) -> Response:
        ways = ["client_secret_basic"]
        told = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorise",
            "token_endpoint": f"{ISSUER}/token",
            "revocation_endpoint": f"{ISSUER}/revoke",
            "introspection_endpoint": f"{ISSUER}/introspect",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        if self.has("grants_not_listed"):
            told.pop("grant_types_supported")
        ends = ("token", "revocation", "introspection")
        told |= {f"{each}_endpoint_auth_methods_supported": ways for each in ends}
        return answer(told)

    def client(self, request: Request) -> str:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            name, secret = "", ""
        if kind.lower() != "basic" or CLIENTS.get(unquote(name)) != unquote(secret):
            raise No(401, "invalid_client", 'Basic realm="wharf"')
        if request.form.get("client_id", unquote(name)) != unquote(name):
            raise No(400, "invalid_request")
        return unquote(name)

    def token(self, request: Request) -> Response:
        if any(len(values) > 1 for _, values in request.form.lists()):
            raise No(400, "invalid_request")
        client, form = self.client(request), request.form
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            if set(form.get("scope", "ais").split()) - {"ais"}:
                raise No(400, "invalid_scope")
            return self.given(Token(client, "ais", self.now() + LIFE), refresh=False)
        if kind == "authorization_code":
            return self.redeemed(client, form)
        if kind == "refresh_token":
            return self.refreshed(client, form)
        raise No(400, "unsupported_grant_type")

    def given(self, token: Token, *, refresh: bool = True) -> Response:
        name = secrets.token_urlsafe(24)
        self.tokens[name] = token
        told = {"access_token": name, "token_type": "Bearer", "expires_in": LIFE, "scope": token.scope}
        if refresh:
            told["refresh_token"] = secrets.token_urlsafe(24)
            kept = Token(**{**vars(token), "until": self.now() + 86400, "kind": "refresh"})
            self.tokens[str(told["refresh_token"])] = kept
        return answer(told)

    def redeemed(self, client: str, form: Any) -> Response:
        name = form.get("code", "")
        code = self.codes.get(name)
        if code is None or (code["client"] != client and not self.has("code_of_any_client")):
            raise No(400, "invalid_grant")
        hashed = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        proved = challenge == code["challenge"] and 43 <= len(form.get("code_verifier", "")) <= 128
        if not proved and not self.has("verifier_not_compared"):
            raise No(400, "invalid_grant")
        if form.get("redirect_uri") != code["redirect_uri"] or code["until"] < self.now():
            raise No(400, "invalid_grant")
        if code["used"] and not self.has("code_again"):
            self.ended(name)
            raise No(400, "invalid_grant")
        code["used"] = True
        self.consent(code["consent"])  # a consent that has ended by now gives no token
        scope = f"AIS:{code['consent']}"
        until = self.now() + LIFE
        return self.given(Token(client, scope, until, code["person"], code["consent"], name))

    def refreshed(self, client: str, form: Any) -> Response:
        held = self.tokens.get(form.get("refresh_token", ""))
        if held is None or held.kind != "refresh" or held.until < self.now():
            raise No(400, "invalid_grant")
        if held.client != client and not self.has("refresh_by_any_client"):
            raise No(400, "invalid_grant")
        if held.used and not self.has("refresh_again"):
            self.ended(held.family)
            raise No(400, "invalid_grant")
        if set(form.get("scope", held.scope).split()) - {held.scope}:
            raise No(400, "invalid_scope")
        self.consent(held.consent)
        held.used = True
        until = self.now() + LIFE
        return self.given(Token(client, held.scope, until, held.person, held.consent, held.family))

    def ended(self, family: str) -> None:
        self.tokens = {name: each for name, each in self.tokens.items() if each.family != family}

    def revoke(self, request: Request) -> Response:
        client, name = self.client(request), request.form.get("token", "")
        held = self.tokens.get(name)
        if not name:
            raise No(400, "invalid_request")
        if held is not None and held.client == client and not self.has("revocation_ignored"):
            self.tokens.pop(name, None)
            if held.family:
                self.ended(held.family)
        return answer({})

    def introspect(self, request: Request) -> Response:
        client = self.client(request) if not self.has("introspection_for_all") else ""
        held = self.tokens.get(request.form.get("token", ""))
        if "token" not in request.form:
            raise No(400, "invalid_request")
        shown = held is not None and (held.client == client or not client) and not held.used
        if not shown or held is None or held.until < self.now():
            return answer({"active": False})
        return answer({"active": True, "client_id": held.client, "scope": held.scope, "exp": int(held.until)})

    # Pages.

    def authorise(self, request: Request) -> Response:
        asked = {name: values[-1] for name, values in request.args.lists()}
        if any(len(values) > 1 for _, values in request.args.lists()):
            return page("<p>A parameter came twice.</p>", status=400)
        client, back = asked.get("client_id", ""), asked.get("redirect_uri", "")
        right = f"https://{client}.example/back"
        near = back.startswith(right) and self.has("redirect_by_its_beginning")
        if client not in CLIENTS or (back != right and not near):
            return page("<p>Unknown provider or address.</p>", status=400)
        wrong = self.wrong(asked, client)
        if wrong:
            return self.back(asked, {"error": wrong})
        visit, name = Visit(asked), secrets.token_urlsafe(24)
        self.visits[name] = visit
        shown = self.shown(visit)
        shown.set_cookie("__Host-way", name, path="/", secure=True, httponly=True, samesite="Lax")
        return shown

    def wrong(self, asked: dict[str, str], client: str) -> str:
        if asked.get("response_type") != "code" or asked.get("response_mode", "query") != "query":
            return "unsupported_response_type" if "response_type" in asked else "invalid_request"
        if "request" in asked or "request_uri" in asked:
            return "request_not_supported" if "request" in asked else "request_uri_not_supported"
        challenge, method = asked.get("code_challenge", ""), asked.get("code_challenge_method", "plain")
        plain = self.has("challenge_in_plain") and method == "plain" and challenge
        formed = len(challenge) == 43 and all(c.isalnum() or c in "-_" for c in challenge)
        if not plain and (method != "S256" or not formed):
            return "invalid_request"
        words = asked.get("scope", "").split()
        if len(words) != 1 or not words[0].startswith("AIS:"):
            return "invalid_scope"
        try:
            consent = self.consent(words[0][4:])
        except No:
            return "invalid_scope"
        mine = consent.client == client or self.has("consent_of_any_provider")
        open_ = consent.status == "received" or self.has("approved_again")
        return "" if mine and open_ else "invalid_scope"

    def back(self, asked: dict[str, str], said: dict[str, str]) -> Response:
        if "state" in asked and not self.has("state_forgotten"):
            said = {**said, "state": asked["state"]}
        if not self.has("issuer_not_named"):
            said = {**said, "iss": ISSUER}
        place = asked["redirect_uri"]
        url = f"{place}{'&' if '?' in place else '?'}{urlencode(said)}"
        return dressed(Response("", 303, headers={"Location": url}), self)

    def shown(self, visit: Visit, words: str = "") -> Response:
        seal = f'<input type="hidden" name="csrf" value="{visit.seal}">'
        leave = '<button name="do" value="leave">Not now</button>'
        if not visit.person:
            fields = (
                '<label>Login name <input name="who"></label>'
                '<label>Password <input name="word" type="password"></label>'
            )
        elif not visit.known:
            fields = '<label>Code by SMS <input name="sms" autocomplete="one-time-code"></label>'
        else:
            mine = self.choices(visit.person)
            boxes = (f'<label><input type="checkbox" name="account" value="{n}">{t}</label>' for n, t in mine)
            fields = f"<p>{html.escape(visit.asked['client_id'])} asks to see:</p>{''.join(boxes)}"
        text = f'{words}<form method="post" action="/way">{seal}{fields}'
        return page(f'{text}<button name="do" value="on">Go on</button>{leave}</form>', self)

    def choices(self, person: str) -> list[tuple[str, str]]:
        raise NotImplementedError

    def way(self, request: Request) -> Response:
        visit = self.visits.get(request.cookies.get("__Host-way", ""))
        if visit is None:
            return page("<p>No visit is under way.</p>", self, 400)
        form = request.form
        if form.get("csrf") != visit.seal and not self.has("forged_forms"):
            return page("<p>This form is not ours.</p>", self, 403)
        consent = self.consent(visit.asked["scope"][4:])
        if form.get("do") == "leave":
            consent.status = "rejected"
            self.visits.pop(request.cookies["__Host-way"])
            return self.back(visit.asked, {"error": "access_denied"})
        if not visit.person:
            known = PEOPLE.get(form.get("who", ""), ("", ""))[0]
            if not known or (known != form.get("word") and not self.has("any_password")):
                return self.shown(visit, "<p>That was not right.</p>")
            visit.person, name = form["who"], secrets.token_urlsafe(24)
            self.visits[name] = self.visits.pop(request.cookies["__Host-way"])
            shown = self.shown(visit)
            shown.set_cookie("__Host-way", name, path="/", secure=True, httponly=True, samesite="Lax")
            return shown
        if not visit.known:
            visit.tries += 1
            if form.get("sms") != PEOPLE[visit.person][1] or visit.tries > 3:
                return self.shown(visit, "<p>That was not right.</p>")
            visit.known = True
            return self.shown(visit)
        if consent.status != "received" and not self.has("approved_again"):
            return self.back(visit.asked, {"error": "access_denied"})
        mine = {name for name, _ in self.choices(visit.person)}
        consent.accounts = tuple(sorted(mine & set(form.getlist("account"))))
        consent.status, consent.person = "valid", visit.person
        self.visits.pop(request.cookies["__Host-way"])
        return self.coded(visit, consent.name)

    def coded(self, visit: Visit, consent: str) -> Response:
        asked, code = visit.asked, secrets.token_urlsafe(18)
        self.codes[code] = {
            "client": asked["client_id"], "person": visit.person, "consent": consent, "used": False,
            "challenge": asked["code_challenge"], "redirect_uri": asked["redirect_uri"],
            "until": self.now() + 30,
        }  # fmt: skip
        return self.back(asked, {"code": code})


def page(body: str, server: Login | None = None, status: int = 200) -> Response:
    """A page that no other may frame and no cache may keep."""
    text = f'<!doctype html><html lang="en"><title>Wharf Bank</title>{body}</html>'
    return dressed(Response(text, status, content_type="text/html; charset=utf-8"), server)


def dressed(response: Response, server: Login | None) -> Response:
    """A response of the pages, with its header fields."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    if server is None or not server.has("pages_in_frames"):
        response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    return response


def answer(told: dict[str, Any], status: int = 200) -> Response:
    """JSON that no cache may keep."""
    fields = {"Cache-Control": "no-store"}
    return Response(json.dumps(told), status, headers=fields, content_type="application/json")
