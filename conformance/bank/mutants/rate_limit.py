"""Defects of rate limits. The bank that they are seeded into is limited where limits are probed."""

from __future__ import annotations

import itertools
import json
import re
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering


@mutant("rate_limit.limited", "rate_limit.token_endpoint_limited")
def no_limit(policy: Policy) -> Policy:
    """Any number of requests is served."""
    return policy.evolve("limits.kind", "none")


@mutant("rate_limit.limited")
def refusals_with_status_200(app: WSGIApplication) -> WSGIApplication:
    """Requests above the limit are answered 200 with the error in the body, and data."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 429:
            response.status_code = 200

    return answering(app, amend)


@mutant("rate_limit.refused_with_429")
def refusals_with_503(policy: Policy) -> Policy:
    """Requests above the limit are answered 503, as nginx does when it is not told otherwise."""
    return policy.evolve("limits.status", 503)


@mutant("rate_limit.refused_with_429")
def refusals_with_500(policy: Policy) -> Policy:
    """Requests above the limit are answered 500."""
    return policy.evolve("limits.status", 500)


@mutant("rate_limit.refused_with_429")
def refusals_with_403(policy: Policy) -> Policy:
    """Requests above the limit are answered 403, as if they were never allowed."""
    return policy.evolve("limits.status", 403)


@mutant("rate_limit.refused_with_429")
def refusals_by_turns(app: WSGIApplication) -> WSGIApplication:
    """Every other refusal is 503, as where two gateways refuse, each in its own way."""
    count = itertools.count()

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 429 and next(count) % 2:
            response.status_code = 503

    return answering(app, amend)


@mutant("rate_limit.not_held_back")
def excess_held_back(policy: Policy) -> Policy:
    """Requests above the limit wait for their turn instead of being refused."""
    return policy.evolve("limits.shapes", True)


@mutant("rate_limit.lets_go", "rate_limit.retry_after_true")
def locked_out(policy: Policy) -> Policy:
    """A TSP that was refused once stays refused for two hours, and longer with each attempt."""
    return policy.evolve("limits.lockout", 7200.0).evolve("limits.retry_after", "1")


@mutant("rate_limit.retry_after_given")
def retry_after_absent(policy: Policy) -> Policy:
    """Refusals do not say when to come back."""
    return policy.evolve("limits.retry_after", "absent")


@mutant("rate_limit.retry_after_form")
def retry_after_words(policy: Policy) -> Policy:
    """Retry-After is a phrase."""
    return policy.evolve("limits.retry_after", "in a moment")


@mutant("rate_limit.retry_after_form")
def retry_after_fraction(policy: Policy) -> Policy:
    """Retry-After is a fraction of a second."""
    return policy.evolve("limits.retry_after", "0.5")


@mutant("rate_limit.retry_after_form")
def retry_after_rfc_3339(policy: Policy) -> Policy:
    """Retry-After is a date as in JSON."""
    return policy.evolve("limits.retry_after", "2026-01-01T03:00:30Z")


@mutant("rate_limit.retry_after_form")
def retry_after_past(policy: Policy) -> Policy:
    """Retry-After is a date an hour ago."""
    return policy.evolve("limits.retry_after", "date").evolve("limits.retry_after_offset", -3600.0)


@mutant("rate_limit.retry_after_form")
def retry_after_twice(app: WSGIApplication) -> WSGIApplication:
    """Retry-After comes from the gateway and once more from the bank, with another value."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 429:
            response.headers.add("Retry-After", "60")

    return answering(app, amend)


@mutant("rate_limit.retry_after_true")
def retry_after_too_short(policy: Policy) -> Policy:
    """Retry-After says that there is no need to wait."""
    return policy.evolve("limits.kind", "fixed-window").evolve("limits.retry_after", "0")


@mutant("rate_limit.retry_after_true")
def retry_after_too_long(policy: Policy) -> Policy:
    """Retry-After asks for ten minutes, where a fraction of a second is enough."""
    return policy.evolve("limits.retry_after_offset", 600.0)


