"""A server that publishes its metadata at the place of OpenID Connect Discovery alone is not blamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from conformance.model import Verdict
from conformance.wire import WSGIApplication
from tests.checks.protected_bank import judged


def without(*names: str) -> Callable[[WSGIApplication], WSGIApplication]:
    """The bank without some of its well-known documents."""

    def around(app: WSGIApplication) -> WSGIApplication:
        def answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if any(f"/.well-known/{name}" in environ["PATH_INFO"] for name in names):
                start_response("404 Not Found", [("Content-Type", "text/plain")])
                return [b""]
            return app(environ, start_response)

        return answered

    return around


@pytest.mark.parametrize(
    ("names", "verdict"),
    [
        ((), Verdict.PASS),
        (("oauth-authorization-server",), Verdict.NOT_APPLICABLE),
        (("oauth-authorization-server", "openid-configuration"), Verdict.OBSERVATION),
    ],
)
def test_metadata_are_looked_for_at_either_place(names: tuple[str, ...], verdict: Verdict) -> None:
    def endpoints(data: dict[str, Any]) -> None:
        issuer = data["authorization"]["issuer"]
        data["authorization"]["endpoints"] = {"token_endpoint": f"{issuer}/oauth/token"}

    results = judged("metadata.published", around=without(*names), file=endpoints).results
    assert verdict in {r.verdict for r in results if r.case.requirement == "OA-MET-001"}
