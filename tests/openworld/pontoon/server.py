"""Pontoon Bank's authorization server: pushed signed requests, tokens bound to certificates."""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.wrappers import Request, Response

from tests.openworld.pontoon.pages import ISSUER, Pages, Visit, answer

MUTUAL = "https://mtls.pontoon.example/as"
ACR = "urn:cds.au:cdr:2"
SCOPES = ("openid", "bank:accounts.basic:read", "bank:transactions:read", "common:customer.basic:read")
LIFE = 110
TIMES: Mapping[str, Any] = {"exp": None, "nbf": 0, "iat": 0}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class No(Exception):
    """A refusal: status, code and what is said of it."""

    def __init__(self, status: int, code: str, said: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.said = status, code, said


@dataclass(frozen=True)
class Provider:
    """A registered client: its key, its certificate and where it takes answers."""

    name: str
    key: ec.EllipticCurvePublicKey
    key_id: str
    thumbprint: str
    back: str


@dataclass(frozen=True)
class Token:
    """What a token stands for. ``family`` is the code that a grant's tokens come from."""

    client: str
    person: str
    scope: str
    until: float
    family: str
    bound: str
    kind: str = "access"
    accounts: tuple[str, ...] = ()


def thumbprint(pem: str) -> str:
    """The thumbprint of a certificate (RFC 8705, 3.1)."""
    made = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256())
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def half(text: str) -> str:
    """The left half of a hash (OpenID Connect Core, 3.1.3.6)."""
    return base64.urlsafe_b64encode(sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Server(Pages):
    """The server. ``faults`` are what it gets wrong."""

    def __init__(self, providers: Mapping[str, Provider], faults: tuple[str, ...]) -> None:
        self.providers, self.faults = providers, frozenset(faults)
        self.ahead, self.opened = 0.0, time.time()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.pushed: dict[str, tuple[str, float, Mapping[str, Any]]] = {}
        self.visits: dict[str, Visit] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, Token] = {}
        self.seen: dict[str, float] = {}
        self.sessions: dict[str, tuple[str, float]] = {}

    def now(self) -> float:
        return time.time() + self.ahead

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def metadata(self, _: Request) -> Response:
        ways, algorithms = ["private_key_jwt"], ["ES256"]
        told: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorise",
            "jwks_uri": f"{ISSUER}/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": ["jwt", "query.jwt"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["pairwise"],
            "scopes_supported": list(SCOPES),
            "claims_supported": ["acr", "auth_time", "sub", "name"],
            "acr_values_supported": [ACR],
            "id_token_signing_alg_values_supported": algorithms,
            "authorization_signing_alg_values_supported": algorithms,
            "request_object_signing_alg_values_supported": algorithms,
            "code_challenge_methods_supported": ["S256"],
            "require_pushed_authorization_requests": True,
            "require_signed_request_object": True,
            "request_parameter_supported": True,
            "request_uri_parameter_supported": False,
            "claims_parameter_supported": True,
            "tls_client_certificate_bound_access_tokens": True,
            "authorization_response_iss_parameter_supported": False,
        }
        ends = {"token": "token", "revocation": "revoke", "introspection": "introspect"}
        for name, place in {**ends, "pushed_authorization_request": "par"}.items():
            told[f"{name}_endpoint"] = f"{ISSUER}/{place}"
        told["userinfo_endpoint"] = f"{MUTUAL}/userinfo"
        told["mtls_endpoint_aliases"] = {
            f"{name}_endpoint": f"{MUTUAL}/{place}"
            for name, place in {**ends, "pushed_authorization_request": "par"}.items()
        }
        for name in ends:
            told[f"{name}_endpoint_auth_methods_supported"] = ways
            told[f"{name}_endpoint_auth_signing_alg_values_supported"] = algorithms
        return answer(told)

    def keys(self, _: Request) -> Response:
        made = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return answer({"keys": [{**made, "kid": "p1", "use": "sig", "alg": "ES256"}]})

    # Signatures.

    def signed(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self.key, "ES256", {"kid": "p1"})

    def read(self, text: str, provider: Provider, audiences: tuple[str, ...], typ: tuple[str, ...]) -> Any:
        """The claims of a JWT of a provider; raises ``ValueError`` for any that is not right."""
        try:
            claims = self._verified(text, provider, typ)
        except (TypeError, AttributeError, jwt.InvalidTokenError) as error:
            raise ValueError(str(error)) from None
        now, told = self.now(), claims.get("aud")
        ends, begins, made = (claims.get(name, default) for name, default in TIMES.items())
        if not all(isinstance(each, int | float) for each in (ends, begins, made)):
            raise ValueError("times")
        if (ends < now and not self.has("expired_taken")) or max(begins, made) > now + 30:
            raise ValueError("times")
        right = set(told if isinstance(told, list) else [told]) & set(audiences)
        if not right and not self.has("audience_not_checked"):
            raise ValueError("aud")
        if claims.get("iss") != provider.name:
            raise ValueError("iss")
        return claims

    def _verified(self, text: str, provider: Provider, typ: tuple[str, ...]) -> Any:
        header, inside, _ = text.split(".") if len(text) < 16384 else ("", "", "")
        named = json.loads(base64.urlsafe_b64decode(header + "===").decode())
        told = json.loads(base64.urlsafe_b64decode(inside + "===").decode())
        algorithm, key = named.get("alg"), provider.key
        if algorithm == "none" and self.has("unsigned_taken"):
            return told
        if algorithm == "HS256" and self.has("algorithm_confused"):
            return self._hashed(text, provider)
        if "jwk" in named and self.has("key_in_header"):
            key = jwt.PyJWK(named["jwk"]).key
        if named.get("kid") != provider.key_id and not self.has("any_key_id"):
            raise ValueError("kid")
        if named.get("typ", typ[0]) not in typ or "crit" in named or "b64" in named:
            raise ValueError("typ")
        options: Any = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud")}
        options["verify_signature"] = not self.has("signatures_not_checked")
        return jwt.decode(text, key, ["ES256"], options=options)

    def _hashed(self, text: str, provider: Provider) -> Any:
        pem = provider.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        head, _, given = text.rpartition(".")
        mine = base64.urlsafe_b64encode(hmac.digest(pem, head.encode(), "sha256")).rstrip(b"=").decode()
        if given != mine:
            raise ValueError("signature")
        return json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "==="))

    # The back channel.

    def client(self, request: Request) -> Provider:
        form = request.form
        if any(len(values) > 1 for _, values in form.lists()) or request.args:
            raise No(400, "invalid_request", "A parameter is repeated, or in the address.")
        text = form.get("client_assertion", "")
        if "Authorization" in request.headers or form.get("client_assertion_type") != ASSERTION:
            raise No(400, "invalid_client")
        try:
            claimed = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "===")).get("sub")
            provider = self.providers[claimed]
            places = [f"{base}/{place}" for base in (ISSUER, MUTUAL) for place in ("token", "par")]
            claims = self.read(text, provider, (ISSUER, *places), ("JWT", "client-authentication+jwt"))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise No(401, "invalid_client") from None
        name = claims.get("jti")
        if not isinstance(name, str) or claims["exp"] > self.now() + 3600:
            raise No(401, "invalid_client")
        if name in self.seen and not self.has("assertion_replayed"):
            raise No(401, "invalid_client")
        self.seen[name] = claims["exp"]
        if form.get("client_id", provider.name) != provider.name:
            raise No(400, "invalid_request")
        return provider

    def push(self, request: Request) -> Response:
        provider, form = self.client(request), request.form
        if "request_uri" in form:
            raise No(400, "invalid_request")
        if "request" not in form:
            if self.has("plain_request_taken"):
                return self.kept(provider, self.sound(provider, {**form}))
            raise No(400, "invalid_request", "The request must be signed.")
        try:
            asked = self.read(form["request"], provider, (ISSUER,), ("JWT", "oauth-authz-req+jwt"))
        except ValueError as error:
            raise No(400, "invalid_request_object", re.sub(r"[^ -~]|[\"\\]", "", str(error))) from None
        ends, begins = asked.get("exp"), asked.get("nbf")
        if ends is None or begins is None or ends - begins > 3600 or begins < self.now() - 3600:
            raise No(400, "invalid_request_object", "Times.")
        if "sub" in asked or "request" in asked or "request_uri" in asked:
            raise No(400, "invalid_request_object", "Members.")
        return self.kept(provider, self.sound(provider, asked))

    def kept(self, provider: Provider, asked: Mapping[str, Any]) -> Response:
        name = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(24)}"
        self.pushed[name] = (provider.name, self.now() + 60, asked)
        return answer({"request_uri": name, "expires_in": 60}, 201)

    def sound(self, provider: Provider, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """The parameters of a request, all of which are right."""
        back, given = provider.back, asked.get("redirect_uri")
        near = isinstance(given, str) and given.startswith(back) and self.has("redirect_by_its_beginning")
        if given != back and not near:
            raise No(400, "invalid_request", "The redirect_uri is not registered.")
        if asked.get("client_id") != provider.name:
            raise No(400, "invalid_request", "The client_id is another one.")
        if asked.get("response_type") != "code":
            raise No(400, "unsupported_response_type")
        if asked.get("response_mode", "jwt") not in ("jwt", "query.jwt"):
            raise No(400, "invalid_request", "The response_mode is not supported.")
        made, method = asked.get("code_challenge"), asked.get("code_challenge_method")
        if made is not None or not self.has("challenge_optional"):
            formed = isinstance(made, str) and re.fullmatch(r"[A-Za-z0-9_-]{43}", made)
            if not formed or method != "S256":
                raise No(400, "invalid_request", "The code_challenge is not right.")
        words = asked.get("scope")
        if not isinstance(words, str) or set(words.split()) - set(SCOPES) or "openid" not in words.split():
            raise No(400, "invalid_scope")
        if asked.get("nonce") is None and not self.has("nonce_not_needed"):
            raise No(400, "invalid_request", "The nonce is missing.")
        wanted = asked.get("claims")
        try:
            wanted = json.loads(wanted) if isinstance(wanted, str) else wanted or {}
            context = (wanted.get("id_token") or {}).get("acr") or {}
        except (ValueError, AttributeError):
            raise No(400, "invalid_request", "The claims cannot be read.") from None
        known = ACR in {context.get("value"), *context.get("values", ())}
        if context.get("essential") and not known and not self.has("acr_ignored"):
            raise No(400, "invalid_request", "There is no such acr.")
        for name in ("state", "nonce"):
            value = asked.get(name)
            if value is not None and (not isinstance(value, str) or len(value) > 2000):
                raise No(400, "invalid_request", f"The {name} is too long.")
        return asked

    def token(self, request: Request) -> Response:
        provider, form = self.client(request), request.form
        bound = self.certified(request, provider)
        if form.get("grant_type") == "authorization_code":
            return self.redeemed(provider, form, bound)
        if form.get("grant_type") == "refresh_token":
            return self.refreshed(provider, form, bound)
        raise No(400, "unsupported_grant_type" if "grant_type" in form else "invalid_request")

    def certified(self, request: Request, provider: Provider) -> str:
        """The thumbprint of the certificate that is shown, which must be the provider's own."""
        pem = request.environ.get("SSL_CLIENT_CERT", "")
        shown = thumbprint(pem) if pem else ""
        if shown != provider.thumbprint and not self.has("certificate_not_needed"):
            raise No(401, "invalid_client", "The certificate is not the registered one.")
        return shown

    def redeemed(self, provider: Provider, form: Any, bound: str) -> Response:
        name = form.get("code", "")
        code = self.codes.get(name)
        if code is None or (code["client"] != provider.name and not self.has("code_of_any_client")):
            raise No(400, "invalid_grant")
        asked, verifier = code["asked"], form.get("code_verifier", "")
        proved = challenge(verifier) == asked.get("code_challenge") and 43 <= len(verifier) <= 128
        skipped = (self.has("verifier_only_if_sent") and not verifier) or self.has("verifier_ignored")
        if not proved and not skipped and (verifier or "code_challenge" in asked):
            raise No(400, "invalid_grant")
        other = form.get("redirect_uri") != asked["redirect_uri"]
        if (other and not self.has("redirect_not_compared")) or code["until"] < self.now():
            raise No(400, "invalid_grant")
        if code["used"] and not self.has("code_again"):
            self.ended(name)
            raise No(400, "invalid_grant")
        code["used"] = True
        held = Token(provider.name, code["person"], asked["scope"], 0, name, bound, accounts=code["accounts"])
        return self.given(held, asked, code["login"])

    def given(
        self, held: Token, asked: Mapping[str, Any], login: float, refresh: str = "", scope: str = ""
    ) -> Response:
        name, scope = secrets.token_urlsafe(32), scope or held.scope
        self.tokens[name] = replace(held, until=self.now() + LIFE, kind="access", scope=scope)
        if not refresh:
            refresh = secrets.token_urlsafe(32)
            self.tokens[refresh] = replace(held, until=self.now() + 86400 * 90, kind="refresh")
            self.codes[f"asked {refresh}"] = {"asked": asked, "login": login}
        told: dict[str, Any] = {"access_token": name, "token_type": "Bearer", "expires_in": LIFE}
        told |= {
            "refresh_token": refresh,
            "scope": scope,
            "id_token": self.identity(held, asked, login, name),
        }
        return answer(told)

    def identity(self, held: Token, asked: Mapping[str, Any], login: float, token: str) -> str:
        now = int(self.now())
        claims = {"iss": ISSUER, "sub": self.subject(held), "aud": held.client, "iat": now, "exp": now + 300}
        claims |= {"acr": ACR, "auth_time": int(login), "at_hash": half(token)}
        if asked.get("nonce") is not None and not self.has("nonce_ignored"):
            claims["nonce"] = asked["nonce"]
        if self.has("hash_wrong"):
            claims["at_hash"] = half(token + "x")
        if self.has("hash_of_the_whole"):
            claims["at_hash"] = (
                base64.urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
            )
        if self.has("login_is_now"):
            claims["auth_time"] = now
        if self.has("no_acr"):
            claims.pop("acr")
        if self.has("other_audience"):
            claims["aud"] = ISSUER
        if self.has("identity_expired"):
            claims["exp"] = now - 400
        return self.signed(claims)

    def subject(self, held: Token) -> str:
        who = held.person if not self.has("subject_by_token") else held.family + str(self.now())
        return sha256(f"{held.client} {who}".encode()).hexdigest()

    def refreshed(self, provider: Provider, form: Any, bound: str) -> Response:
        name = form.get("refresh_token", "")
        held = self.tokens.get(name)
        if held is None or held.kind != "refresh" or held.until < self.now():
            raise No(400, "invalid_grant")
        if held.client != provider.name and not self.has("refresh_by_any_client"):
            raise No(400, "invalid_grant")
        wanted = form.get("scope", held.scope)
        if set(wanted.split()) - set(held.scope.split()) and not self.has("refresh_widens"):
            raise No(400, "invalid_scope")
        kept = self.codes[f"asked {name}"]
        return self.given(replace(held, bound=bound), {"scope": held.scope}, kept["login"], name, wanted)

    def ended(self, family: str) -> None:
        self.tokens = {name: each for name, each in self.tokens.items() if each.family != family}

    def revoke(self, request: Request) -> Response:
        provider, name = self.client(request), request.form.get("token", "")
        if not name:
            raise No(400, "invalid_request")
        held = self.tokens.get(name)
        if held is not None and (held.client == provider.name or self.has("revoked_by_any_client")):
            if held.kind == "refresh" and not self.has("refresh_outlives_revocation"):
                self.ended(held.family)
            elif held.kind == "access" and not self.has("access_outlives_revocation"):
                self.tokens.pop(name)
        return answer({})

    def introspect(self, request: Request) -> Response:
        provider = self.client(request)
        if "token" not in request.form:
            raise No(400, "invalid_request")
        held = self.tokens.get(request.form["token"])
        mine = held is not None and (held.client == provider.name or self.has("introspection_of_others"))
        if held is None or not mine or (held.until < self.now() and not self.has("expired_is_active")):
            return answer({"active": False})
        told: dict[str, Any] = {"active": True, "client_id": held.client, "scope": held.scope, "iss": ISSUER}
        told |= {"exp": int(held.until), "sub": self.subject(held), "cnf": {"x5t#S256": held.bound}}
        return answer(told)
