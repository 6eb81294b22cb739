"""The front channel: authorization requests, the pages that answer them, and the customer's way through."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.oauth import pkce
from conformance.oauth.channel import Channel, Form
from conformance.oauth.client import Client
from conformance.oauth.consent import referring
from conformance.oauth.diagnosis import explained
from conformance.oauth.grant import Asked, Attempt, Code, members_of
from conformance.oauth.late import after_login, asks_first
from conformance.oauth.login import Browser, Landing, Shown, Step
from conformance.oauth.request_object import signed_request
from conformance.oauth.response import read_response
from conformance.oauth.strategy import customer_values, decided, entered, sees_pages, walked_alone


class Front(Channel):
    """Asks customers through their browser."""

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

    def needs_openid(self) -> None:
        """Raises ``NotApplicable`` where the TSP does not ask for the scope openid."""
        if "openid" not in self.scope_for(self.client).split():
            raise NotApplicable("the TSP does not ask for the scope openid")

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
        """Opens the authorization endpoint with these parameters, as the customer's browser would.

        Where the server looks at no request before the login, and no browser is given with which the caller
        goes on, the customer logs in, so that it is seen what the server says then.
        """
        window = browser or self.browser(asked)
        begun: Step = self.run(window.open(self.address(pairs), headers), None)
        if isinstance(begun, Landing):
            return Attempt(asked, "landed", "code" in begun.parameters, begun.answer, landing=begun)
        made = Attempt(asked, "page", self.is_login(begun), begun.answer, begun)
        if made.accepted and browser is None and not headers and asks_first(self):
            return after_login(self, made, window)
        return made

    def address(self, pairs: Sequence[tuple[str, Any]]) -> str:
        """The authorization endpoint with parameters."""
        endpoint = self.server.endpoint("authorization_endpoint")
        text = urlencode([(k, v if isinstance(v, str) else json.dumps(v)) for k, v in pairs])
        return endpoint + ("&" if "?" in endpoint else "?") + text

    def link(self, asked: Asked) -> str:
        """The address that a customer is sent to for a right request, pushed where requests are."""
        sent: Form = dict(asked.parameters)
        if self.signs():
            sent = {"client_id": asked.client.client_id, "request": self.request_object(asked)}
        if self.pushes():
            answer = self.push(sent, client=asked.client)
            uri = members_of(answer).get("request_uri")
            if not answer.ok or not isinstance(uri, str):
                raise Inconclusive(explained(Attempt(asked, "pushed", False, answer), self.now()))
            sent = {"client_id": asked.client.client_id, "request_uri": uri}
        return self.address(list(dict(sent).items()))

    def browser(self, asked: Asked) -> Browser:
        """A fresh browser for a request: it stops at the redirect URIs and at every foreign host."""
        uris = {asked.redirect_uri, asked.client.redirect_uri, *asked.client.other_redirect_uris} - {""}
        return Browser(self.tsp.knows, tuple(sorted(uris)))

    def is_login(self, shown: Shown) -> bool:
        """Whether a page is the one on which the customer begins."""
        known = entered(self.configured, shown)
        return shown.answer.status < 400 and known

    def admitted(self, client: Client) -> Attempt:
        """A right request of a client up to the customer; raises ``Inconclusive`` when it is refused.

        Where requests are not pushed, the client's authentication is tried apart.
        """
        made = self.attempt(self.probe(client=client))
        if not made.accepted:
            raise Inconclusive(explained(made, self.now()))
        if not self.pushes():
            self.introduced(client)
        return made

    def control(self) -> Attempt:
        """A right request up to the login page, once in a round; raises ``Inconclusive`` unless accepted."""

        def fetch() -> Attempt:
            return self.admitted(self.client)

        attempt: Attempt = self.memory.once(("oauth", "control"), fetch)
        return attempt

    # Logins.

    def logs_in(self, customer: int) -> None:
        """Counts a login: from here on somebody gives a name and a password."""
        self.memory.once(("oauth", "logins"), list).append(customer)

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
        """Where a login ends, and the answers on the way. ``options`` are those of ``attempt``.

        Where a browser of its own or a person goes the way, there are no answers to tell of.
        """
        if not sees_pages(self.configured):
            return walked_alone(self, asked, customer, decision), ()
        window: Browser = options.pop("browser", None) or self.browser(asked)
        attempt = self.attempt(asked, browser=window, **options)
        if attempt.landing is not None:
            return attempt.landing, tuple(window.trail)
        if attempt.shown is None or not attempt.accepted:
            raise Inconclusive(explained(attempt, self.now()))
        return self.decide(attempt, window, customer, decision), tuple(window.trail)

    def decide(
        self, attempt: Attempt, window: Browser, customer: int = 0, decision: str = "approve"
    ) -> Landing:
        """The customer's way from the login page to the end."""
        if attempt.shown is None:
            raise Inconclusive("there is no page to log in on")
        values = customer_values(self.customer(customer))
        self.logs_in(customer)
        return decided(self.configured, attempt.shown, window, values, decision, lambda f: self.run(f, None))

    def response_of(self, landing: Landing) -> Mapping[str, str]:
        """The parameters of an authorization response, out of its JWT where it is one (JARM)."""
        return read_response(landing.parameters)
