"""What the metadata say that the server does: flows, methods, algorithms."""

from __future__ import annotations

from conformance.checks.metadata.document import documents
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.registry import Findings, check

SIGNED = (
    "token_endpoint_auth_signing_alg_values_supported",
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
    "dpop_signing_alg_values_supported",
    "authorization_signing_alg_values_supported",
    "introspection_signing_alg_values_supported",
    "backchannel_authentication_request_signing_alg_values_supported",
)


def _exchange(access: Access) -> int | None:
    found = documents(access)
    return found[0][0].answer.exchange if found else None


@check()
def flows(access: Access, *, types: tuple[str, ...] = ("code",), barred: tuple[str, ...] = ()) -> Findings:
    """Lists one of the response types that the profile rests on, and none that it bars."""
    listed = {" ".join(sorted(each.split())) for each in access.server.listed("response_types_supported")}
    if not listed:
        return
    at = "/response_types_supported"
    if not listed & set(types):
        yield Finding(f"one of {', '.join(types)}", ", ".join(sorted(listed)), at, _exchange(access))
    for each in sorted(listed & set(barred)):
        yield Finding(f"not {each}", f"{each} is listed", at, _exchange(access))


@check()
def grant_types(access: Access, *, barred: tuple[str, ...] = ("password", "implicit")) -> Findings:
    """Lists none of the grant types that are no longer to be used."""
    for each in access.server.listed("grant_types_supported"):
        if each in barred:
            yield Finding(f"not {each}", f"{each} is listed", "/grant_types_supported", _exchange(access))


@check()
def client_methods(
    access: Access, *, allowed: tuple[str, ...] = (), barred: tuple[str, ...] = ()
) -> Findings:
    """Lists only methods of client authentication that the profile admits, and at least one."""
    name = "token_endpoint_auth_methods_supported"
    listed = access.server.listed(name)
    wrong = [each for each in listed if each in barred or (allowed and each not in allowed)]
    for each in wrong:
        expected = f"only {', '.join(allowed)}" if allowed else f"not {each}"
        yield Finding(expected, f"{each} is listed", f"/{name}", _exchange(access))
    if allowed and not listed:
        actual = "none is listed, which means client_secret_basic"
        yield Finding(f"one of {', '.join(allowed)}", actual, f"/{name}", _exchange(access))


@check()
def signing_algorithms(
    access: Access, *, allowed: tuple[str, ...] = (), barred: tuple[str, ...] = ("none",)
) -> Findings:
    """Lists only signature algorithms that the profile admits."""
    for name in SIGNED:
        for each in access.server.listed(name):
            if each in barred or (allowed and each not in allowed and each not in ("none",)):
                expected = f"only {', '.join(allowed)}" if allowed else f"not {each}"
                yield Finding(expected, f"{each} is listed", f"/{name}", _exchange(access))


@check()
def challenge_methods(access: Access) -> Findings:
    """Lists S256 as a method of PKCE, so that a TSP can know that it is supported, and not plain."""
    listed = access.server.listed("code_challenge_methods_supported")
    at = "/code_challenge_methods_supported"
    if "S256" not in listed:
        yield Finding("S256", ", ".join(listed) or "no method", at, _exchange(access))
    if "plain" in listed:
        yield Finding("not plain", "plain is listed", at, _exchange(access))


@check()
def issuer_parameter(access: Access) -> Findings:
    """Says that its authorization responses name their issuer."""
    value = access.server.metadata.get("authorization_response_iss_parameter_supported")
    if "jwt" in access.server.listed("response_modes_supported") and value is not True:
        return  # the issuer stands inside the signed response (JARM)
    if value is not True:
        at = "/authorization_response_iss_parameter_supported"
        yield Finding("true", str(value) if value is not None else "no such member", at, _exchange(access))


@check()
def pushed_requests(access: Access) -> Findings:
    """Names an endpoint for pushed authorization requests and says that it requires them."""
    server = access.server
    if not server.has("pushed_authorization_request_endpoint"):
        at = "/pushed_authorization_request_endpoint"
        yield Finding("an endpoint for pushed requests", "no such member", at, _exchange(access))
    elif server.metadata.get("require_pushed_authorization_requests") is not True:
        at = "/require_pushed_authorization_requests"
        actual = str(server.metadata.get("require_pushed_authorization_requests", "no such member"))
        yield Finding("true", actual, at, _exchange(access))


@check()
def sender_constraint(access: Access) -> Findings:
    """Says that it can bind access tokens to their holder, by certificate or by DPoP."""
    server = access.server
    bound = server.metadata.get("tls_client_certificate_bound_access_tokens") is True
    if not bound and not server.listed("dpop_signing_alg_values_supported"):
        yield Finding(
            "tls_client_certificate_bound_access_tokens or dpop_signing_alg_values_supported",
            "neither",
            "metadata",
            _exchange(access),
        )


@check()
def response_signing(access: Access) -> Findings:
    """Lists the response mode jwt and the algorithms that signed responses may have."""
    if "jwt" not in access.server.listed("response_modes_supported"):
        yield Finding("jwt", "not listed", "/response_modes_supported", _exchange(access))
    if not access.server.listed("authorization_signing_alg_values_supported"):
        at = "/authorization_signing_alg_values_supported"
        yield Finding("the algorithms of signed responses", "none", at, _exchange(access))
