"""Defects of caching, conditional requests and content coding."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering


def _with_header(app: WSGIApplication, name: str, value: str) -> WSGIApplication:
    def amend(_: Request, response: Response) -> None:
        if response.status_code == 200:
            response.headers[name] = value

    return answering(app, amend)


@mutant("caching.directives")
def stored_and_not_stored(policy: Policy) -> Policy:
    """Cache-Control says no-store and an hour."""
    return policy.evolve("http.cache_control", "no-store, max-age=3600")


@mutant("caching.directives")
def public_and_private(policy: Policy) -> Policy:
    """Cache-Control says public and private."""
    return policy.evolve("http.cache_control", "public, private, max-age=60")


@mutant("caching.directives")
def lifetime_in_words(policy: Policy) -> Policy:
    """Cache-Control gives the lifetime with a unit."""
    return policy.evolve("http.cache_control", "public, max-age=60s")


@mutant("caching.vary_names_language")
def vary_lacks_language(policy: Policy) -> Policy:
    """Vary does not tell that the language depends on a header."""
    return policy.evolve("http.vary", "")


@mutant("caching.date_true")
def clock_an_hour_ahead(policy: Policy) -> Policy:
    """Date is an hour ahead."""
    return policy.evolve("http.date_offset", 3600)


@mutant("caching.date_true")
def date_in_another_form(app: WSGIApplication) -> WSGIApplication:
    """Date is no date of HTTP."""
    return _with_header(app, "Date", "today at noon")


@mutant("caching.age_sane")
def age_negative(app: WSGIApplication) -> WSGIApplication:
    """Age is negative."""
    return _with_header(app, "Age", "-5")


@mutant("caching.age_sane")
def age_past_lifetime(app: WSGIApplication) -> WSGIApplication:
    """A cache serves answers long after their lifetime."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 200 and response.date is not None:
            response.headers["Age"] = "86400"
            response.date -= timedelta(days=1)

    return answering(app, amend)


@mutant("caching.last_modified_past")
def modified_in_the_future(app: WSGIApplication) -> WSGIApplication:
    """Last-Modified is years ahead."""
    return _with_header(app, "Last-Modified", "Fri, 01 Jan 2088 00:00:00 GMT")


@mutant("caching.stale_validator_refreshed")
def always_not_modified(app: WSGIApplication) -> WSGIApplication:
    """If-Modified-Since is answered 304 whatever its date."""

    def amend(request: Request, response: Response) -> None:
        if response.status_code == 200:
            response.headers["Last-Modified"] = "Mon, 05 Feb 2024 08:00:00 GMT"
            if "If-Modified-Since" in request.headers:
                response.status_code = 304
                response.set_data(b"")

    return answering(app, amend)


@mutant("caching.stale_validator_refreshed")
def any_etag_matches(policy: Policy) -> Policy:
    """If-None-Match is answered 304 whatever its ETag."""
    return policy.evolve("http.any_if_none_match", True)


@mutant("caching.protected_data_not_shared", base="gated")
def registered_data_public(policy: Policy) -> Policy:
    """Data for registered clients may be kept and served by every cache."""
    return policy.evolve("http.cache_control", "public, max-age=600")


@mutant("caching.protected_data_not_shared", base="gated")
def registered_data_expire_tomorrow(app: WSGIApplication) -> WSGIApplication:
    """Data for registered clients has no Cache-Control, and an Expires that every cache goes by."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 200:
            response.headers.pop("Cache-Control", None)
            response.expires = datetime.now(UTC) + timedelta(days=1)

    return answering(app, amend)


@mutant("caching.etag_revalidates")
def etag_never_matches(policy: Policy) -> Policy:
    """If-None-Match is ignored."""
    return policy.evolve("http.if_none_match_ignored", True)


@mutant("caching.etag_revalidates")
def etag_changes_always(policy: Policy) -> Policy:
    """The same data has another ETag each time."""
    return policy.evolve("http.etag", "changes")


@mutant("caching.etag_well_formed")
def etag_unquoted(policy: Policy) -> Policy:
    """The ETag has no quotes."""
    return policy.evolve("http.etag", "unquoted")


@mutant("caching.not_modified_complete")
def not_modified_lacks_etag(policy: Policy) -> Policy:
    """A 304 does not repeat the ETag."""
    return policy.evolve("http.not_modified_lacks_etag", True)


@mutant("caching.etag_tells_languages_apart")
def etag_of_the_path(policy: Policy) -> Policy:
    """The ETag is that of the path, the same in every language."""
    return policy.evolve("http.etag", "path")


def _compressed(response: Response) -> None:
    response.set_data(gzip.compress(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("ETag", None)


@mutant("compression.unasked_coding_absent")
def compressed_unasked(app: WSGIApplication) -> WSGIApplication:
    """Data is compressed for clients that asked for it uncompressed."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 200 and response.get_data():
            _compressed(response)
            response.headers.add("Vary", "Accept-Encoding")

    return answering(app, amend)


@mutant("compression.vary_names_coding")
def vary_lacks_coding(app: WSGIApplication) -> WSGIApplication:
    """Data is compressed on request, and Vary does not say so."""

    def amend(request: Request, response: Response) -> None:
        asked = "gzip" in request.headers.get("Accept-Encoding", "")
        if asked and response.status_code == 200 and response.get_data():
            _compressed(response)

    return answering(app, amend)


def _sent_coded(app: WSGIApplication, change: Callable[[bytes], bytes]) -> WSGIApplication:
    def amend(request: Request, response: Response) -> None:
        asked = "gzip" in request.headers.get("Accept-Encoding", "")
        if asked and response.status_code == 200 and response.get_data():
            response.set_data(change(response.get_data()))
            response.headers["Content-Encoding"] = "gzip"
            response.headers.add("Vary", "Accept-Encoding")
            response.headers.pop("ETag", None)

    return answering(app, amend)


@mutant("compression.coded_body_is_whole")
def compressed_data_cut(app: WSGIApplication) -> WSGIApplication:
    """Data that is compressed on request ends too early."""
    return _sent_coded(app, lambda data: gzip.compress(data)[:-40])


@mutant("compression.coded_body_is_whole")
def coding_named_and_not_applied(app: WSGIApplication) -> WSGIApplication:
    """Data for clients that take gzip is called so and is not compressed."""
    return _sent_coded(app, lambda data: data)


@mutant("compression.secrets_kept_from_echoes")
def secret_compressed_beside_an_echo(app: WSGIApplication) -> WSGIApplication:
    """A compressed answer repeats the query beside a token, whose letters its length then tells."""

    def amend(request: Request, response: Response) -> None:
        asked = "gzip" in request.headers.get("Accept-Encoding", "")
        if not (asked and request.args and response.is_json):
            return
        data = json.loads(response.get_data())
        data["asked"] = request.query_string.decode("latin-1")
        data["csrf_token"] = "5f0c6de1b3a94727"
        response.set_data(json.dumps(data))
        _compressed(response)
        response.headers.add("Vary", "Accept-Encoding")

    return answering(app, amend)
