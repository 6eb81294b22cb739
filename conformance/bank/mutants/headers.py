"""Defects of security headers, and headers that tell too much."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.proxy import answering, intercepting

HSTS = "http.strict_transport_security"
SAFE = {"Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff"}
"""What a redirect has that is wrong in nothing else."""


@mutant("headers.strict_transport_security")
def hsts_absent(policy: Policy) -> Policy:
    """There is no Strict-Transport-Security."""
    return policy.evolve(HSTS, "")


@mutant("headers.strict_transport_security")
def hsts_of_five_minutes(policy: Policy) -> Policy:
    """Strict-Transport-Security holds for five minutes."""
    return policy.evolve(HSTS, "max-age=300; includeSubDomains")


@mutant("headers.strict_transport_security")
def hsts_unreadable(policy: Policy) -> Policy:
    """Strict-Transport-Security has its age in another unit."""
    return policy.evolve(HSTS, "max-age=1y; includeSubDomains")


@mutant("headers.strict_transport_security_on_errors")
def errors_lack_hsts(app: WSGIApplication) -> WSGIApplication:
    """Errors have no Strict-Transport-Security."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code >= 400:
            response.headers.pop("Strict-Transport-Security", None)

    return answering(app, amend)


@mutant("transport.plain_http_refused")
def plain_http_served(policy: Policy) -> Policy:
    """Data is served by plain http."""
    return policy.evolve("http.plain_http", "served")


@mutant("transport.plain_http_refused")
def plain_http_stays_plain(policy: Policy) -> Policy:
    """Plain http is redirected to plain http."""
    return policy.evolve("http.plain_http", "loops")


@mutant("transport.plain_http_refused", base="gated")
def credentials_wanted_by_plain_http(app: WSGIApplication) -> WSGIApplication:
    """Plain http is answered like https, and asks for credentials."""

    def intercept(request: Request) -> None:
        request.environ["wsgi.url_scheme"] = "https"

    return intercepting(app, intercept)


@mutant("transport.redirect_keeps_tls")
def redirect_leaves_tls(app: WSGIApplication) -> WSGIApplication:
    """An application that does not know of the TLS before it redirects to plain http."""

    def intercept(request: Request) -> Response | None:
        if not request.path.endswith("/") or request.path == "/":
            return None
        location = f"http://{request.environ['SERVER_NAME']}{request.path.rstrip('/')}"
        return Response(status=301, headers={"Location": location, **SAFE})

    return intercepting(app, intercept)


@mutant("headers.nosniff")
def errors_lack_nosniff(app: WSGIApplication) -> WSGIApplication:
    """Browsers may guess media types of errors."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code >= 400:
            response.headers.pop("X-Content-Type-Options", None)

    return answering(app, amend)


@mutant("headers.no_version_banner")
def errors_name_the_container(app: WSGIApplication) -> WSGIApplication:
    """The server that answers what the application does not names its version."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 404:
            response.headers["Server"] = "Apache-Coyote/1.1"

    return answering(app, amend)


@mutant("headers.cookie_attributes")
def session_begun_by_an_error(app: WSGIApplication) -> WSGIApplication:
    """A session is begun for who is refused, with a cookie that may travel over plain http."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code >= 400:
            response.headers["Set-Cookie"] = "JSESSIONID=0a1b2c3d; Path=/; HttpOnly"

    return answering(app, amend)


@mutant("headers.nosniff")
def nosniff_absent(policy: Policy) -> Policy:
    """Browsers may guess media types."""
    return policy.evolve("http.content_type_options", "")


@mutant("headers.referrer_policy")
def full_addresses_to_everybody(policy: Policy) -> Policy:
    """Referrer-Policy is unsafe-url."""
    return policy.evolve("http.referrer_policy", "unsafe-url")


@mutant("headers.no_version_banner")
def server_names_its_version(policy: Policy) -> Policy:
    """Server names product and version."""
    return policy.evolve("http.server", "Apache/2.4.49 (Unix)")


@mutant("headers.no_version_banner")
def framework_names_its_version(policy: Policy) -> Policy:
    """X-Powered-By names framework and version."""
    return policy.evolve("http.powered_by", "PHP/7.4.3")


@mutant("headers.no_internal_address")
def node_named_by_its_address(app: WSGIApplication) -> WSGIApplication:
    """A header names the address of the node that answered."""

    def amend(_: Request, response: Response) -> None:
        response.headers["X-Backend-Server"] = "10.20.30.40:8443"

    return answering(app, amend)


@mutant("headers.no_internal_address")
def load_balancer_cookie(policy: Policy) -> Policy:
    """A load balancer's cookie encodes the address of the node."""
    value = "BIGipServerpool_api=1677787402.36895.0000; Path=/; Secure; HttpOnly; SameSite=Lax"
    return policy.evolve("http.cookie", value)


@mutant("headers.cookie_attributes")
def cookie_over_plain_http(policy: Policy) -> Policy:
    """A cookie may travel over plain http."""
    return policy.evolve("http.cookie", "SESSION=0a1b2c3d; Path=/; HttpOnly; SameSite=Strict")


@mutant("headers.cookie_attributes")
def cookie_open_to_scripts(policy: Policy) -> Policy:
    """A cookie can be read by scripts."""
    return policy.evolve("http.cookie", "SESSION=0a1b2c3d; Path=/; Secure; SameSite=Strict")


@mutant("headers.single_fields")
def hsts_twice(app: WSGIApplication) -> WSGIApplication:
    """Gateway and application both send Strict-Transport-Security."""

    def amend(_: Request, response: Response) -> None:
        response.headers.add("Strict-Transport-Security", "max-age=63072000")

    return answering(app, amend)


@mutant("headers.single_fields")
def two_media_types(app: WSGIApplication) -> WSGIApplication:
    """There are two Content-Type headers, and they differ."""

    def amend(_: Request, response: Response) -> None:
        if response.status_code == 200:
            response.headers.add("Content-Type", "text/html")

    return answering(app, amend)
