"""The back channel: a TSP's own requests to the authorization server and to protected resources."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from conformance.answer import Answer
from conformance.authorization import Authorization, Customer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Request
from conformance.oauth import dpop
from conformance.oauth.client import BY_CERTIFICATE, Client, client_of, credentials
from conformance.oauth.consent import consent_made
from conformance.oauth.diagnosis import astray, turned_away
from conformance.oauth.grant import SPARE, Grant, Tokens, error_of, members_of, told
from conformance.oauth.server import Server, discovered
from conformance.oauth.settings import Settings, settings_of
from conformance.target import Target
from conformance.tsp import Memory, Tsp
from conformance.wire import Certified

T = TypeVar("T")
FORM = "application/x-www-form-urlencoded"
CONSENT = "{consent_id}"
"""Stands in header fields of a target file for the consent behind the token that is sent."""
ENDPOINTS_WITH_PROOF = ("token_endpoint", "pushed_authorization_request_endpoint")

Form = Mapping[str, Any] | Sequence[tuple[str, str]]


@dataclass
class Channel:
    """A TSP's own requests to a bank, for one case; what it shows of itself, and to whom."""

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
        """The authorization server, discovered once. Raises ``Inconclusive`` where clocks are far apart."""

        def fetch() -> Server:
            found = self.run(discovered(self.configured), None)
            wrong = astray((published.answer for published in found.published), self.now())
            if wrong:
                raise Inconclusive(wrong)
            return found

        server: Server = self.memory.once(("oauth", "server"), fetch)
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
        """Whether the server lists a grant type; RFC 8414 has a default for servers that list none.

        Where consents are made beforehand, a TSP does so in its own name, whatever the metadata list.
        """
        if grant_type == "client_credentials" and self.settings.consent is not None:
            return True
        listed = self.server.listed("grant_types_supported")
        return grant_type in (listed or ("authorization_code", "implicit"))

    @property
    def acts_alone(self) -> bool:
        """Whether the first TSP gets tokens in its own name: the grant is listed, and it admitted to it."""
        if not self.offers("client_credentials"):
            return False
        form = {"grant_type": "client_credentials", "scope": self.settings.machine_scope or None}
        admitted: bool = self.memory.once(
            ("oauth", "acts alone"), lambda: error_of(self.token(form)) != "unauthorized_client"
        )
        return admitted

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
            given = {name for name, _ in headers}
            usual = [p for p in (("Accept", "application/json"), ("Content-Type", FORM)) if p[0] not in given]
            named = [*usual, *fields, *headers]
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

    def introduced(self, client: Client) -> None:
        """Shows the client's authentication with a code that never was; raises when it does not hold."""
        if client.method == "none":
            return
        form = {
            "grant_type": "authorization_code",
            "code": secrets.token_urlsafe(32),
            "redirect_uri": client.redirect_uri,
            "code_verifier": secrets.token_urlsafe(48),
        }
        reason = turned_away(self.token(form, client=client), self.now())
        if reason:
            raise Inconclusive(reason)

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
        request = self._naming(held, request)
        shown = certified if certified is not None else self.shown_by(caller)
        wants = self.constraint == "dpop"
        return self._proved(lambda: request, caller.proof_key, proof, shown, wants, patient, token=value)

    def tokens(self, answer: Answer, client: Client, called: str = "") -> Tokens:
        """The tokens of a token response; raises ``Inconclusive`` when it has none. ``called`` is what a
        command line calls the access token."""
        members = members_of(answer)
        value = members.get("access_token")
        if not answer.ok or not isinstance(value, str) or not value:
            raise Inconclusive(
                turned_away(answer, self.now())
                or f"the token request was answered {told(answer)}, without a token"
            )
        for name, word in (("access_token", called or "ACCESS_TOKEN"), ("refresh_token", "REFRESH_TOKEN")):
            if isinstance(members.get(name), str):
                self.tsp.hide(members[name], word)
        consent = self._consents.get(answer.exchange, "")
        if consent:
            self._consents[value] = consent
        return Tokens(value, answer, members, client, self.now(), consent)

    def behind(self, consent: str, answer: Answer) -> Answer:
        """A token response, of which is remembered which consent stands behind it."""
        if consent:
            self._consents[answer.exchange] = consent
        return answer

    @property
    def _consents(self) -> dict[int | str, str]:
        """The consent behind each token response, by its exchange, and behind each token."""
        known: dict[int | str, str] = self.memory.once(("oauth", "consents"), dict)
        return known

    def _naming(self, held: Tokens | str, request: Request) -> Request:
        """The request with the consent behind its token where header fields have ``{consent_id}``.

        A text that is no token of the bank's goes with a right consent, since only one thing is to be wrong:
        that of the token which stands elsewhere in the request, or any. A TSP's own token goes with none.
        """
        places = [(name, value) for name, value in request.headers if CONSENT in value]
        if not places:
            return request
        known = dict(self._consents)
        text = f"{request.url} {request.body!r} {request.headers}"
        right = next((c for token, c in known.items() if isinstance(token, str) and token in text), "")
        right = right or next(iter(known.values()), "")
        consent = known.get(held, right) if isinstance(held, str) else held.consent
        for name, value in places:
            request = request.without_header(name)
            if consent:
                request = request.with_header(name, value.replace(CONSENT, consent))
        return request

    def machine(
        self, scope: str | None = None, *, client: Client | None = None, declared: bool = False
    ) -> Tokens:
        """The TSP's own token (client credentials), made once in a round for a scope.

        It is asked for where the server lists the grant type, or where bank.yaml has ``declared`` calls that
        a TSP makes in its own name.
        """
        caller = client or self.client
        wanted = self.settings.machine_scope if scope is None else scope
        if not declared and not self.offers("client_credentials"):
            raise NotApplicable("the authorization server does not list the grant type client_credentials")

        def fetch() -> Tokens:
            form = {"grant_type": "client_credentials", "scope": wanted or None}
            answer = self.token(form, client=caller)
            if not self.settings.consent and not declared and error_of(answer) == "unauthorized_client":
                raise NotApplicable(f"{caller.name} is not registered for the grant type client_credentials")
            return self.tokens(answer, caller)

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


def asks_nonce(answer: Answer) -> bool:
    """Whether a server asks for its nonce in the proof (RFC 9449, 8 and 9)."""
    if answer.status not in (400, 401):
        return False
    said = " ".join(answer.values("WWW-Authenticate"))
    return error_of(answer) == "use_dpop_nonce" or "use_dpop_nonce" in said


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
