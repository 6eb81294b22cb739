"""A TSP at work: performs the flows against a bank, with its certificate, keys and customers.

One ``Access`` serves one case. What several cases share (metadata, control requests, grants) is made once in
a round of the run and remembered, so that one login serves as many checks as possible.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from conformance import jose
from conformance.answer import Answer
from conformance.authorization import Authorization, Customer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Request
from conformance.oauth import dpop, pkce
from conformance.oauth.client import BY_CERTIFICATE, Client, client_of, credentials, header_of
from conformance.oauth.consent import consent_made, referring
from conformance.oauth.grant import Asked, Attempt, Code, Grant, Tokens, error_of, members_of, told
from conformance.oauth.login import Browser, Landing, Shown, Step
from conformance.oauth.response import read_response
from conformance.oauth.server import Server, discovered
from conformance.oauth.settings import Settings, settings_of
from conformance.oauth.strategy import customer_values, decided, entered
from conformance.target import Target
from conformance.tsp import Memory, Tsp
from conformance.wire import Certified

T = TypeVar("T")
FORM = "application/x-www-form-urlencoded"
ENDPOINTS_WITH_PROOF = ("token_endpoint", "pushed_authorization_request_endpoint")
SPARE = 20.0
"""Seconds that a remembered grant must still be good for."""

Form = Mapping[str, Any] | Sequence[tuple[str, str]]


@dataclass
class Access:
    """Sends for one case. ``constraint`` is how tokens are bound: ``mtls``, ``dpop`` or ``none``."""

    tsp: Tsp
    target: Target
    memory: Memory
    nonces: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nonces = self.memory.once(("oauth", "nonces"), dict)

    # What is configured.

    @property
    def configured(self) -> Authorization:
        """The target's ``authorization``; raises ``Inconclusive`` when there is none."""
        if self.target.authorization is None:
            raise Inconclusive("bank.yaml has no authorization section, so no customer can let the TSP in")
        return self.target.authorization

    @property
    def settings(self) -> Settings:
        return settings_of(self.configured)

    @property
    def client(self) -> Client:
        """The first TSP."""
        client: Client = self.memory.once(
            ("oauth", "client", 0), lambda: client_of(self.configured, "the TSP")
        )
        if not client.client_id:
            raise Inconclusive("authorization.client_id is missing")
        return client

    @property
    def second(self) -> Client:
        """The second TSP; raises ``Inconclusive`` when none is configured."""
        other = self.configured.second_tsp
        if other is None:
            raise Inconclusive("only one TSP is configured; give authorization.second_tsp in bank.yaml")
        client: Client = self.memory.once(("oauth", "client", 1), lambda: client_of(other, "the second TSP"))
        return client

    def customer(self, number: int = 0) -> Customer:
        """A customer; raises ``Inconclusive`` when not so many are configured."""
        known = self.configured.customers
        if number >= len(known):
            count = ("no customer", "only one customer")[min(len(known), 1)]
            raise Inconclusive(f"{count} is configured; give authorization.customers in bank.yaml")
        return known[number]

    @property
    def server(self) -> Server:
        """The authorization server, discovered once."""
        server: Server = self.memory.once(
            ("oauth", "server"), lambda: self.run(discovered(self.configured), None)
        )
        return server

    @property
    def constraint(self) -> str:
        """How access tokens are bound to their holder."""
        if self.configured.sender_constraint:
            return self.configured.sender_constraint
        if self.server.has("tls_client_certificate_bound_access_tokens") and self.client.certified:
            return "mtls"
        return "dpop" if self.server.listed("dpop_signing_alg_values_supported") else "none"

    @property
    def audience(self) -> str:
        """The audience of a client assertion and a request object: the issuer."""
        return self.server.issuer

    def now(self) -> float:
        return self.tsp.now()

    def offers(self, grant_type: str) -> bool:
        """Whether the server lists a grant type; RFC 8414 has a default for servers that list none."""
        listed = self.server.listed("grant_types_supported")
        return grant_type in (listed or ("authorization_code", "implicit"))

    # Requests.

    def run(self, flow: Generator[Request, Answer, T], certified: Certified | None) -> T:
        """Performs a flow: sends what it yields, gives it the answers, returns what it returns."""
        try:
            request = next(flow)
            while True:
                request = flow.send(self.tsp.send(request, certified=certified))
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            flow.close()

    def shown_by(self, client: Client) -> Certified | None:
        """The certificate that a client shows to back-channel endpoints and protected resources."""
        mutual = client.method in BY_CERTIFICATE or self.constraint == "mtls"
        return client.certified if mutual else None

    def post(
        self,
        endpoint: str,
        form: Form,
        *,
        client: Client | None = None,
        authenticated: bool = True,
        proof: bool | str | None = True,
        certified: Certified | None = None,
        headers: Sequence[tuple[str, str]] = (),
        query: Sequence[tuple[str, str]] = (),
        method: str = "POST",
        patient: bool = True,
    ) -> Answer:
        """One request to a back-channel endpoint, named as in RFC 8414, with the client's authentication.

        ``form`` replaces members of the authentication; None leaves one out. ``proof`` is a DPoP proof to
        send, True to make one where tokens are bound by DPoP, None or False for none. A server's nonce is
        taken up once.
        """
        caller = client or self.client
        shown = certified if certified is not None else self.shown_by(caller)
        url = self.server.endpoint(endpoint, mutual=shown is not None)
        if query:
            url += ("&" if "?" in url else "?") + urlencode(list(query))

        def made() -> Request:
            pairs, fields = self._form(caller, form, authenticated=authenticated)
            body, place = urlencode(pairs).encode(), url
            if method == "GET":
                place, body = url + ("&" if "?" in url else "?") + body.decode(), b""
            named = [("Accept", "application/json"), ("Content-Type", FORM), *fields, *headers]
            return Request(method, place, tuple(named), body)

        wants = self.constraint == "dpop" and endpoint in ENDPOINTS_WITH_PROOF
        return self._proved(made, caller.proof_key, proof if wants else proof or None, shown, wants, patient)

    def _form(
        self, caller: Client, form: Form, *, authenticated: bool
    ) -> tuple[list[tuple[str, str]], tuple[tuple[str, str], ...]]:
        own, fields = credentials(caller, self.audience, self.now()) if authenticated else ({}, ())
        if isinstance(form, Mapping):
            merged = {**own, **form}
            return [(k, str(v)) for k, v in merged.items() if v is not None], fields
        names = {name for name, _ in form}
        return [*((k, v) for k, v in own.items() if k not in names), *form], fields

    def _proved(
        self,
        make: Callable[[], Request],
        key: Any,
        proof: bool | str | None,
        shown: Certified | None,
        wants: bool,
        patient: bool,
        token: str | None = None,
    ) -> Answer:
        """``make`` is called again for the second try, since an assertion in the request is good for one."""
        makes = proof is True and wants
        for again in (False, True):
            request = sent = make()
            if isinstance(proof, str):
                sent = request.with_header("DPoP", proof)
            if makes:
                nonce = self.nonces.get(_origin(request.url))
                made = dpop.proof(key, request.method, request.url, self.now(), token=token, nonce=nonce)
                sent = request.with_header("DPoP", made)
            answer = self.tsp.send(sent, certified=shown, patient=patient)
            fresh = answer.header("DPoP-Nonce")
            if fresh:
                self.nonces[_origin(request.url)] = fresh
            if not (makes and fresh and not again and asks_nonce(answer)):
                break
        return answer

    def token(self, form: Form, **options: Any) -> Answer:
        """One token request; the options are those of ``post``."""
        return self.post("token_endpoint", form, **options)

    def push(self, parameters: Form, **options: Any) -> Answer:
        """One pushed authorization request; the options are those of ``post``."""
        return self.post("pushed_authorization_request_endpoint", parameters, **options)

    def call(
        self,
        tokens: Tokens | Grant | str,
        request: Request,
        *,
        client: Client | None = None,
        scheme: str | None = None,
        proof: bool | str | None = True,
        certified: Certified | None = None,
        patient: bool = True,
    ) -> Answer:
        """A call to a protected resource with an access token and the proof or certificate that it needs."""
        held = tokens.tokens if isinstance(tokens, Grant) else tokens
        value = held if isinstance(held, str) else held.access_token
        caller = client or (self.client if isinstance(held, str) else held.client)
        word = scheme if scheme is not None else ("DPoP" if self.constraint == "dpop" else "Bearer")
        if word:
            request = request.with_header("Authorization", f"{word} {value}")
        shown = certified if certified is not None else self.shown_by(caller)
        wants = self.constraint == "dpop"
        return self._proved(lambda: request, caller.proof_key, proof, shown, wants, patient, token=value)

    # Authorization requests.

    def ask(
        self,
        *,
        client: Client | None = None,
        scope: str | None = None,
        consent: str | None = None,
        permissions: Sequence[str] = (),
        **changes: Any,
    ) -> Asked:
        """A right authorization request, not sent yet. A change of None leaves a parameter out.

        ``consent`` is the identifier of one made before; None makes one where the bank wants one, and an
        empty text sends none.
        """
        caller = client or self.client
        wanted = self.scope_for(caller) if scope is None else scope
        verifier = pkce.verifier()
        parameters: dict[str, Any] = {
            "response_type": "code",
            "client_id": caller.client_id,
            "redirect_uri": caller.redirect_uri,
            "scope": wanted or None,
            "state": secrets.token_urlsafe(24),
            "nonce": secrets.token_urlsafe(24) if "openid" in wanted.split() else None,
            "code_challenge": pkce.challenge(verifier),
            "code_challenge_method": "S256",
            "response_mode": self.settings.response_mode or None,
            **self.settings.parameters,
        }
        made = consent
        if consent is None and self.settings.consent is not None:
            made = self.consent(permissions, client=caller)
        if made and self.settings.consent is not None:
            parameters |= referring(self.settings.consent, made)
        parameters |= changes
        return Asked(caller, {k: v for k, v in parameters.items() if v is not None}, verifier, made or "")

    def probe(self, *, client: Client | None = None, **changes: Any) -> Asked:
        """A right request that is not meant to reach a customer; all probes of a client share a consent."""
        caller = client or self.client
        consent = ""
        if self.settings.consent is not None:
            consent = self.memory.once(
                ("oauth", "spare consent", caller.client_id), lambda: self.consent(client=caller)
            )
        return self.ask(client=caller, consent=consent, **changes)

    def scope_for(self, client: Client) -> str:
        """The scope that a client asks for."""
        if client.scope:
            return client.scope
        return "openid" if "openid" in self.server.listed("scopes_supported") else ""

    def pushes(self) -> bool:
        """Whether requests are pushed (RFC 9126)."""
        if not self.server.has("pushed_authorization_request_endpoint"):
            return False
        return self.settings.push is not False

    def signs(self) -> bool:
        """Whether requests are signed (RFC 9101)."""
        if self.settings.request_object is not None:
            return self.settings.request_object
        return self.server.metadata.get("require_signed_request_object") is True

    def request_object(self, asked: Asked, **options: Any) -> str:
        """The signed request object of a request; see ``signed_request``."""
        return signed_request(asked, self.audience, self.now(), **options)

    def attempt(
        self,
        asked: Asked,
        *,
        push: bool | None = None,
        sign: bool | None = None,
        request: str | None = None,
        outside: Mapping[str, str] | None = None,
        beside: Mapping[str, str] | None = None,
        browser: Browser | None = None,
        form: Form | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Attempt:
        """Sends an authorization request as far as the login page and tells what became of it.

        ``request`` is a request object to send instead of a right one; ``outside`` are parameters beside
        the request object, ``beside`` those at the authorization endpoint, ``form`` the whole pushed form.
        """
        signs = self.signs() if sign is None else sign
        pushes = self.pushes() if push is None else push
        sent: Form = dict(asked.parameters)
        if signs or request is not None:
            text = request if request is not None else self.request_object(asked)
            sent = {"client_id": asked.client.client_id, "request": text, **(outside or {})}
        if form is not None:
            sent = form
        if pushes:
            answer = self.push(sent, client=asked.client)
            uri = members_of(answer).get("request_uri")
            if not answer.ok or not isinstance(uri, str):
                return Attempt(asked, "pushed", False, answer)
            sent = {"client_id": asked.client.client_id, "request_uri": uri}
        pairs = list(sent.items() if isinstance(sent, Mapping) else sent)
        return self.opened(asked, [*pairs, *(beside or {}).items()], browser, headers)

    def opened(
        self,
        asked: Asked,
        pairs: Sequence[tuple[str, Any]],
        browser: Browser | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Attempt:
        """Opens the authorization endpoint with these parameters, as the customer's browser would."""
        window = browser or self.browser(asked)
        endpoint = self.server.endpoint("authorization_endpoint")
        text = urlencode([(k, v if isinstance(v, str) else json.dumps(v)) for k, v in pairs])
        url = endpoint + ("&" if "?" in endpoint else "?") + text
        begun: Step = self.run(window.open(url, headers), None)
        if isinstance(begun, Landing):
            return Attempt(asked, "landed", "code" in begun.parameters, begun.answer, landing=begun)
        return Attempt(asked, "page", self.is_login(begun), begun.answer, begun)

    def browser(self, asked: Asked) -> Browser:
        """A fresh browser for a request: it stops at the redirect URIs and at every foreign host."""
        uris = {asked.redirect_uri, asked.client.redirect_uri, *asked.client.other_redirect_uris} - {""}
        return Browser(self.tsp.knows, tuple(sorted(uris)))

    def is_login(self, shown: Shown) -> bool:
        """Whether a page is the one on which the customer begins."""
        known = entered(self.configured, shown)
        return shown.answer.status < 400 and known

    def control(self) -> Attempt:
        """A right request up to the login page, once in a round; raises ``Inconclusive`` unless accepted."""

        def fetch() -> Attempt:
            made = self.attempt(self.probe())
            if not made.accepted:
                raise Inconclusive(self._misconfigured(made))
            return made

        attempt: Attempt = self.memory.once(("oauth", "control"), fetch)
        return attempt

    def _misconfigured(self, made: Attempt) -> str:
        from conformance.oauth.diagnosis import explained

        return explained(made)

    # Logins.

    def code(
        self, asked: Asked | None = None, *, customer: int = 0, decision: str = "approve", **options: Any
    ) -> Code:
        """A fresh code: a whole login. Raises ``Inconclusive`` when the way does not end with a code."""
        asked = asked or self.ask()
        landing, trail = self.landing(asked, customer=customer, decision=decision, **options)
        parameters = self.response_of(landing)
        value = parameters.get("code", "")
        if not value:
            error = parameters.get("error", "no code")
            raise Inconclusive(
                f"the login did not end with a code but with {error} "
                f"{parameters.get('error_description', '')}".rstrip()
            )
        return Code(value, asked, landing, parameters, trail)

    def landing(
        self, asked: Asked, *, customer: int = 0, decision: str = "approve", **options: Any
    ) -> tuple[Landing, tuple[Answer, ...]]:
        """Where a login ends, and the answers on the way. ``options`` are those of ``attempt``."""
        window: Browser = options.pop("browser", None) or self.browser(asked)
        attempt = self.attempt(asked, browser=window, **options)
        if attempt.landing is not None:
            return attempt.landing, tuple(window.trail)
        if attempt.shown is None or not attempt.accepted:
            raise Inconclusive(self._misconfigured(attempt))
        return self.decide(attempt, window, customer, decision), tuple(window.trail)

    def decide(
        self, attempt: Attempt, window: Browser, customer: int = 0, decision: str = "approve"
    ) -> Landing:
        """The customer's way from the login page to the end."""
        if attempt.shown is None:
            raise Inconclusive("there is no page to log in on")
        values = customer_values(self.customer(customer))
        return decided(self.configured, attempt.shown, window, values, decision, lambda f: self.run(f, None))

    def response_of(self, landing: Landing) -> Mapping[str, str]:
        """The parameters of an authorization response, out of its JWT where it is one (JARM)."""
        return read_response(landing.parameters)

    def redeem(self, code: Code, *, client: Client | None = None, **changes: Any) -> Answer:
        """The answer to the redemption of a code; a change of None leaves a form member out.

        Changes that begin with ``_`` are options of ``post``, such as ``_proof`` and ``_certified``.
        """
        options = {k[1:]: v for k, v in changes.items() if k.startswith("_")}
        form = {
            "grant_type": "authorization_code",
            "code": code.value,
            "redirect_uri": code.asked.redirect_uri,
            "code_verifier": code.asked.verifier if "code_challenge" in code.asked.parameters else None,
            **{k: v for k, v in changes.items() if not k.startswith("_")},
        }
        return self.token(form, client=client or code.client, **options)

    def tokens(self, answer: Answer, client: Client) -> Tokens:
        """The tokens of a token response; raises ``Inconclusive`` when it has none."""
        members = members_of(answer)
        value = members.get("access_token")
        if not answer.ok or not isinstance(value, str) or not value:
            raise Inconclusive(f"the token request was answered {told(answer)}, without a token")
        for name in ("access_token", "refresh_token"):
            if isinstance(members.get(name), str):
                self.tsp.hide(members[name], name.upper())
        return Tokens(value, answer, members, client, self.now())

    def grant(
        self,
        permissions: Sequence[str] = (),
        *,
        customer: int = 0,
        client: Client | None = None,
        scope: str | None = None,
    ) -> Grant:
        """A grant that several checks share, made by one login in a round and renewed when it ends.

        Do not revoke or use it up; ``fresh`` gives one for that.
        """
        caller = client or self.client
        key = ("oauth", "grant", tuple(permissions), customer, caller.client_id, scope)
        for generation in range(100):
            found: Grant = self.memory.once(
                (*key, generation),
                lambda: self.fresh(permissions, customer=customer, client=caller, scope=scope),
            )
            if found.tokens.expires_at > self.now() + SPARE:
                return found
            if generation and found.tokens.expires_at <= found.tokens.received + SPARE:
                return found
        return found

    def fresh(
        self,
        permissions: Sequence[str] = (),
        *,
        customer: int = 0,
        client: Client | None = None,
        scope: str | None = None,
        consent: str | None = None,
        **changes: Any,
    ) -> Grant:
        """A grant of one's own: a whole login."""
        if self.configured.login.strategy == "tokens":
            raise Inconclusive("login.strategy is tokens: the suite cannot make a grant of its own")
        asked = self.ask(client=client, scope=scope, permissions=permissions, consent=consent, **changes)
        code = self.code(asked, customer=customer)
        answer = self.redeem(code)
        return Grant(code, self.tokens(answer, code.client), customer, tuple(permissions))

    def machine(self, scope: str | None = None, *, client: Client | None = None) -> Tokens:
        """The TSP's own token (client credentials), made once in a round for a scope."""
        caller = client or self.client
        wanted = self.settings.machine_scope if scope is None else scope
        if not self.offers("client_credentials"):
            raise NotApplicable("the authorization server does not list the grant type client_credentials")

        def fetch() -> Tokens:
            form = {"grant_type": "client_credentials", "scope": wanted or None}
            return self.tokens(self.token(form, client=caller), caller)

        for generation in range(100):
            found: Tokens = self.memory.once(
                ("oauth", "machine", caller.client_id, wanted, generation), fetch
            )
            if found.expires_at > self.now() + SPARE or found.expires_at <= found.received + SPARE:
                return found
        return found

    def consent(
        self, permissions: Sequence[str] = (), *, client: Client | None = None, **members: Any
    ) -> str:
        """The identifier of a fresh consent that awaits its customer; ``members`` change template values."""
        rule = self.settings.consent
        if rule is None:
            raise NotApplicable("no authorization.settings.consent in bank.yaml: none is made beforehand")
        caller = client or self.client
        return consent_made(self, rule, caller, tuple(permissions), members)

    def refresh(self, tokens: Tokens, *, client: Client | None = None, **changes: Any) -> Answer:
        """The answer to a refresh; changes as for ``redeem``."""
        options = {k[1:]: v for k, v in changes.items() if k.startswith("_")}
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
            **{k: v for k, v in changes.items() if not k.startswith("_")},
        }
        return self.token(form, client=client or tokens.client, **options)

    def revoke(self, value: str, *, client: Client | None = None, **form: Any) -> Answer:
        """The answer to a revocation (RFC 7009)."""
        return self.post("revocation_endpoint", {"token": value, **form}, client=client)

    def introspect(
        self, value: str, *, client: Client | None = None, accept: str = "application/json", **form: Any
    ) -> Answer:
        """The answer to an introspection (RFC 7662); ``accept`` asks for a signed one (RFC 9701)."""
        headers = (("Accept", accept),) if accept != "application/json" else ()
        return self.post("introspection_endpoint", {"token": value, **form}, client=client, headers=headers)


def asks_nonce(answer: Answer) -> bool:
    """Whether a server asks for its nonce in the proof (RFC 9449, 8 and 9)."""
    if answer.status not in (400, 401):
        return False
    said = " ".join(answer.values("WWW-Authenticate"))
    return error_of(answer) == "use_dpop_nonce" or "use_dpop_nonce" in said


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def signed_request(
    asked: Asked,
    audience: str,
    now: float,
    *,
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    key: Any = None,
    algorithm: str | None = None,
) -> str:
    """A request object (RFC 9101), right unless changed; a change of None leaves a member out."""
    client = asked.client
    parameters = dict(asked.parameters)
    details = parameters.get("authorization_details")
    if isinstance(details, str):
        parameters["authorization_details"] = json.loads(details)
    told_claims = {
        **parameters,
        "iss": client.client_id,
        "aud": audience,
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now) + 300,
        "jti": secrets.token_urlsafe(16),
        **(claims or {}),
    }
    told_claims = {name: value for name, value in told_claims.items() if value is not None}
    named = header_of(client, {"typ": "oauth-authz-req+jwt", **(header or {})})
    return jose.signed(told_claims, client.signing_key if key is None else key, named, algorithm=algorithm)


Runner = Callable[[Generator[Request, Answer, Any]], Any]