@mutant("rate_limit.explained")
def refusals_empty(policy: Policy) -> Policy:
    """Refusals have no body."""
    return policy.evolve("limits.body", "empty")


@mutant("rate_limit.explained")
def refusals_in_html(policy: Policy) -> Policy:
    """Refusals are the gateway's page."""
    return policy.evolve("limits.body", "html")


@mutant("rate_limit.explained")
def refusals_of_another_shape(policy: Policy) -> Policy:
    """Refusals have the gateway's members and not the bank's."""
    return policy.evolve("limits.body", "other")


@mutant("rate_limit.not_stored")
def refusals_cacheable(policy: Policy) -> Policy:
    """Refusals may be stored by any cache for five minutes."""
    return policy.evolve("limits.cacheable", True)


@mutant("rate_limit.not_stored")
def refusals_expire_later(app: WSGIApplication) -> WSGIApplication:
    """Refusals carry Expires, an hour from now."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 429:
            response.headers.pop("Cache-Control", None)
            response.headers["Expires"] = "Fri, 01 Jan 2100 00:00:00 GMT"

    return answering(app, amend)


@mutant("rate_limit.fields_readable")
def policy_without_quota(app: WSGIApplication) -> WSGIApplication:
    """RateLimit-Policy tells a window and no quota."""
    return _policy(app, '"default";w=1')


@mutant("rate_limit.forms_agree")
def policy_of_another_name(app: WSGIApplication) -> WSGIApplication:
    """RateLimit tells of a policy that RateLimit-Policy does not have."""
    return _policy(app, '"other";q=50;w=1')


@mutant("rate_limit.quota_true")
def window_an_hour_long(app: WSGIApplication) -> WSGIApplication:
    """The quota is told for an hour, and is that of a second."""
    return _policy(app, '"default";q=50;w=3600')


def _policy(app: WSGIApplication, value: str) -> WSGIApplication:
    def amend(_: Request, response: Response) -> None:
        if "RateLimit-Policy" in response.headers:
            response.headers["RateLimit-Policy"] = value

    return answering(app, amend)


@mutant("rate_limit.reset_true")
def reset_since_the_epoch(app: WSGIApplication) -> WSGIApplication:
    """RateLimit tells when the quota is whole again as a moment, and not as seconds from now."""

    def amend(_: Request, response: Response) -> None:
        if told := response.headers.get("RateLimit"):
            response.headers["RateLimit"] = re.sub(r"t=([0-9]+)", "t=1767236401", told)

    return answering(app, amend)


@mutant("rate_limit.reset_true")
def reset_of_a_day(app: WSGIApplication) -> WSGIApplication:
    """RateLimit tells of a day until the quota is whole again, where a second is enough."""

    def amend(_: Request, response: Response) -> None:
        if told := response.headers.get("RateLimit"):
            response.headers["RateLimit"] = re.sub(r"t=([0-9]+)", "t=86400", told)

    return answering(app, amend)


@mutant("rate_limit.fields_readable")
def limit_fields_malformed(policy: Policy) -> Policy:
    """RateLimit fields have units in their numbers."""
    return policy.evolve("limits.malformed", True)


@mutant("rate_limit.fields_readable")
def remaining_in_words(app: WSGIApplication) -> WSGIApplication:
    """X-RateLimit-Remaining says "many"."""

    def amend(_: Request, response: Response) -> None:
        if "RateLimit" in response.headers:
            response.headers["X-RateLimit-Remaining"] = "many"

    return answering(app, amend)


@mutant("rate_limit.remaining_counts_down")
def remaining_frozen(policy: Policy) -> Policy:
    """The remaining requests are always the whole quota."""
    return policy.evolve("limits.remaining_frozen", True)


@mutant("rate_limit.quota_true")
def quota_ten_times_too_high(policy: Policy) -> Policy:
    """Ten times as many requests are promised as are served."""
    return policy.evolve("limits.quota_told", policy.limits.quota * 10)


@mutant("rate_limit.forms_agree")
def quotas_contradict(policy: Policy) -> Policy:
    """X-RateLimit-Limit says another quota than RateLimit-Policy."""
    return policy.evolve("limits.fields", "both").evolve("limits.x_quota_told", policy.limits.quota + 950)


@mutant("rate_limit.fields_everywhere")
def limit_fields_on_some_functions(policy: Policy) -> Policy:
    """Only product functions tell of limits; branches, ATMs and rates do not."""
    return policy.evolve("limits.fields_on", ("/products/*",))


@mutant("rate_limit.others_served")
def limit_by_address(policy: Policy) -> Policy:
    """All TSPs behind one address share one limit."""
    return policy.evolve("limits.key", "address")


@mutant("rate_limit.others_served")
def limit_for_everybody(policy: Policy) -> Policy:
    """All TSPs together share one limit."""
    return policy.evolve("limits.key", "everybody")


@mutant("rate_limit.forwarding_ignored")
def limit_by_forwarded_address(policy: Policy) -> Policy:
    """The limit is counted by X-Forwarded-For, from whomever it comes."""
    return policy.evolve("limits.key", "forwarded")


@mutant("rate_limit.forwarding_ignored")
def own_address_uncounted(policy: Policy) -> Policy:
    """Whoever says in X-Forwarded-For to be the bank itself is not counted."""
    return policy.evolve("limits.own_address_exempt", True)


@mutant("rate_limit.made_up_identity_ignored")
def limit_by_request_id(policy: Policy) -> Policy:
    """Each X-Request-Id has a limit of its own."""
    return policy.evolve("limits.key", "request")


@mutant("rate_limit.spelling_ignored")
def limit_by_host_as_written(policy: Policy) -> Policy:
    """Each spelling of the host has a limit of its own."""
    return policy.evolve("limits.key", "host")


@mutant("rate_limit.query_ignored", "rate_limit.spelling_ignored")
def limit_by_request_target(policy: Policy) -> Policy:
    """Each spelling of the query has a limit of its own."""
    return policy.evolve("limits.key", "target")


@mutant("rate_limit.method_override_ignored")
def limit_by_named_method(policy: Policy) -> Policy:
    """X-HTTP-Method-Override opens a limit of its own."""
    return policy.evolve("limits.key", "method")


@mutant("rate_limit.connections_ignored")
def limit_by_connection(policy: Policy) -> Policy:
    """Each connection has a limit of its own."""
    return policy.evolve("limits.key", "connection")


@mutant("rate_limit.version_ignored")
def limit_by_version(policy: Policy) -> Policy:
    """HTTP/1.0 has a limit of its own."""
    return policy.evolve("limits.key", "version")


@mutant("rate_limit.innocent_served")
def limit_by_claimed_name(policy: Policy) -> Policy:
    """The limit is counted by ClientID before anybody has looked at the secret, so that others use it up."""
    return policy.evolve("limits.key", "claimed")


@mutant("rate_limit.made_up_identity_ignored")
def limit_by_token_unread(policy: Policy) -> Policy:
    """The limit is counted by the Authorization field before anybody has looked whether it is real."""
    return policy.evolve("limits.key", "token")


@mutant("rate_limit.failures_counted", "rate_limit.strangers_limited", "rate_limit.token_endpoint_limited")
def failures_uncounted(policy: Policy) -> Policy:
    """Requests that fail are not counted."""
    return policy.evolve("limits.failures_exempt", True)


@mutant("rate_limit.strangers_limited", "rate_limit.token_endpoint_limited")
def strangers_uncounted(policy: Policy) -> Policy:
    """Requests without credentials are not counted."""
    return policy.evolve("limits.strangers_exempt", True)


@mutant("rate_limit.token_endpoint_limited")
def token_endpoint_unlimited(policy: Policy) -> Policy:
    """The token endpoint takes any number of guesses."""
    return policy.evolve("limits.token_endpoint_exempt", True)


@mutant("rate_limit.explained")
def refusals_not_json(app: WSGIApplication) -> WSGIApplication:
    """Refusals are labelled JSON and are cut off."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 429:
            response.set_data(json.dumps({"error": {"code": "too_many_requests"}})[:-1])

    return answering(app, amend)
