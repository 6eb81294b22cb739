"""django-oauth-toolkit in a process of its own, with Django's own login page."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.peers.install import HERE, django_packages
from tests.peers.process import running
from tests.peers.world import CUSTOMERS, PASSWORD, world

COMPLIANT: dict[str, object] = {
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
} | {
    f"COMPLIANT_BCP_RFC9700_{name}": True
    for name in (
        "IMPLICIT_GRANT", "PASSWORD_GRANT", "PKCE_METHOD", "ACCESS_TOKEN_TRANSPORT", "AUTHZ_RESPONSE_ISS",
        "TOKEN_STORAGE",
    )
}  # fmt: skip
"""The package's own switches to keep to RFC 9700, which are off as it comes, and what it then should list."""


@contextmanager
def toolkit(folder: Path, settings: Mapping[str, object] | None = None) -> Iterator[Path]:
    """A running peer; gives its bank file. ``settings`` are of OAUTH2_PROVIDER, beside the compliant."""
    told = {
        "clients": [tsp.registration("openid") for tsp in world().tsps],
        "customers": CUSTOMERS,
        "password": PASSWORD,
        "key": world().server_pem,
        "settings": {**COMPLIANT, **(settings or {})},
    }
    command = [sys.executable, str(HERE / "django_server" / "serve.py")]
    environment = {"PYTHONPATH": str(django_packages())}
    with running("django-oauth-toolkit", folder, command, told, environment) as bank:
        yield bank
