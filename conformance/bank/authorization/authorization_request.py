"""Reading and judging an authorization request, pushed or not (RFC 6749 4.1.1; FAPI 2.0 5.3.2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from conformance.bank.authorization import jws, redirect, request_object
from conformance.bank.authorization.consent_reference import consent_of
from conformance.bank.authorization.issuer import resources
from conformance.bank.authorization.records import AuthorizationRequest, Client
from conformance.bank.authorization.refusal import OAuthError

if TYPE_CHECKING:
    from conformance.bank.app import Bank

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
MACHINE_SCOPES = frozenset({"consents", "applications"})
CLIENT_PARAMETERS = frozenset({"client_assertion", "client_assertion_type", "client_secret"})
PARAMETERS = frozenset(
    {
        "acr_values",
        "authorization_details",
        "claims",
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "display",
        "dpop_jkt",
        "login_hint",
        "max_age",
        "nonce",
        "prompt",
        "redirect_uri",
        "request",
        "request_uri",
        "resource",
        "response_mode",
        "response_type",
        "scope",
        "state",
        "ui_locales",
    }
)
ACR = "urn:bank:password"
CLAIMS = frozenset({"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(slots=True)
class BadRequest(Exception):
    """A refused authorization request; `returns_to` is set when the redirect URI itself is good."""

    error: str
    description: str
    returns_to: AuthorizationRequest | None = None


def judged(
    bank: Bank,
    request: Request,
    client: Client,
    given: dict[str, str],
    *,
    pushed: bool,
    jkt: str | None = None,
) -> AuthorizationRequest:
    """Give the validated request. `jkt` is the key of the pushed request's DPoP proof. Raises BadRequest."""
    found = _Reading(bank, request, client, _unwrapped(bank, request, client, given), pushed, jkt)
    return found.read()


def _unwrapped(bank: Bank, request: Request, client: Client, given: dict[str, str]) -> dict[str, Any]:
    policy = bank.policy.authorization
    outside = {name: value for name, value in given.items() if name not in CLIENT_PARAMETERS}
    signed = outside.pop("request", None)
    if signed is None:
        if policy.request_object_required:
            raise BadRequest("invalid_request", "The request comes as a signed request object.")
        return dict(outside)
    try:
        inside = request_object.opened(bank, request, client, signed)
    except jws.BadToken as fault:
        raise BadRequest("invalid_request_object", f"The request object is refused: {fault}.") from fault
    if policy.outside_parameters_override:
        return {**inside, **outside}
    return {**outside, **inside} if policy.outside_parameters_fill else inside


