"""Redirect URIs: only the registered one, exactly (RFC 9700, 2.1 and 4.1; RFC 6749, 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from conformance.address import LOOPBACK
from conformance.checks.authorize.walk import walked
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.grant import Attempt, place_of
from conformance.registry import Findings, check

ELSEWHERE = "https://elsewhere.example/callback"


def variants(uri: str) -> Mapping[str, str]:
    """Redirect URIs that are like a registered one, by what is different about them."""
    parts = urlsplit(uri)
    host, path = parts.netloc.rpartition("@")[2], parts.path
    last = path.rpartition("/")[2]
    turned = path[: len(path) - len(last)] + last.swapcase()
    joined = "&" if parts.query else "?"

    def made(**changes: str) -> str:
        return urlunsplit(parts._replace(**changes))

    found = {
        "another host": ELSEWHERE,
        "more at the end of the path": made(path=path + "x"),
        "a segment below the path": made(path=path.rstrip("/") + "/below"),
        "another path": made(path="/conformance-elsewhere"),
        "a host that ends alike": made(netloc=f"elsewhere-{host}"),
        "a subdomain": made(netloc=f"elsewhere.{host}"),
        "a host that begins alike": made(netloc=f"{host}.elsewhere.example"),
        "user information": made(netloc=f"elsewhere.example@{host}"),
        "a dot segment": made(path=f"/elsewhere/..{path}"),
        "an encoded letter": made(path=f"{path[: -len(last)]}%{ord(last[0]):02x}{last[1:]}") if last else "",
        "letters in another case": made(path=turned) if turned != path else "",
        "a slash at the end": uri.rstrip("/") + "/" if not parts.query and not path.endswith("/") else "",
        "another query": f"{uri}{joined}elsewhere=1",
        "a fragment": f"{uri}#elsewhere",
        "http instead of https": made(scheme="http") if parts.scheme == "https" else "",
        "another port": "" if parts.hostname in LOOPBACK else made(netloc=f"{parts.hostname}:8444"),
    }
    if parts.hostname not in LOOPBACK:
        found["another program on the customer's machine"] = "http://127.0.0.1:4711/callback"
        found["a developer's machine"] = "http://localhost:3000/callback"
    return {name: value for name, value in found.items() if value and value != uri}


@check(requests=40)
def redirect_uri_exact(access: Access) -> Findings:
    """Sends no customer to a redirect URI that is not, character by character, a registered one."""
    if access.pushes() and "pushed-redirect-uris" in access.target.capabilities:
        raise NotApplicable("the bank lets a pushed request bring its redirect URI (RFC 9126, 2.4)")
    client = access.client
    registered = {client.redirect_uri, *client.other_redirect_uris}
    count = 0
    for what, uri in variants(client.redirect_uri).items():
        if uri in registered:
            continue
        attempt = access.attempt(access.probe(redirect_uri=uri))
        if not attempt.accepted and not _sent_to(attempt, uri):
            continue
        if attempt.accepted and not _ends_there(access, uri):
            continue
        count += 1
        if count <= 5:
            yield Finding(
                f"a redirect URI with {what} refused",
                f"the customer is sent to {uri[:120]}",
                "redirect_uri",
                attempt.answer.exchange,
            )
    access.control()


def _sent_to(attempt: Attempt, uri: str) -> bool:
    return attempt.landing is not None and attempt.landing.at(uri) and not attempt.landing.error


def _ends_there(access: Access, uri: str) -> bool:
    """Whether a whole login ends at the URI; where no login is possible, the login page counts."""
    try:
        landing, _ = access.landing(access.ask(redirect_uri=uri))
    except Inconclusive:
        return access.configured.login.strategy != "form"
    return landing.at(uri) and not landing.error


@check(requests=4)
def redirect_uri_needed(access: Access) -> Findings:
    """Refuses a request without redirect URI."""
    attempt = access.attempt(access.probe(redirect_uri=None))
    if attempt.accepted:
        expected = "a request without redirect_uri refused"
        yield Finding(expected, attempt.words, "redirect_uri", attempt.answer.exchange)
    access.control()


@check(requests=8)
def errors_stay(access: Access) -> Findings:
    """Sends no customer, and no error, to the unregistered redirect URI of a faulty or unknown request."""
    asked = access.probe(redirect_uri=ELSEWHERE, response_type="conformance")
    unknown = {"client_id": "conformance-unknown", "redirect_uri": ELSEWHERE, "response_type": "code"}
    plain = dict(asked.parameters)
    tried = {
        "a faulty request": [(k, v) for k, v in plain.items() if isinstance(v, str)],
        "an unknown client": [*unknown.items(), ("state", "conformance")],
    }
    for what, pairs in tried.items():
        attempt = access.opened(asked, pairs)
        if attempt.landing is not None and attempt.landing.at(ELSEWHERE):
            yield Finding(
                f"an error page for {what} with an unregistered redirect URI",
                f"a redirect to {place_of(attempt.landing.url)}",
                "Location",
                attempt.answer.exchange,
            )
    access.control()


@check(requests=3)
def parameter_repeated(access: Access) -> Findings:
    """Refuses a request in which a parameter stands twice."""
    client = access.client
    asked = access.probe()
    pairs = [(k, str(v)) for k, v in asked.parameters.items()] + [("redirect_uri", client.redirect_uri)]
    attempt = access.attempt(asked, form=pairs, sign=False)
    if attempt.accepted:
        yield Finding("a repeated parameter refused", attempt.words, "redirect_uri", attempt.answer.exchange)
    access.control()


@check(requests=6, logins=(2,))
def own_redirects_only(access: Access) -> Findings:
    """Follows no address that a form field or a parameter of its login pages names."""
    for number in range(2):
        walk = walked(access, number, _turned)
        if walk is None or not walk.changed:
            continue
        place = walk.landing.url if walk.landing is not None else ""
        if urlsplit(place).hostname == "elsewhere.example":
            fields = ", ".join(walk.changed)
            yield Finding(
                "no redirect to an address from a form field",
                f"a redirect to {place_of(place)}",
                f"form field {fields}",
                walk.answer.exchange,
            )
    access.control()


def _turned(name: str, value: str) -> str | None:
    """Another address for a hidden field that holds one."""
    speaking = any(word in name.lower() for word in ("next", "return", "redirect", "url", "goto", "continue"))
    if value.startswith(("/", "https://", "http://", quote("https://", safe=""))) or (speaking and value):
        return ELSEWHERE
    return None
