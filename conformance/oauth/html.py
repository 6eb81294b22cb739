"""Forms of an HTML page, read as a browser would, whatever the page is made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urljoin

MAX_FORMS = 20
MAX_FIELDS = 500
MAX_LINKS = 1000
MAX_LINKS_TOLD = 8
VOID_TYPES = frozenset({"submit", "button", "image", "reset"})


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a form. ``kind`` is its type; ``checked`` for boxes and radios; ``options`` of a select."""

    name: str
    kind: str
    value: str = ""
    label: str = ""
    checked: bool = False
    options: tuple[tuple[str, str], ...] = ()
    identifier: str = ""

    @property
    def shown(self) -> str:
        """How it is told to a person."""
        return f"{self.name}" + (f" ({self.label})" if self.label else "")


@dataclass(frozen=True, slots=True)
class Button:
    """Something that sends a form; ``name`` and ``value`` go with it."""

    text: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its text and absolute address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its absolute action."""

    action: str
    method: str
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()

    def field(self, wanted: str) -> Field | None:
        """The field of a name, an id or, without regard to case, a label."""
        for each in self.fields:
            if wanted in (each.name, each.identifier):
                return each
        folded = _folded(wanted)
        return next((each for each in self.fields if folded and folded in _folded(each.label)), None)

    def button(self, wanted: str) -> Button | None:
        """The button of a text, a value or a name."""
        folded = _folded(wanted)
        for each in self.buttons:
            if folded == _folded(each.text) or wanted in (each.value, each.name):
                return each
        return next((each for each in self.buttons if folded and folded in _folded(each.text)), None)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What a browser would send without anybody touching the form."""
        sent = []
        for each in self.fields:
            if not each.name or each.kind in VOID_TYPES or each.kind == "file":
                continue
            if each.kind in ("checkbox", "radio") and not each.checked:
                continue
            sent.append((each.name, each.value))
        return tuple(sent)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page offers: its title, visible text, forms, links and what it loads from elsewhere."""

    url: str
    title: str
    text: str
    forms: tuple[Form, ...] = ()
    links: tuple[Link, ...] = ()
    loads: tuple[str, ...] = ()

    def link(self, wanted: str) -> Link | None:
        """The link of a text, without regard to case."""
        folded = _folded(wanted)
        exact = (each for each in self.links if _folded(each.text) == folded)
        return next(exact, None) or next((each for each in self.links if folded in _folded(each.text)), None)

    def offered(self) -> str:
        """The page in one line, for a person whose login steps did not match it."""
        parts = [f"title {self.title!r}"] if self.title else []
        for form in self.forms:
            fields = ", ".join(f.shown for f in form.fields if f.kind != "hidden") or "no field"
            buttons = ", ".join(repr(b.text or b.value or b.name) for b in form.buttons) or "no button"
            parts.append(f"a form with {fields} and {buttons}")
        links = [repr(each.text) for each in self.links if each.text][:MAX_LINKS_TOLD]
        parts += [f"links {', '.join(links)}"] if links else []
        return "; ".join(parts)[:600] or f"no form, text {self.text[:200]!r}"


@dataclass
class _Building:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = self.base = url
        self.title = ""
        self.text: list[str] = []
        self.forms: list[_Building] = []
        self.links: list[Link] = []
        self.loads: list[str] = []
        self.labels: dict[str, str] = {}
        self._open: _Building | None = None
        self._label: tuple[str, list[str], int] | None = None
        self._button: tuple[dict[str, str], list[str]] | None = None
        self._select: tuple[dict[str, str], list[tuple[str, str, bool]]] | None = None
        self._area: tuple[dict[str, str], list[str]] | None = None
        self._anchor: tuple[str, list[str]] | None = None
        self._quiet = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in ("script", "style", "template"):
            self._quiet += 1
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed") and given.get("src"):
            self.loads.append(self._absolute(given["src"]))
        if tag == "link" and given.get("href") and "stylesheet" in given.get("rel", "").lower():
            self.loads.append(self._absolute(given["href"]))
        if tag == "base" and given.get("href"):
            self.base = self._absolute(given["href"])
        elif tag == "a" and given.get("href") and len(self.links) < MAX_LINKS:
            self._anchor = (self._absolute(given["href"]), [given.get("aria-label", "")])
        elif tag == "title":
            self._in_title = True
        elif tag == "form" and len(self.forms) < MAX_FORMS:
            action = self._absolute(given.get("action", "") or self.url)
            self._open = _Building(action, "POST" if given.get("method", "").lower() == "post" else "GET")
            self.forms.append(self._open)
        elif tag == "label":
            self._label = (given.get("for", ""), [], len(self._open.fields) if self._open else 0)
        elif tag == "input":
            self._input(given)
        elif tag == "button":
            self._button = (given, [])
        elif tag == "select":
            self._select = (given, [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((given.get("value", ""), "", "selected" in given))
        elif tag == "textarea":
            self._area = (given, [])

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag in ("script", "style", "template", "form", "button", "select", "textarea", "label"):
            self.handle_endtag(tag)

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text").lower()
        if kind in ("submit", "image", "button"):
            if kind != "button":
                self._add_button(
                    Button(given.get("value", ""), given.get("name", ""), given.get("value", ""))
                )
            return
        default = "on" if kind in ("checkbox", "radio") else ""
        value = given.get("value", default)
        self._add(given.get("name", ""), kind, value, given, checked="checked" in given)

    def _add(
        self,
        name: str,
        kind: str,
        value: str,
        given: dict[str, str],
        *,
        checked: bool = False,
        options: tuple[tuple[str, str], ...] = (),
    ) -> None:
        if self._open is None or len(self._open.fields) >= MAX_FIELDS or "disabled" in given:
            return
        label = given.get("aria-label", "") or given.get("placeholder", "")
        self._open.fields.append(Field(name, kind, value, label, checked, options, given.get("id", "")))

    def _add_button(self, button: Button) -> None:
        if self._open is not None and len(self._open.buttons) < MAX_FIELDS:
            self._open.buttons.append(button)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._quiet = max(0, self._quiet - 1)
        elif tag == "title":
            self._in_title = False
        elif tag == "form":
            self._open = None
        elif tag == "a" and self._anchor is not None:
            url, words = self._anchor
            self.links.append(Link(_spaced(words), url))
            self._anchor = None
        elif tag == "label" and self._label is not None:
            self._close_label()
        elif tag == "button" and self._button is not None:
            given, words = self._button
            if given.get("type", "submit").lower() == "submit":
                self._add_button(Button(_spaced(words), given.get("name", ""), given.get("value", "")))
            self._button = None
        elif tag == "select" and self._select is not None:
            given, options = self._select
            chosen = next((o[0] for o in options if o[2]), options[0][0] if options else "")
            told = tuple((value, text.strip()) for value, text, _ in options)
            self._add(given.get("name", ""), "select", chosen, given, options=told)
            self._select = None
        elif tag == "textarea" and self._area is not None:
            given, words = self._area
            self._add(given.get("name", ""), "textarea", "".join(words), given)
            self._area = None

    def _close_label(self) -> None:
        assert self._label is not None
        target, words, first = self._label
        text = _spaced(words)
        if target:
            self.labels[target] = text
        elif self._open is not None:
            inside = self._open.fields[first:]
            self._open.fields[first:] = [replace(each, label=text) for each in inside]
        self._label = None

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        if self._quiet:
            return
        self.text.append(data)
        if self._label is not None:
            self._label[1].append(data)
        if self._anchor is not None:
            self._anchor[1].append(data)
        if self._button is not None:
            self._button[1].append(data)
        if self._area is not None:
            self._area[1].append(data)
        if self._select is not None and self._select[1]:
            value, text, selected = self._select[1][-1]
            self._select[1][-1] = (value, text + data, selected)

    def _absolute(self, url: str) -> str:
        try:
            return urljoin(self.base, url.strip())
        except ValueError:
            return url


def read_page(url: str, body: bytes) -> Page:
    """The page in a body; never raises, whatever the bytes are."""
    reader = _Reader(url)
    try:
        reader.feed(body[: 1 << 21].decode("utf-8", "replace"))
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        pass
    forms = tuple(
        Form(
            made.action,
            made.method,
            tuple(
                replace(each, label=reader.labels.get(each.identifier, each.label)) for each in made.fields
            ),
            tuple(made.buttons),
        )
        for made in reader.forms
    )
    return Page(
        url,
        " ".join(reader.title.split())[:200],
        _spaced(reader.text),
        forms,
        tuple(reader.links),
        tuple(reader.loads),
    )


def _spaced(words: list[str]) -> str:
    return " ".join("".join(words).split())


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