class _Reading:
    def __init__(
        self,
        bank: Bank,
        request: Request,
        client: Client,
        given: dict[str, Any],
        pushed: bool,
        jkt: str | None,
    ) -> None:
        self.bank, self.request, self.client = bank, request, client
        self.policy = bank.policy.authorization
        self.given, self.pushed, self.jkt = given, pushed, jkt
        self.returns_to: AuthorizationRequest | None = None

    def text(self, name: str) -> str | None:
        """Give a parameter that is a string; anything else inside a request object is refused."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return value
        raise self.refusal("invalid_request", f"{name} is not a string.")

    def refusal(self, error: str, description: str) -> BadRequest:
        """Give the error; it goes back to the TSP where the redirect URI was good."""
        return BadRequest(error, description, self.returns_to)

    def read(self) -> AuthorizationRequest:
        redirect_uri, sent = self.redirect_uri()
        response_type = " ".join(sorted((self.text("response_type") or "").split(" ")))
        front = response_type != "code"
        mode = self.text("response_mode")
        asked = AuthorizationRequest(
            client_id=self.client.client_id,
            redirect_uri=redirect_uri,
            redirect_uri_sent=sent,
            response_type=response_type,
            response_mode=self.default_mode(
                mode, front=front and response_type in self.policy.response_types
            ),
            scopes=(),
            state=self.text("state"),
            nonce=self.text("nonce"),
            challenge=self.text("code_challenge"),
            challenge_method=self.text("code_challenge_method") or "plain",
            consent=None,
            resources=(),
            dpop_jkt=None,
            prompt=self.text("prompt"),
        )
        self.returns_to = asked
        self.judge_request_uri()
        self.judge_response(response_type, mode)
        self.judge_texts(asked)
        scopes = self.scopes()
        self.judge_openid(asked, scopes)
        self.judge_pkce(asked)
        return AuthorizationRequest(
            client_id=asked.client_id,
            redirect_uri=redirect_uri,
            redirect_uri_sent=sent,
            response_type=response_type,
            response_mode=asked.response_mode,
            scopes=self.widened(scopes),
            state=asked.state,
            nonce=asked.nonce,
            challenge=asked.challenge,
            challenge_method=asked.challenge_method,
            consent=self.consent(scopes),
            resources=self.resources(),
            dpop_jkt=self.dpop_jkt(),
            prompt=asked.prompt,
        )

    def redirect_uri(self) -> tuple[str, bool]:
        given = self.text("redirect_uri")
        if given is None:
            if self.policy.redirect_uri_required or len(self.client.redirect_uris) == 0:
                raise BadRequest("invalid_request", "The redirect_uri is missing.")
            return self.client.redirect_uris[0], False
        if not redirect.registered(given, self.client.redirect_uris, self.policy.redirect_uri_match):
            fault = BadRequest("invalid_request", "The redirect_uri is not registered.")
            if self.policy.redirects_errors_anywhere:
                fault.returns_to = AuthorizationRequest(
                    self.client.client_id, given, True, "code", "query", (), self.text("state"), None,
                    None, "plain", None, (), None, None,
                )  # fmt: skip
            raise fault
        return given, True

    def default_mode(self, mode: str | None, *, front: bool) -> str:
        if self.policy.jarm == "required" or (self.policy.jarm == "offered" and mode in ("jwt", "query.jwt")):
            return "jwt"
        front = front and not self.policy.hybrid_in_query
        return "fragment" if front or self.policy.code_in_fragment else "query"

    def judge_request_uri(self) -> None:
        if "request_uri" not in self.given:
            return
        accepted = self.policy.par_request_uri_accepted or self.policy.request_object_request_uri_accepted
        if self.pushed and accepted:
            return
        raise self.refusal("invalid_request", "A request_uri has no place here.")

    def judge_response(self, response_type: str, mode: str | None) -> None:
        if not response_type:
            raise self.refusal("invalid_request", "The response_type is missing.")
        if response_type not in self.policy.response_types:
            raise self.refusal("unsupported_response_type", "This response_type is not supported.")
        modes = {"off": (None, "query"), "required": ("jwt", "query.jwt")}
        if mode not in modes.get(self.policy.jarm, (None, "query", "jwt", "query.jwt")):
            raise self.refusal("invalid_request", "This response_mode is not supported.")

    def judge_texts(self, asked: AuthorizationRequest) -> None:
        for value in (asked.state, asked.nonce):
            if value is not None and len(value) > self.policy.state_limit:
                raise self.refusal("invalid_request", "The state or nonce is too long.")
        unknown = self.given.keys() - PARAMETERS
        if unknown and self.policy.unknown_parameters_refused:
            raise self.refusal("invalid_request", "A parameter is not known.")
        self.judge_claims()
        prompts = (asked.prompt or "").split()
        if not set(prompts) <= PROMPTS or ("none" in prompts and len(prompts) > 1):
            raise self.refusal("invalid_request", "The prompt is not known.")

    def judge_claims(self) -> None:
        """Refuse what cannot be read, and a context of authentication that is essential and not ours."""
        given = self.given.get("claims")
        if given is None:
            return
        try:
            claims = jws.members(given.encode()) if isinstance(given, str) else given
        except jws.BadToken as fault:
            raise self.refusal("invalid_request", "The claims cannot be read.") from fault
        wanted = claims.get("id_token") if isinstance(claims, dict) else None
        if self.policy.unknown_claims_refused and isinstance(wanted, dict) and wanted.keys() - CLAIMS:
            raise self.refusal("invalid_request", "A claim is not known.")
        acr = wanted.get("acr") if isinstance(wanted, dict) else None
        if not isinstance(acr, dict) or acr.get("essential") is not True:
            return
        met = ACR in (acr.get("value"), *_listed(acr.get("values")))
        if not met and self.policy.essential_acr_honoured:
            raise self.refusal("unmet_authentication_requirements", "There is no such login.")

    def scopes(self) -> tuple[str, ...]:
        asked = tuple(dict.fromkeys((self.text("scope") or "").split()))
        allowed = [scope for scope in self.client.scopes if scope not in MACHINE_SCOPES]
        unknown = [scope for scope in asked if scope not in allowed]
        if unknown and self.policy.unknown_scope == "refused":
            raise self.refusal("invalid_scope", "A scope is not known or not this client's.")
        granted = asked if self.policy.unknown_scope == "granted" else [s for s in asked if s in allowed]
        if self.policy.scope_order_matters and list(granted) != [s for s in allowed if s in granted]:
            raise self.refusal("invalid_scope", "The scopes are in another order.")
        if not granted:
            raise self.refusal("invalid_scope", "The scope is missing.")
        return tuple(granted)

    def widened(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if not self.policy.scope_widened:
            return scopes
        return tuple(scope for scope in self.client.scopes if scope not in MACHINE_SCOPES)

    def judge_openid(self, asked: AuthorizationRequest, scopes: tuple[str, ...]) -> None:
        if "openid" in scopes and asked.nonce is None and self.policy.nonce_required:
            raise self.refusal("invalid_request", "The nonce is missing.")
        if "openid" not in scopes and asked.state is None and self.policy.state_required:
            raise self.refusal("invalid_request", "The state is missing.")

    def judge_pkce(self, asked: AuthorizationRequest) -> None:
        policy, challenge = self.policy, asked.challenge
        if challenge is None:
            if policy.pkce_required or (self.pushed and policy.request_object_required):
                raise self.refusal("invalid_request", "The code_challenge is missing.")
            if "code_challenge_method" in self.given:
                raise self.refusal("invalid_request", "A code_challenge_method without a code_challenge.")
            return
        allowed = ("S256", "plain") if policy.pkce_plain_allowed else ("S256",)
        if asked.challenge_method not in allowed:
            raise self.refusal("invalid_request", "This code_challenge_method is not supported.")
        form = _CHALLENGE if asked.challenge_method == "S256" else _PLAIN
        if policy.pkce_challenge_format_checked and not form.fullmatch(challenge):
            raise self.refusal("invalid_request", "The code_challenge is malformed.")

    def consent(self, scopes: tuple[str, ...]) -> tuple[str, str] | None:
        try:
            return consent_of(self.bank, self.client, scopes, self.given.get("authorization_details"))
        except OAuthError as fault:
            raise self.refusal(fault.error, fault.description) from fault

    def resources(self) -> tuple[str, ...]:
        given = self.given.get("resource")
        asked = given.split() if isinstance(given, str) else given or []
        if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
            raise self.refusal("invalid_target", "The resource is refused.")
        known = resources(self.bank, self.request)
        if self.policy.resource_checked and any(each not in known for each in asked):
            raise self.refusal("invalid_target", "The resource is not known.")
        return tuple(asked)

    def dpop_jkt(self) -> str | None:
        named = self.text("dpop_jkt")
        if self.policy.sender_constraint != "dpop":
            return None
        if named and self.jkt and named != self.jkt and self.policy.dpop_jkt_checked:
            raise self.refusal("invalid_request", "The dpop_jkt is not of the proof's key.")
        return self.jkt or named if self.policy.dpop_code_bound else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def oauth_error(fault: BadRequest, status: int) -> OAuthError:
    """Give the error as the pushed request endpoint answers it."""
    return OAuthError(fault.error, fault.description, status)
