"""A customer's way through a bank's pages, by scripted steps over plain HTTP, as a request generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from conformance.answer import Answer
from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.html import Button, Field, Form, Page, read_page
from conformance.oauth.server import Flow

MAX_HOPS = 20
MAX_COOKIES = 100
FORM = "application/x-www-form-urlencoded"
KEYS = ("fill", "choose", "tick", "press", "follow", "optional")
"""What a login step may say."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Where the pages sent the customer away to: the callback of a TSP, or any other foreign place.

    ``parameters`` are those of the fragment when ``fragment`` is set, else of the query or a posted form.
    """

    url: str
    parameters: Mapping[str, str]
    fragment: bool
    answer: Answer
    posted: bool = False

    @property
    def error(self) -> str:
        """The OAuth error code; empty when there is none."""
        return self.parameters.get("error", "")

    def at(self, redirect_uri: str) -> bool:
        """Whether this is the place of a redirect URI."""
        return same_place(self.url, redirect_uri)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that the bank shows, and the answer that it came in."""

    page: Page
    answer: Answer


Step = Shown | Landing


def same_place(url: str, redirect_uri: str) -> bool:
    """Whether two URLs are the same but for what a response adds to query and fragment."""
    return url.split("#")[0].split("?")[0] == redirect_uri.split("#")[0].split("?")[0]


@dataclass
class Browser:
    """A browser without JavaScript: cookies, redirects, forms. ``trail`` keeps every answer in order.

    ``stays`` tells whether a URL belongs to the bank; a redirect to any other ends the way.
    """

    stays: Callable[[str], bool]
    redirect_uris: tuple[str, ...] = ()
    trail: list[Answer] = field(default_factory=list)
    cookies: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def open(self, url: str, headers: tuple[tuple[str, str], ...] = ()) -> Flow[Step]:
        """Goes to a URL and follows redirects until a page or a foreign place."""
        return (yield from self._follow(Request("GET", url, (("Accept", "text/html"), *headers))))

    def submit(self, page: Page, form: Form, pairs: Sequence[tuple[str, str]]) -> Flow[Step]:
        """Sends a form with these values."""
        if any(same_place(form.action, uri) for uri in self.redirect_uris):
            return Landing(form.action, dict(pairs), fragment=False, answer=self.trail[-1], posted=True)
        text = urlencode(list(pairs))
        if form.method == "GET":
            url = form.action.split("#")[0].split("?")[0] + f"?{text}"
            return (yield from self._follow(Request("GET", url, (("Accept", "text/html"),))))
        headers = (
            ("Accept", "text/html"),
            ("Content-Type", FORM),
            ("Origin", _origin(page.url)),
            ("Referer", page.url),
        )
        return (yield from self._follow(Request("POST", form.action, headers, text.encode())))

    def _follow(self, request: Request) -> Flow[Step]:
        for _ in range(MAX_HOPS):
            cookies = self._cookies_for(request.url)
            answer = yield request.with_header("Cookie", cookies) if cookies else request
            self.trail.append(answer)
            self._keep_cookies(answer)
            place = answer.header("Location")
            if not (300 <= answer.status < 400 and place):
                return self._shown(answer)
            try:
                url = urljoin(request.url, place)
                urlsplit(url)
            except ValueError:
                return Landing(place, {}, fragment=False, answer=answer)
            if any(same_place(url, uri) for uri in self.redirect_uris) or not self.stays(url):
                return landed_at(url, answer)
            again = answer.status in (307, 308)
            body = request.body if again else b""
            kept = request.headers if again else (("Accept", "text/html"),)
            request = Request(request.method if again else "GET", url, kept, body).without_header("Cookie")
        raise Inconclusive(f"the bank redirected {MAX_HOPS} times without showing a page")

    def _shown(self, answer: Answer) -> Step:
        page = read_page(answer.request.url, answer.body)
        if len(page.forms) == 1 and any(same_place(page.forms[0].action, uri) for uri in self.redirect_uris):
            form = page.forms[0]
            if not [each for each in form.fields if each.kind != "hidden"]:
                return Landing(form.action, dict(form.pairs()), fragment=False, answer=answer, posted=True)
        return Shown(page, answer)

    def _keep_cookies(self, answer: Answer) -> None:
        host = urlsplit(answer.request.url).hostname or ""
        for line in answer.values("Set-Cookie"):
            first, *attributes = line.split(";")
            name, _, value = first.strip().partition("=")
            told = dict(_attribute(each) for each in attributes)
            path = told.get("path", "") or "/"
            key = (host, path if path.startswith("/") else "/", name)
            if told.get("max-age") == "0" or "1970" in told.get("expires", ""):
                self.cookies.pop(key, None)
            elif name and len(self.cookies) < MAX_COOKIES:
                self.cookies[key] = value

    def _cookies_for(self, url: str) -> str:
        parts = urlsplit(url)
        path = parts.path or "/"
        found = [
            f"{name}={value}"
            for (host, under, name), value in self.cookies.items()
            if host == parts.hostname and (path == under or path.startswith(under.rstrip("/") + "/"))
        ]
        return "; ".join(found)


