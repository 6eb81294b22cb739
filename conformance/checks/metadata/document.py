"""How the metadata are published: their place, their form, and whether they agree with themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import members_of
from conformance.oauth.server import Published, well_known
from conformance.registry import Findings, check

URLS = (
    "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint", "revocation_endpoint",
    "introspection_endpoint", "userinfo_endpoint", "pushed_authorization_request_endpoint",
    "device_authorization_endpoint", "backchannel_authentication_endpoint", "end_session_endpoint",
    "service_documentation", "op_policy_uri", "op_tos_uri", "check_session_iframe",
)  # fmt: skip
LISTS = (
    "scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
    "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported", "introspection_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported", "code_challenge_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported", "ui_locales_supported", "claims_supported",
    "claims_locales_supported", "acr_values_supported", "subject_types_supported",
    "id_token_signing_alg_values_supported", "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported", "userinfo_signing_alg_values_supported",
    "request_object_signing_alg_values_supported", "display_values_supported", "claim_types_supported",
    "dpop_signing_alg_values_supported", "authorization_details_types_supported",
    "authorization_signing_alg_values_supported", "backchannel_token_delivery_modes_supported",
)  # fmt: skip
FLAGS = (
    "claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported",
    "require_request_uri_registration", "require_pushed_authorization_requests",
    "require_signed_request_object", "tls_client_certificate_bound_access_tokens",
    "authorization_response_iss_parameter_supported", "backchannel_user_code_parameter_supported",
)  # fmt: skip
REQUIRED = ("issuer", "authorization_endpoint", "token_endpoint", "response_types_supported")
REQUIRED_OPENID = ("jwks_uri", "subject_types_supported", "id_token_signing_alg_values_supported")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)
_LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)


def documents(access: Access) -> tuple[tuple[Published, Mapping[str, Any]], ...]:
    """The documents that could be read, with their members."""
    return tuple((p, p.members) for p in access.server.published if p.members is not None)


@check()
def published(access: Access, *, kind: str = "oauth") -> Findings:
    """Publishes its metadata with status 200 as JSON at the well-known place of the kind of document."""
    issuer = access.configured.issuer
    if not issuer:
        raise NotApplicable(f"no issuer is configured below which {kind} metadata would lie")
    json = (("Accept", "application/json"),)
    answer = access.tsp.get(well_known(issuer, kind), headers=json)
    # RFC 8414, 5: the document of OpenID Connect Discovery is the same, at a place of its own.
    if (
        400 <= answer.status < 500
        and kind == "oauth"
        and access.tsp.get(well_known(issuer, "openid"), headers=json).status == 200
    ):
        raise NotApplicable("the server publishes its metadata at the place of OpenID Connect Discovery")
    if answer.status != 200:
        yield Finding("status 200", f"{answer.status}", f"{kind} metadata", answer.exchange)
    elif not members_of(answer):
        yield Finding("a JSON object", "a body that is none", f"{kind} metadata", answer.exchange)
    elif answer.media_type != "application/json":
        actual = answer.media_type or "no Content-Type"
        yield Finding("application/json", actual, f"{kind} metadata, Content-Type", answer.exchange)


@check()
def issuer(access: Access) -> Findings:
    """Names as issuer exactly the identifier under which its metadata were found."""
    for document, members in documents(access):
        value = members.get("issuer")
        at = f"/issuer of the {document.kind} metadata"
        exchange = document.answer.exchange
        if not isinstance(value, str):
            continue  # metadata.members tells of it
        parts = _parts(value)
        if value != access.server.issuer:
            yield Finding(f"the issuer {access.server.issuer}", value[:200], at, exchange)
        elif parts.query or parts.fragment or "?" in value or "#" in value:
            yield Finding("a URL without query and fragment", value[:200], at, exchange)


@check()
def members(access: Access) -> Findings:
    """Has every member that is compulsory, and each known member in its type."""
    count = 0
    for document, given in documents(access)[:1]:
        for at, expected, actual in _problems(given, openid=document.kind == "openid"):
            count += 1
            if count <= 10:
                yield Finding(expected, actual, at, document.answer.exchange)


def _problems(given: Mapping[str, Any], *, openid: bool) -> list[tuple[str, str, str]]:
    needed = (*REQUIRED, *(REQUIRED_OPENID if openid else ()))
    found = [(f"/{name}", name, "no such member") for name in needed if name not in given]
    for name, value in given.items():
        if name in URLS or name == "issuer":
            if not isinstance(value, str) or not _parts(value).netloc:
                found.append((f"/{name}", "an absolute URL", _shown(value)))
        elif name in LISTS:
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                found.append((f"/{name}", "a list of strings", _shown(value)))
        elif name in FLAGS and not isinstance(value, bool):
            found.append((f"/{name}", "true or false", _shown(value)))
        elif name == "mtls_endpoint_aliases" and not isinstance(value, Mapping):
            found.append((f"/{name}", "an object", _shown(value)))
    for name, form in (("scopes_supported", _SCOPE), ("ui_locales_supported", _LOCALE)):
        value = given.get(name)
        wrong = [v for v in _list(value) if isinstance(v, str) and not form.fullmatch(v)]
        found += [(f"/{name}", "values of the right syntax", repr(each[:60])) for each in wrong]
    return found


def _parts(url: str) -> SplitResult:
    """The parts of a URL; none of what cannot be one."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(value: Any) -> str:
    return f"{type(value).__name__} {str(value)[:60]!r}"


@check()
def encrypted_endpoints(access: Access) -> Findings:
    """Names no endpoint, mTLS alias or key set that is reached without TLS."""
    for document, given in documents(access)[:1]:
        aliases = given.get("mtls_endpoint_aliases")
        named = {f"/{k}": v for k, v in given.items() if k in URLS[:-4] or k == "issuer"}
        if isinstance(aliases, Mapping):
            named |= {f"/mtls_endpoint_aliases/{k}": v for k, v in aliases.items()}
        own = urlsplit(access.target.base_url).scheme
        for at, value in named.items():
            if isinstance(value, str) and _parts(value).scheme not in ("https", own):
                yield Finding("an https URL", value[:200], at, document.answer.exchange)


def _orderless(value: Any) -> Any:
    """A value to be compared: the order of a list of texts means nothing."""
    return sorted(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value


@check()
def documents_agree(access: Access) -> Findings:
    """Says the same in its OpenID and its RFC 8414 metadata, where it publishes both."""
    found = documents(access)
    kinds = {document.kind: given for document, given in found}
    if len(kinds) < 2:
        return
    one, other = kinds["openid"], kinds["oauth"]
    for name in sorted(one.keys() & other.keys()):
        if _orderless(one[name]) != _orderless(other[name]):
            yield Finding(
                f"in both documents {str(one[name])[:120]}",
                str(other[name])[:120],
                f"/{name}",
                found[-1][0].answer.exchange,
            )
