"""A TSP at work: performs the flows against a bank, with its certificate, keys and customers.

One ``Access`` serves one case. What several cases share (metadata, control requests, grants) is made once in
a round of the run and remembered, so that one login serves as many checks as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.oauth.client import Client
from conformance.oauth.front import Front
from conformance.oauth.grant import SPARE, Code, Grant, Tokens


class Access(Front):
    """Gets, keeps and gives back what customers allow."""

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
        return self.behind(code.asked.consent, self.token(form, client=client or code.client, **options))

    def grant(
        self,
        permissions: Sequence[str] = (),
        *,
        customer: int = 0,
        client: Client | None = None,
        scope: str | None = None,
        called: str = "",
    ) -> Grant:
        """A grant that several checks share, made by one login in a round and renewed when it ends.

        Do not revoke or use it up; ``fresh`` gives one for that. ``called`` is what a command line calls its
        token.
        """
        caller = client or self.client
        if self.configured.login.strategy == "tokens":
            return self.given(customer, caller)
        key = ("oauth", "grant", tuple(permissions), customer, caller.client_id, scope)
        for generation in range(100):
            found: Grant = self.memory.once(
                (*key, generation),
                lambda: self.fresh(permissions, customer=customer, client=caller, scope=scope, called=called),
            )
            if found.tokens.expires_at > self.now() + SPARE:
                return found
            if generation and found.tokens.expires_at <= found.tokens.received + SPARE:
                return found
        return found

    def given(self, customer: int, client: Client) -> Grant:
        """The grant that the target file gives as tokens; there is one, of the first customer."""
        tokens = {name: secret.reveal() for name, secret in self.configured.login.tokens.items()}
        if customer or client.client_id != self.client.client_id:
            raise Inconclusive("login.strategy is tokens: there is one grant, of the first TSP and customer")
        if not tokens.get("access_token"):
            raise Inconclusive("login.strategy is tokens, but login.tokens has no access_token")
        return Grant(None, Tokens(tokens["access_token"], None, tokens, client, self.now()))

    def fresh(
        self,
        permissions: Sequence[str] = (),
        *,
        customer: int = 0,
        client: Client | None = None,
        scope: str | None = None,
        consent: str | None = None,
        called: str = "",
        **changes: Any,
    ) -> Grant:
        """A grant of one's own: a whole login."""
        if self.configured.login.strategy == "tokens":
            raise Inconclusive("login.strategy is tokens: the suite cannot make a grant of its own")
        asked = self.ask(client=client, scope=scope, permissions=permissions, consent=consent, **changes)
        code = self.code(asked, customer=customer)
        answer = self.redeem(code)
        return Grant(code, self.tokens(answer, code.client, called), customer, tuple(permissions))

    def refresh(self, tokens: Tokens, *, client: Client | None = None, **changes: Any) -> Answer:
        """The answer to a refresh; changes as for ``redeem``."""
        options = {k[1:]: v for k, v in changes.items() if k.startswith("_")}
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
            **{k: v for k, v in changes.items() if not k.startswith("_")},
        }
        return self.behind(tokens.consent, self.token(form, client=client or tokens.client, **options))

    def revoke(self, value: str, *, client: Client | None = None, **form: Any) -> Answer:
        """The answer to a revocation (RFC 7009)."""
        return self.post("revocation_endpoint", {"token": value, **form}, client=client)

    def introspect(
        self, value: str, *, client: Client | None = None, accept: str = "application/json", **form: Any
    ) -> Answer:
        """The answer to an introspection (RFC 7662); ``accept`` asks for a signed one (RFC 9701)."""
        headers = (("Accept", accept),) if accept != "application/json" else ()
        return self.post("introspection_endpoint", {"token": value, **form}, client=client, headers=headers)
