"""The decisions that hold for all paths of the bank."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Status codes, error bodies, headers and caching. A header whose value is "" is not sent."""

    # Errors
    error_shape: str = "object"
    """object, flat (`{"ErrorMsg": …}`), text, html, xml, empty, list, gateway (`{"httpCode": "404", …}`)."""
    error_media_type: str = ""
    """Media type of error bodies in place of the right one."""
    error_discloses: str = ""
    """What error messages give away: stack, sql, version, path, secret."""
    error_reflects_request: bool = False
    """Error messages repeat the decoded request target, markup included."""
    error_code_absent: bool = False
    error_message_absent: bool = False
    error_code_contradicts: bool = False
    """The code in the body is that of another status."""
    error_status_is_200: bool = False
    """Errors are answered with status 200."""
    error_cache_control: str = "no-store"
    error_content_language: str = "en"

    # Paths and methods
    unknown_path_status: int = 404
    """2xx answers `{}`, 3xx redirects to plain http, 4xx and 5xx give the error body."""
    unknown_method_status: int = 405
    """Of a method that the path does not have; 2xx answers an empty list."""
    bad_request_status: int = 400
    """Of a parameter that is unknown or has a wrong value; 200 comes with the error body."""
    allow_absent: bool = False
    allow_lies: bool = False
    """Allow lists PUT and DELETE."""
    write_methods_accepted: bool = False
    """POST, PUT, PATCH and DELETE are answered like GET."""
    method_override: str = "ignored"
    """ignored, header (X-HTTP-Method-Override, X-HTTP-Method, X-Method-Override), parameter (_method)."""
    trace_enabled: bool = False
    """TRACE plays the request's headers back."""
    head_status: int = 200
    """Of HEAD where GET answers; 405 refuses it."""
    head_length_wrong: bool = False
    """Content-Length of HEAD is not that of GET."""
    options_status: int = 204
    exposed_paths: tuple[str, ...] = ()
    """Paths that show the bank's configuration, such as /actuator/env."""
    redirect_parameter: str = ""
    """A query parameter whose value the bank redirects to."""
    family_ignored: bool = False
    """The first segment of /products/… may be any word."""
    redirects_slash_to_http: bool = False
    """A trailing slash is answered with a redirect to plain http on the same host."""
    conflicting_lengths_accepted: bool = False
    """A request with both Content-Length and Transfer-Encoding is taken as any other."""
    plain_http: str = "served"
    """served, refused (403), loops (redirected to plain http): of a request without TLS."""

    # Media type
    accept_ignored: bool = False
    """JSON is served whatever Accept says."""
    accept_crashes: bool = False
    """An Accept that excludes JSON gives 500."""
    media_type: str = "application/json"
    """Of answers with data."""
    byte_order_mark: bool = False
    """Answers with data begin with U+FEFF."""
    content_coding: str = "never"
    """never, asked (gzip where Accept-Encoding has it), asked-unvaried (without Vary), always."""

    # Headers
    strict_transport_security: str = "max-age=31536000; includeSubDomains"
    content_type_options: str = "nosniff"
    content_security_policy: str = "default-src 'none'; frame-ancestors 'none'"
    referrer_policy: str = "no-referrer"
    headers_missing_on_errors: bool = False
    """Security headers are on good answers only."""
    server: str = ""
    """Server header, such as Apache/2.4.49 (Unix)."""
    powered_by: str = ""
    cookie: str = ""
    """Set-Cookie of every answer."""
    cors: str = "absent"
    """absent, any (`*`), reflects, reflects-unvaried, reflects-with-credentials, any-with-credentials, null,
    two (a list of origins)."""
    preflight: str = "plain"
    """plain (OPTIONS as ever), echoes (allows whatever method and headers are asked for), fails (500)."""
    extra_headers: tuple[tuple[str, str], ...] = ()
    """Fields added to every answer, beside any of the same name: Age, Via, Last-Modified, a second Date."""
    request_id: str = "fresh"
    """fresh, absent, constant, reflected (whatever the request carries)."""
    date_offset: int = 0
    """Seconds that the Date header is ahead of the bank's clock."""
    date_absent: bool = False

    # Caching
    cache_control: str = "public, max-age=60"
    etag: str = "strong"
    """strong, weak, absent, changes (on each answer), constant, path (same in every language), unquoted."""
    if_none_match_ignored: bool = False
    any_if_none_match: bool = False
    """Any If-None-Match is answered 304."""
    not_modified_lacks_etag: bool = False
    vary: str = "Accept-Language"

    # Resilience
    crashes_on: str = ""
    """Text in the path, in the raw query or in a query value that gives 500."""
    crashes_on_address: int = 0
    """Longest query in bytes that does not give 500; 0 is no bound."""
    crashes_on_header: int = 0
    """Longest header field in bytes that does not give 500; 0 is no bound."""
    crashes_on_body: int = 0
    """Longest request body in bytes that does not give 500; 0 is no bound."""
    crashes_on_coded_body: bool = False
    """A request body with a Content-Encoding gives 500."""
    fails_every: int = 0
    """Every so many requests one is answered 500; 0 is never."""
    delay: float = 0.0
    """Seconds that the bank waits before each answer."""
