"""A TSP for the tests: right by default, and wrong in exactly the way that a test asks for."""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from werkzeug.test import Client, TestResponse

from conformance.bank.app import Bank
from conformance.bank.authorization import jws
from conformance.bank.authorization.fixture import Identity
from conformance.bank.authorization.policy import AuthorizationPolicy

BASE = "https://bank.example"
DAY = 86400
NOTHING: Any = object()
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')
_ACTION = re.compile(r'action="([^"]+)"')
_BOX = re.compile(r'type="checkbox"[^>]* value="([^"]+)"')


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def challenge(verifier: str) -> str:
    return b64(sha256(verifier.encode()).digest())


def private_key(pem: str) -> Any:
    return load_pem_private_key(pem.encode(), None)


def decoded(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return read


@dataclass
class Session:
    """What a customer's approval gave, and what the TSP sent for it."""

    callback: TestResponse
    given: dict[str, str]
    sent: dict[str, Any]
    verifier: str

    @property
    def code(self) -> str:
        return self.given.get("code", "")


@dataclass
class Provider:
    """One TSP with a browser."""

    app: Bank
    identity: Identity
    browser: Client = field(init=False)
    proof_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        self.browser = Client(self.app)

    @property
    def policy(self) -> AuthorizationPolicy:
        return self.app.policy.authorization

    def now(self) -> int:
        return int(self.app.now())

    # What a TSP signs.

    def signed(
        self,
        claims: Mapping[str, Any],
        header: Mapping[str, Any] | None = None,
        key: Any = None,
    ) -> str:
        named = {"alg": "ES256", "kid": self.identity.kid, **(header or {})}
        named = {name: value for name, value in named.items() if value is not NOTHING}
        return jws.sign(claims, key or private_key(self.identity.key), named)

    def assertion(self, header: Mapping[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        base = {
            "iss": self.identity.client_id,
            "sub": self.identity.client_id,
            "aud": BASE,
            "iat": self.now(),
            "exp": self.now() + 60,
            "jti": secrets.token_hex(8),
        }
        told = {name: value for name, value in {**base, **claims}.items() if value is not NOTHING}
        return self.signed(told, header, key)

    def request_object(
        self,
        request: Mapping[str, Any],
        header: Mapping[str, Any] | None = None,
        key: Any = None,
        **claims: Any,
    ) -> str:
        base = {
            **request,
            "iss": self.identity.client_id,
            "aud": BASE,
            "nbf": self.now(),
            "exp": self.now() + 300,
        }
        told = {name: value for name, value in {**base, **claims}.items() if value is not NOTHING}
        return self.signed(told, header, key)

    def proof(
        self,
        method: str,
        path: str,
        token: str | None = None,
        header: Mapping[str, Any] | None = None,
        key: Any = None,
        **claims: Any,
    ) -> str:
        key = key or self.proof_key
        base: dict[str, Any] = {
            "htm": method,
            "htu": BASE + path.split("?")[0],
            "iat": self.now(),
            "jti": secrets.token_hex(8),
        }
        if token is not None:
            base["ath"] = b64(sha256(token.encode()).digest())
        told = {name: value for name, value in {**base, **claims}.items() if value is not NOTHING}
        named = {"alg": "ES256", "typ": "dpop+jwt", "jwk": jws.jwk_of(key.public_key()), **(header or {})}
        named = {name: value for name, value in named.items() if value is not NOTHING}
        return jws.sign(told, key, named)

    # What a TSP sends.

    def environ(self, certificate: Any = NOTHING) -> dict[str, str]:
        by_certificate = self.identity.authentication.endswith("tls_client_auth")
        if certificate is NOTHING:
            certificate = None
            if self.policy.sender_constraint == "mtls" or by_certificate:
                certificate = self.identity.certificate
        return {"SSL_CLIENT_CERT": certificate} if certificate else {}

    def post(
        self,
        path: str,
        form: Mapping[str, Any],
        *,
        assertion: Any = NOTHING,
        proof: Any = NOTHING,
        certificate: Any = NOTHING,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> TestResponse:
        sent: dict[str, Any] = {"client_id": self.identity.client_id}
        if assertion is NOTHING and self.identity.authentication == "private_key_jwt":
            assertion = self.assertion()
        if assertion is not NOTHING and assertion is not None:
            sent |= {"client_assertion": assertion, "client_assertion_type": ASSERTION}
        sent |= form
        sent = {name: value for name, value in sent.items() if value is not None}
        told = dict(headers or {})
        if proof is NOTHING and self.policy.sender_constraint == "dpop":
            proof = self.proof(method, path)
        if proof is not NOTHING and proof is not None:
            told["DPoP"] = proof
        body: dict[str, Any] = {"data": sent} if method == "POST" else {}
        return self.browser.open(
            path,
            base_url=BASE,
            method=method,
            query_string=dict(query or ({} if method == "POST" else sent)),
            headers=told,
            environ_overrides=self.environ(certificate),
            **body,
        )

    def token(self, grant_type: str, **form: Any) -> TestResponse:
        given = {name.lstrip("_"): form.pop(name) for name in list(form) if name.startswith("_")}
        return self.post("/oauth/token", {"grant_type": grant_type, **form}, **given)

    def machine_token(self, scope: str | None = "consents", **options: Any) -> str:
        answered = self.token("client_credentials", scope=scope, **options)
        assert answered.status_code == 200, answered.text
        value: str = answered.get_json()["access_token"]
        return value

    def call(
        self,
        path: str,
        token: str | None,
        method: str = "GET",
        *,
        scheme: str | None = None,
        proof: Any = NOTHING,
        certificate: Any = NOTHING,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        told = dict(headers or {})
        dpop = self.policy.sender_constraint == "dpop"
        if token is not None:
            told.setdefault("Authorization", f"{scheme or ('DPoP' if dpop else 'Bearer')} {token}")
        if proof is NOTHING and dpop and token is not None:
            proof = self.proof(method, path, token)
        if proof is not NOTHING and proof is not None:
            told["DPoP"] = proof
        return self.browser.open(
            path,
            base_url=BASE,
            method=method,
            headers=told,
            environ_overrides=self.environ(certificate),
            **options,
        )

    def consent(self, permissions: list[str] | None = None, **members: Any) -> str:
        answered = self.make_consent(permissions, **members)
        assert answered.status_code == 201, answered.text
        value: str = answered.get_json()["data"]["id"]
        return value

    def make_consent(self, permissions: list[str] | None = None, **members: Any) -> TestResponse:
        from conformance.bank.accounts.data import instant
        from conformance.bank.accounts.functions import PERMISSIONS

        body = {
            "permissions": list(PERMISSIONS) if permissions is None else permissions,
            "expires_at": instant(self.now() + 90 * DAY),
            **members,
        }
        told = {name: value for name, value in body.items() if value is not None}
        return self.call("/account-access-consents", self.machine_token(), "POST", json=told)

    # The flow.

    def request(self, **over: Any) -> dict[str, Any]:
        """Give the parameters of an authorization request; None takes one away."""
        openid = "openid" in self.policy.scopes
        verifier = over.pop("verifier", secrets.token_urlsafe(32))
        consent_id = over.pop("consent_id", NOTHING)
        scope = over.get("scope", "openid accounts services" if openid else "accounts services")
        if consent_id is NOTHING and scope and "accounts" in scope.split():
            consent_id = self.consent()
        detail = [{"type": "account_information", "consent_id": consent_id}]
        base = {
            "client_id": self.identity.client_id,
            "response_type": "code",
            "redirect_uri": self.identity.redirect_uri,
            "scope": scope,
            "state": secrets.token_hex(8),
            "nonce": secrets.token_hex(8) if openid else None,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            "authorization_details": json.dumps(detail) if isinstance(consent_id, str) else None,
            "response_mode": "jwt" if self.policy.jarm == "required" else None,
        }
        asked = {name: value for name, value in {**base, **over}.items() if value is not None}
        self.verifier = verifier
        return asked

    def push(self, asked: Mapping[str, Any], **options: Any) -> TestResponse:
        form = dict(asked)
        if self.policy.request_object_required and "request" not in form:
            form = {"request": self.request_object(asked)}
        return self.post("/oauth/par", form, **options)

    def open(self, **query: Any) -> TestResponse:
        given = {name: value for name, value in query.items() if value is not None}
        return self.browser.get("/oauth/authorize", base_url=BASE, query_string=given)

    def start(self, asked: Mapping[str, Any], **query: Any) -> TestResponse:
        """Open the authorization endpoint as the policy asks: pushed, signed, or by parameters."""
        client_id = self.identity.client_id
        if self.policy.par_required:
            pushed = self.push(asked)
            if pushed.status_code >= 300:
                return pushed
            uri = pushed.get_json()["request_uri"]
            return self.open(**{"client_id": client_id, "request_uri": uri, **query})
        if self.policy.request_object_required:
            return self.open(**{"client_id": client_id, "request": self.request_object(asked), **query})
        return self.open(**{**asked, **query})

    def submit(self, page: TestResponse, **fields: Any) -> TestResponse:
        """Send the form of a page with these further fields; None takes one away."""
        action = _ACTION.search(page.text)
        assert action, page.text
        given: dict[str, Any] = {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}
        given = {name: value for name, value in {**given, **fields}.items() if value is not None}
        if 'method="get"' in page.text:
            return self.browser.get(action[1], base_url=BASE, query_string=given)
        return self.browser.post(action[1], base_url=BASE, data=given)

    def log_in(self, page: TestResponse, customer: int = 0, **fields: Any) -> TestResponse:
        """Log in and follow to the consent page."""
        person = self.app.authorization_fixture.customers[customer]
        given = {"username": person.username, "password": person.password, "action": "login", **fields}
        answered = self.submit(page, **given)
        place = answered.headers.get("Location", "")
        if answered.status_code in (302, 303) and place.startswith("/"):
            return self.browser.get(place, base_url=BASE)
        if answered.status_code == 307 and place.startswith("/"):
            return self.browser.post(place, base_url=BASE, data=given)
        return answered

    def decide(self, page: TestResponse, decision: str = "approve", accounts: Any = NOTHING) -> TestResponse:
        """Send the consent form with all accounts ticked, or the given ones."""
        if accounts is NOTHING:
            accounts = _BOX.findall(page.text)
        return self.submit(page, decision=decision, account=accounts)

    def approve(
        self, page: TestResponse, customer: int = 0, decision: str = "approve", accounts: Any = NOTHING
    ) -> TestResponse:
        """Go all the way from the login page to the redirect."""
        shown = self.log_in(page, customer)
        if 'name="decision"' not in shown.text:
            return shown
        return self.decide(shown, decision, accounts)

    def session(self, customer: int = 0, accounts: Any = NOTHING, **over: Any) -> Session:
        """Run a flow to its end at the redirect URI."""
        asked = self.request(**over)
        page = self.start(asked)
        callback = self.approve(page, customer, accounts=accounts) if page.status_code == 200 else page
        return Session(callback, parameters(callback), asked, self.verifier)

    def redeem(self, session: Session, **over: Any) -> TestResponse:
        given: dict[str, Any] = {
            "code": session.code,
            "redirect_uri": session.sent.get("redirect_uri"),
            "code_verifier": session.verifier if "code_challenge" in session.sent else None,
        }
        return self.token("authorization_code", **{**given, **over})

    def tokens(self, customer: int = 0, accounts: Any = NOTHING, **over: Any) -> dict[str, Any]:
        """Run a flow to its tokens."""
        answered = self.redeem(self.session(customer, accounts, **over))
        assert answered.status_code == 200, answered.text
        told: dict[str, Any] = answered.get_json()
        return told


def parameters(callback: TestResponse) -> dict[str, str]:
    """Give what a redirect carries, a signed response opened."""
    place = urlsplit(callback.headers.get("Location", ""))
    given = dict(parse_qsl(place.query)) | dict(parse_qsl(place.fragment))
    if "response" in given:
        given = {name: str(value) for name, value in decoded(given["response"]).items()} | given
    return given
