"""Defects in what refresh tokens give."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering, intercepting


@mutant("refresh.client_compared")
def refresh_token_of_any_client(policy: Policy) -> Policy:
    """Any TSP may use a refresh token."""
    return policy.evolve("authorization.refresh_client_bound", False)


@mutant("refresh.client_compared", base="fapi2-mutual")
def refresh_token_of_any_certificate(policy: Policy) -> Policy:
    """Any TSP may use a refresh token, whatever its certificate."""
    return policy.evolve("authorization.refresh_client_bound", False)


@mutant("refresh.altered_refused")
def start_of_a_refresh_token_suffices(app: WSGIApplication) -> WSGIApplication:
    """Only the first characters of a refresh token are compared."""
    known: dict[str, str] = {}

    def amend(request: Request, response: Response) -> None:
        told = response.get_json(silent=True) if request.path == "/oauth/token" else None
        if isinstance(told, dict) and isinstance(told.get("refresh_token"), str):
            known[told["refresh_token"][:12]] = told["refresh_token"]

    def intercept(request: Request) -> None:
        if request.path != "/oauth/token":
            return
        body = request.environ["wsgi.input"].read(int(request.environ.get("CONTENT_LENGTH") or 0))
        pairs = [
            (name, known.get(value[:12], value) if name == "refresh_token" else value)
            for name, value in parse_qsl(body.decode(), keep_blank_values=True)
        ]
        changed = urlencode(pairs).encode()
        request.environ["wsgi.input"] = _Body(changed)
        request.environ["CONTENT_LENGTH"] = str(len(changed))

    return intercepting(answering(app, amend), intercept)


class _Body:
    """A request body that has been read before."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes."""
        end = len(self._data) if size < 0 else size
        given, self._data = self._data[:end], self._data[end:]
        return given


@mutant("refresh.access_token_new")
def refresh_gives_the_same_token(policy: Policy) -> Policy:
    """A refresh gives the access token of before."""
    return policy.evolve("authorization.refresh_same_access_token", True)


@mutant("refresh.scope_not_widened")
def refresh_widens_the_scope(policy: Policy) -> Policy:
    """A refresh gives whatever scope is asked for."""
    return policy.evolve("authorization.refresh_scope_widened", True)


@mutant("refresh.scope_narrowed")
def refresh_keeps_the_scope_wide(policy: Policy) -> Policy:
    """A refresh for less gives all the same."""
    return policy.evolve("authorization.refresh_scope_narrowed", False)


@mutant("refresh.subject_kept")
def refresh_names_another_customer(policy: Policy) -> Policy:
    """The ID token of a refresh names another customer."""
    return policy.evolve("authorization.refreshed_id_token_sub", "wrong")


@mutant("refresh.not_rotated")
def refresh_token_works_once(policy: Policy) -> Policy:
    """A refresh token of a FAPI 2.0 bank works once."""
    return policy.evolve("authorization.refresh_rotation", True).evolve(
        "authorization.refresh_reuse_revokes", False
    )


@mutant("refresh.rotated_refused", base="oauth2")
def replaced_refresh_token_works_on(policy: Policy) -> Policy:
    """A refresh token works after a newer one has replaced it."""
    return policy.evolve("authorization.refresh_rotated_grace", 10**6)


@mutant("refresh.rotated_refused", base="oauth2")
def refresh_token_never_replaced(policy: Policy) -> Policy:
    """The bank that declares rotation gives no new refresh token."""
    return policy.evolve("authorization.refresh_rotation", False)


@mutant("refresh.reuse_ends_grant", base="oauth2")
def reuse_goes_unpunished(policy: Policy) -> Policy:
    """The use of a replaced refresh token has no consequence."""
    return policy.evolve("authorization.refresh_reuse_revokes", False)


@mutant("refresh.stops_with_consent")
def refresh_outlives_the_consent(policy: Policy) -> Policy:
    """A refresh token works after its consent was revoked."""
    return policy.evolve("authorization.refresh_stops_with_consent", False)


@mutant("refresh.authentication_needed")
def refresh_without_authentication(policy: Policy) -> Policy:
    """A refresh token works for whoever names its TSP."""
    return policy.evolve("authorization.refresh_without_authentication", True)


@mutant("refresh.holder_needed")
def refresh_without_possession(policy: Policy) -> Policy:
    """A refresh needs neither certificate nor proof, and gives a token that is bound to nobody."""
    return policy.evolve("authorization.refresh_without_possession", True)
