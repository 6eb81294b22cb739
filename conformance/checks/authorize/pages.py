"""The pages that a customer sees (RFC 9700, 2.6, 4.2.4, 4.16; FAPI 2.0, 5.2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance.answer import Answer
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.html import read_page
from conformance.registry import Findings, check

MARK = '"><i id=conformance-7>'
STRICT_REFERRER = (
    "no-referrer", "same-origin", "strict-origin", "origin", "strict-origin-when-cross-origin",
    "origin-when-cross-origin",
)  # fmt: skip


def pages(access: Access) -> Iterator[Answer]:
    """The HTML pages of one login, each path once."""
    seen = set()
    for answer in access.grant().code.trail:
        path = urlsplit(answer.request.url).path
        if answer.status == 200 and answer.media_type in ("text/html", "") and path not in seen:
            seen.add(path)
            yield answer


def _path(answer: Answer) -> str:
    return urlsplit(answer.request.url).path[:120]


@check(requests=4)
def no_cross_origin_reading(access: Access) -> Findings:
    """Lets no script of another origin read what the authorization endpoint answers (CORS)."""
    origin = "https://elsewhere.example"
    attempt = access.attempt(access.probe(), headers=(("Origin", origin),))
    allowed = attempt.answer.header("Access-Control-Allow-Origin")
    if allowed is not None:
        at = "Access-Control-Allow-Origin"
        yield Finding("no such header field", allowed[:80], at, attempt.answer.exchange)


@check(requests=8, logins=("grant",))
def no_framing(access: Access) -> Findings:
    """Forbids every other site to show its pages in a frame."""
    for answer in pages(access):
        policy = " ".join(answer.values("Content-Security-Policy")).lower()
        options = (answer.header("X-Frame-Options") or "").strip().lower()
        if "frame-ancestors" not in policy and options not in ("deny", "sameorigin"):
            yield Finding(
                "frame-ancestors in Content-Security-Policy, or X-Frame-Options",
                "neither",
                f"page {_path(answer)}",
                answer.exchange,
            )


@check(requests=8, logins=("grant",))
def no_referrer(access: Access) -> Findings:
    """Keeps the address of its pages, which may hold secrets, from the Referer of what follows."""
    for answer in pages(access):
        value = (answer.header("Referrer-Policy") or "").lower()
        words = [word.strip() for word in value.split(",") if word.strip()]
        if not words or words[-1] not in STRICT_REFERRER:
            actual = value[:80] or "none"
            yield Finding("a strict Referrer-Policy", actual, f"page {_path(answer)}", answer.exchange)


@check(requests=8, logins=("grant",))
def not_kept(access: Access) -> Findings:
    """Lets no cache keep its pages."""
    for answer in pages(access):
        if "no-store" not in " ".join(answer.values("Cache-Control")).lower():
            actual = (answer.header("Cache-Control") or "none")[:80]
            yield Finding("Cache-Control: no-store", actual, f"page {_path(answer)}", answer.exchange)


@check(requests=8, logins=("grant",))
def nothing_from_elsewhere(access: Access) -> Findings:
    """Loads nothing into its pages from hosts that are not the bank's."""
    for answer in pages(access):
        page = read_page(answer.request.url, answer.body)
        own = _site(answer.request.url)
        loads = [url for url in page.loads if _site(url) and not access.tsp.knows(url)]
        foreign = sorted({_site(url) for url in loads} - {own})
        if foreign:
            yield Finding(
                "resources of the bank's own hosts",
                ", ".join(foreign)[:120],
                f"page {_path(answer)}",
                answer.exchange,
            )


def _site(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return url[:80]
    labels = host.split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and len(labels[-2]) <= 3 else labels[-2:])


def _read_by_scripts(line: str) -> bool:
    """Whether a cookie is one of those that pages send back to show that they are the bank's own."""
    name = line.partition("=")[0].lower()
    return "csrf" in name or "xsrf" in name


@check(requests=8, logins=("grant",))
def cookies_protected(access: Access) -> Findings:
    """Sets the cookies of its pages Secure, HttpOnly and SameSite."""
    seen: set[str] = set()
    for answer in access.grant().code.trail:
        for line in answer.values("Set-Cookie"):
            words = [word.strip().lower() for word in line.split(";")[1:]]
            names = {word.partition("=")[0] for word in words}
            wanted = ("secure", "samesite") if _read_by_scripts(line) else ("secure", "httponly", "samesite")
            missing = [name for name in wanted if name not in names]
            stem = line.partition("=")[0].strip()[:11]
            if missing and stem not in seen and len(seen) < 5:
                seen.add(stem)
                where = f"Set-Cookie of {_path(answer)}"
                yield Finding(
                    "Secure, HttpOnly, SameSite", f"without {', '.join(missing)}", where, answer.exchange
                )


@check(requests=8, logins=("grant",))
def password_posted(access: Access) -> Findings:
    """Sends the customer's password in the body of a POST, never in a URL."""
    for answer in pages(access):
        page = read_page(answer.request.url, answer.body)
        for form in page.forms:
            if form.method != "POST" and any(field.kind == "password" for field in form.fields):
                yield Finding("a form sent by POST", "by GET", f"page {_path(answer)}", answer.exchange)


@check(requests=3)
def parameters_escaped(access: Access) -> Findings:
    """Shows nothing of a request on its pages without escaping it."""
    asked = access.probe(login_hint=MARK)
    attempt = access.attempt(asked, beside={"login_hint": MARK})
    if MARK.encode() in attempt.answer.body:
        at = "login_hint"
        yield Finding(
            "markup in a parameter escaped", "it stands in the page as markup", at, attempt.answer.exchange
        )
