"""Whether refreshing stops when the customer's consent does."""

from __future__ import annotations

from conformance.checks.refresh.token import PLACE, current, given, renewable, renewed
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.consent import consent_request
from conformance.oauth.grant import told
from conformance.protected import Protected, tried
from conformance.registry import Findings, check


@check(requests=14, logins=(1, "grant of all"))
def stops_with_consent(protected: Protected) -> Findings:
    """Gives no token once the consent is revoked."""
    access = protected.access
    rule = access.settings.consent
    if rule is None or rule.revoke is None:
        raise NotApplicable("bank.yaml names no way to revoke a consent")
    operation, grant = protected.probe(), renewable(protected)
    tokens = current(renewed(protected, grant.tokens), grant.tokens)
    request = consent_request(access, rule.revoke, {"consent_id": grant.consent})
    answer = access.call(access.machine(rule.scope or None), request)
    if not answer.ok:
        raise Inconclusive(f"the consent was not revoked: {told(answer)}")
    still = tried(lambda: access.call(tokens, protected.request(operation)))
    if still is not None and still.ok:
        return
    refreshed = tried(access.refresh, tokens)
    if refreshed is not None and given(refreshed):
        yield Finding("no token for a revoked consent", told(refreshed), PLACE, refreshed.exchange)
