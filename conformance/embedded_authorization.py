"""The ``authorization`` section of the reference bank's file: TSPs, customers, login pages and consents."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from conformance.bank.authorization.fixture import AuthorizationFixture, Identity, authorization_fixture
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.secret import Secret

Hide = Callable[[str, str], object]
"""Makes of a name and a secret value what stands in the bank's file."""

LOGIN: dict[str, Any] = {"fill": {"Username": "{username}", "Password": "{password}"}, "press": "Log in"}
PERMISSIONS = (
    "ReadAccountAvailability",
    "ReadAccountStatus",
    "ReadAccountBalance",
    "ReadAccountTransaction",
)


def fixture_of(policy: AuthorizationPolicy) -> AuthorizationFixture:
    """The TSPs and customers of a bank with this policy."""
    return authorization_fixture(policy.client_authentication)


def capabilities(policy: AuthorizationPolicy) -> tuple[str, ...]:
    """What a bank with this policy declares."""
    bound = policy.sender_constraint
    has = {
        "fapi2": policy.par_required and bound != "none",
        "fapi1": policy.request_object_required and bound == "mtls",
        "fapi1-baseline": policy.pkce_required and policy.state_required and policy.jarm != "required",
        "openid": "openid" in policy.scopes,
        "pkce": policy.pkce_required,
        "jarm": policy.jarm != "off",
        "dpop": bound == "dpop",
        "mtls": bound == "mtls",
        "registration": policy.registration,
        "ciba": policy.ciba,
        "refresh-rotation": policy.refresh_rotation,
        "interaction-id": policy.interaction_id != "absent",
    }
    return tuple(name for name, declared in has.items() if declared)


def authorization(
    policy: AuthorizationPolicy, base_url: str, hide: Hide, folder: Path | None = None
) -> dict[str, object]:
    """The section as data. Certificates are written to ``folder``, without one to a temporary one."""
    fixture = fixture_of(policy)
    one, two = fixture.tsps
    place = folder or _folder()
    bound = policy.sender_constraint
    scopes = [scope for scope in ("openid", "accounts", "services") if scope in policy.scopes]
    return {
        "issuer": policy.issuer or base_url,
        **_client(one, " ".join(scopes), hide, place),
        "sender_constraint": "" if bound == "none" else bound,
        "login": {
            "strategy": "form",
            "settings": {
                "steps": [LOGIN, {"tick": "account", "press": "Approve"}],
                "deny": [LOGIN, {"press": "Deny"}],
                "cancel": [{"press": "Cancel"}],
            },
        },
        "customers": [
            {
                "name": person.name,
                "username": person.username,
                "password": hide(f"{person.customer_id}-password", person.password),
            }
            for person in fixture.customers
        ],
        "second_tsp": _client(two, " ".join(scopes), hide, place, rsa=True),
        "settings": _settings(policy, fixture, hide),
    }


def _settings(policy: AuthorizationPolicy, fixture: AuthorizationFixture, hide: Hide) -> dict[str, object]:
    """The free part of the section."""
    settings: dict[str, object] = {
        "machine_scope": "consents",
        "code_lifetime": policy.code_lifetime,
        "consent": {
            "create": {
                "path": "/account-access-consents",
                "json": {
                    name: f"{{{name}}}"
                    for name in ("permissions", "expires_at", "transaction_from", "transaction_to")
                },
            },
            "id": "$.data.id",
            "scope": "consents",
            "authorization_details": [{"type": "account_information", "consent_id": "{consent_id}"}],
            "read": {"method": "GET", "path": "/account-access-consents/{consent_id}"},
            "revoke": {"method": "DELETE", "path": "/account-access-consents/{consent_id}"},
            "permissions": list(PERMISSIONS),
        },
    }
    if policy.registration:
        settings["registration_token"] = hide("registration-token", fixture.registration_token)
    if policy.jarm == "required":
        settings["response_mode"] = "jwt"
    if "fapi1-baseline" in capabilities(policy):
        settings["push"] = False
    if policy.ciba:
        fill = {**LOGIN["fill"], "binding_message": "{binding_message}"}
        settings["device"] = {
            "page": "/oauth/device",
            "approve": [{"fill": fill, "press": "Approve"}],
            "deny": [{"fill": fill, "press": "Deny"}],
        }
    return settings


def _client(
    identity: Identity, scope: str, hide: Hide, folder: Path, *, rsa: bool = False
) -> dict[str, object]:
    certificate = folder / f"{identity.client_id}-{identity.authentication}.pem"
    certificate.write_text(identity.certificate, encoding="ascii")
    return {
        "client_id": identity.client_id,
        "client_authentication": identity.authentication,
        "client_key": hide(f"{identity.client_id}-key", identity.rsa_key if rsa else identity.key),
        "client_key_id": identity.rsa_kid if rsa else identity.kid,
        "client_certificate": str(certificate.resolve()),
        "certificate_key": hide(f"{identity.client_id}-certificate-key", identity.certificate_key),
        "redirect_uri": identity.redirect_uri,
        "other_redirect_uris": list(identity.redirect_uris[1:]),
        "scope": scope,
    }


def hidden(name: str, value: str) -> object:
    """A secret in this process."""
    return Secret(value, name=name)


def in_files(folder: Path) -> Hide:
    """Secrets in files of their own, since a bank file holds no secret itself."""

    def hide(name: str, value: str) -> object:
        file = folder / f"{name}.txt"
        file.touch(mode=0o600)
        file.write_text(value, encoding="utf-8")
        return f"file:{file.resolve()}"

    return hide


@cache
def _folder() -> Path:
    place = Path(tempfile.mkdtemp(prefix="conformance-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place