def _attribute(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition("=")
    return name.lower(), value.strip().strip('"')


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def landed_at(url: str, answer: Answer) -> Landing:
    """The landing at a URL, with the parameters that it carries."""
    base, _, fragment = url.partition("#")
    query = base.partition("?")[2]
    if fragment and "=" in fragment and not query:
        return Landing(url, _parameters(fragment), fragment=True, answer=answer)
    return Landing(
        url, {**_parameters(query), **_parameters(fragment)}, fragment=bool(fragment), answer=answer
    )


def _parameters(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="replace")
    except ValueError:
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


@dataclass(frozen=True, slots=True)
class LoginStep:
    """What a customer does on one page: fills fields, picks options, ticks boxes, presses a button.

    Fields are found by name, id or label; ``tick`` names boxes, every one of that name or label, or ``all``.
    ``follow`` names a link by its text, which is taken instead of a form. An ``optional`` step is passed over
    when the page does not have what it names.
    """

    fill: Mapping[str, str] = field(default_factory=dict)
    choose: Mapping[str, str] = field(default_factory=dict)
    tick: tuple[str, ...] = ()
    press: str = ""
    follow: str = ""
    optional: bool = False

    @classmethod
    def read(cls, given: Any) -> LoginStep:
        """A step as the target file has it. Raises ``Inconclusive`` for one that makes no sense."""
        if not isinstance(given, Mapping) or set(given) - set(KEYS):
            raise Inconclusive(f"authorization.login.settings: a step has the keys {', '.join(KEYS)}")
        if given.get("follow") and set(given) - {"follow", "optional"}:
            raise Inconclusive("authorization.login.settings: a step that follows a link does nothing else")
        tick = given.get("tick", ())
        return cls(
            fill={str(k): str(v) for k, v in dict(given.get("fill", {})).items()},
            choose={str(k): str(v) for k, v in dict(given.get("choose", {})).items()},
            tick=(tick,) if isinstance(tick, str) else tuple(map(str, tick)),
            press=str(given.get("press", "")),
            follow=str(given.get("follow", "")),
            optional=bool(given.get("optional", False)),
        )

    def fits(self, page: Page) -> bool:
        """Whether a page has all that the step names."""
        return page.link(self.follow) is not None if self.follow else self.form_on(page) is not None

    def form_on(self, page: Page) -> Form | None:
        """The form of a page that has all that the step names; None for a step that follows a link."""
        if self.follow:
            return None
        for form in page.forms:
            if all(form.field(name) for name in (*self.fill, *self.choose)) and (
                not self.press or form.button(self.press)
            ):
                return form
        return None

    def missing(self, page: Page) -> str:
        """What the page lacks, for a person."""
        for name in (*self.fill, *self.choose):
            if not any(form.field(name) for form in page.forms):
                return f"no field {name!r}"
        if self.follow:
            return f"no link {self.follow!r}"
        return f"no button {self.press!r}" if self.press else "no form"

    def pairs(self, form: Form, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """The values that the form is sent with. ``{name}`` in a filling stands for a customer's value."""
        given: dict[str, str] = {}
        for name, text in self.fill.items():
            found = form.field(name)
            assert found is not None
            given[found.name] = filled(text, values)
        for name, text in self.choose.items():
            found = form.field(name)
            assert found is not None
            given[found.name] = _option(found, filled(text, values))
        ticked = [each for each in form.fields if each.kind in ("checkbox", "radio") and self._ticks(each)]
        sent = [(n, given.pop(n, v)) for n, v in form.pairs() if n not in {t.name for t in ticked}]
        sent += [*given.items(), *((each.name, each.value) for each in ticked)]
        button = form.button(self.press) if self.press else _first(form)
        return sent + ([(button.name, button.value)] if button and button.name else [])

    def boxes(self, form: Form) -> list[tuple[str, str]]:
        """The boxes of the form that the step ticks, by name and value."""
        return [(f.name, f.value) for f in form.fields if f.kind == "checkbox" and self._ticks(f)]

    def _ticks(self, each: Field) -> bool:
        names = (each.name, each.label, each.identifier)
        return any(word == "all" or word in names for word in self.tick)


def _first(form: Form) -> Button | None:
    return form.buttons[0] if form.buttons else None


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with ``{name}`` replaced by the customer's values."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _option(found: Field, wanted: str) -> str:
    return next((value for value, text in found.options if text == wanted), wanted)


def taken(browser: Browser, page: Page, step: LoginStep, values: Mapping[str, str]) -> Flow[Step]:
    """Takes a step that fits the page."""
    link = page.link(step.follow) if step.follow else None
    if link is not None:
        return (yield from browser.open(link.url, (("Referer", page.url),)))
    form = step.form_on(page)
    assert form is not None
    return (yield from browser.submit(page, form, step.pairs(form, values)))


def scripted(
    browser: Browser,
    begun: Step,
    steps: Sequence[LoginStep],
    values: Mapping[str, str],
    *,
    whole: bool = False,
) -> Flow[Landing]:
    """Follows the steps from a page to the place where the bank sends the customer away to.

    A bank may pass over steps, such as a login that still stands, unless the ``whole`` way is meant.
    Raises ``Inconclusive`` with what the page offered when a step does not match it.
    """
    current = begun
    for number, step in enumerate(steps, 1):
        if isinstance(current, Landing):
            if whole:
                raise Inconclusive(f"the bank sent the customer away before login step {number}")
            return current
        if not step.fits(current.page):
            if step.optional:
                continue
            raise Inconclusive(
                f"login step {number} does not match the page ({current.answer.status} at "
                f"{urlsplit(current.page.url).path}): {step.missing(current.page)}; "
                f"the page offers {current.page.offered()}"
            )
        current = yield from taken(browser, current.page, step, values)
    if isinstance(current, Landing):
        return current
    raise Inconclusive(
        "after the last login step the bank shows a page instead of returning to the TSP: "
        f"{current.answer.status}, it offers {current.page.offered()}"
    )
