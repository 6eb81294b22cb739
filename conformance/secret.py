"""Secrets: held so that they do not print, and kept out of everything that is written.

A ``Vault`` knows the secrets of a run. Whatever goes to a file or a terminal passes through it.
"""

from __future__ import annotations

import base64
import codecs
import hmac
import re
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote_plus

from conformance.model import Request
from conformance.redaction import (
    MARK,
    MASK,
    Kind,
    by_name,
    cookies,
    credentials,
    kind,
    mask_named,
    visible,
    words,
)
from conformance.shapes import by_shape
from conformance.spelling import Known, cut_out, spelt

SHORTEST = 4
"""Values shorter than this are hidden by name only: by value they would blacken every text."""
PEM_LINES = 2
"""Lines of a secret of several lines that are hidden by themselves, beside the whole."""
REMEMBERED = 2000
"""Header fields whose redaction is kept until another secret becomes known."""
KEPT = 1 << 16
"""Bytes of the longest body that is kept exactly."""
UNKEPT = "bytes that are not kept"
"""Follows the length of a longer body in a command line, in place of a file's name."""
GLOBS = frozenset("[]{}")
"""What curl takes for a pattern of addresses, unless told not to."""
DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|\Z)", re.I)
"""What curl takes out of a path, unless told not to."""
LONGEST_REMEMBERED = 2000
"""Characters of such a field."""
ROUNDS = 6
MARGIN = 8192
"""Characters read past the limit of a body, so that no secret is cut before it is seen."""


Spot = Callable[[bytes], Iterable[tuple[str, str]]]
"""Finds secrets in a body, as pairs of value and name."""


class Secret:
    """A value that does not show in ``repr``, ``str``, a format, a pickle or a traceback.

    ``reveal`` reads it, through ``read`` where it is given, once; what ``read`` raises comes through.
    ``name`` is what a command line calls it.
    """

    __slots__ = ("_read", "_value", "name")

    def __init__(
        self, value: str | None = None, name: str = "", read: Callable[[], str] | None = None
    ) -> None:
        self._value = value
        self._read = read
        self.name = name

    def reveal(self) -> str:
        """The value itself."""
        if self._value is None:
            if self._read is None:
                raise ValueError("a secret needs a value or a way to read it")
            self._value = self._read()
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.name or MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return self is other or hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    __hash__ = object.__hash__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class Vault:
    """The secrets of a run, and the redaction of all that is recorded. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._known: tuple[Known, ...] = ()
        self._spots: tuple[Spot, ...] = ()
        self._judged: dict[tuple[str, str, _Shown], str] = {}

    def add(self, value: str | Secret, name: str = "") -> None:
        """Hides a value from now on, also percent-encoded, in base64, in hex and escaped for JSON or HTML.

        ``name`` becomes its variable in command lines; a second value of that name is numbered. Of a value
        with several lines, such as a private key, the first ones are hidden by themselves too.
        """
        if isinstance(value, Secret):
            name = name or value.name
            value = value.reveal()
        with self._lock:
            if value in self._names or len(value) < SHORTEST or value in MASK:
                return
            variable = self._variable(name)
            lines = [line.strip() for line in value.splitlines() if "-----" not in line]
            long = [line for line in lines if len(line) >= 16 and line != value][:PEM_LINES]
            self._names[value] = variable
            added = (
                spelt(value, variable),
                *(Known(line, variable, line, (line,), (), None) for line in long),
            )
            self._known = tuple(sorted((*self._known, *added), key=lambda known: -len(known.value)))
            self._judged = {}  # after what is known, so that nothing judged before is taken for judged now

    def _variable(self, name: str) -> str:
        stem = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").upper() or "SECRET"
        stem = f"_{stem}" if stem[0].isdigit() else stem
        taken, number, variable = set(self._names.values()), 1, stem
        while variable in taken:
            number += 1
            variable = f"{stem}_{number}"
        return variable

    @contextmanager
    def expecting(self, spot: Spot) -> Iterator[None]:
        """While a secret is on its way in, every body is searched for it by ``spot`` before it is shown.

        ``spot`` gives values and names, and passes over bodies that it cannot read.
        """
        with self._lock:
            self._spots = (*self._spots, spot)
        try:
            yield
        finally:
            with self._lock:
                spots = list(self._spots)
                spots.remove(spot)
                self._spots = tuple(spots)

    def name_of(self, value: str) -> str | None:
        """The variable of a known value, none when it is not known."""
        return self._names.get(value)

    def value_of(self, variable: str) -> str | None:
        """The value that a variable of a command line stands for; none when it is not known."""
        return next((value for value, name in self._names.items() if name == variable), None)

    def exact(self, body: bytes, shown: str, media_type: str = "") -> str:
        """A body in base64 where the text that is shown of it does not give its bytes.

        Empty where the text does, where a secret was masked in it, and past ``KEPT`` bytes.
        """
        if len(body) > KEPT or ("\r" not in shown and shown.encode("utf-8", "replace") == body):
            return ""
        text = _decode(body, media_type)
        hidden = visible(text)[: len(shown)] != shown or self._body(text, media_type, _mask) != text
        return "" if hidden else base64.b64encode(body).decode()

    def curl_variable(self, value: str) -> str:
        """``$CLIENT_SECRET`` for a known value, the mask for any other."""
        name = self._names.get(value)
        return f"${name}" if name else MASK

    def text(self, text: str) -> str:
        """Any text, with what is secret by value, by name or by shape masked."""
        return self._text(text, _mask)

    def url(self, url: str) -> str:
        """A URL, its parameters judged one by one after decoding."""
        return self._url(url, _mask)

    def headers(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Header fields; scheme names, cookie names and cookie attributes stay."""
        return tuple((name, self._header(name, value, _mask)) for name, value in pairs)

    def body(self, body: bytes, media_type: str = "", limit: int = 16384) -> str:
        """The first ``limit`` characters of a body, redacted, control characters and bad bytes as escapes."""
        for spot in self._spots:
            for value, name in spot(body):
                self.add(value, name)
        window = limit + max(MARGIN, *(len(k.value) * 6 for k in self._known), 0)
        cut = len(body) > window
        text = _decode(body[:window], media_type)
        shown = self._body(text, media_type, _mask)
        if "\0" in text:
            bare = text.replace("\0", "")
            if (found := self._body(bare, media_type, _mask)) != bare:
                shown = found
        if cut:
            shown = shown[: max(0, len(shown) - (window - limit))]
        shown = visible(shown)
        return shown if len(shown) <= limit else _whole(shown, limit)

    def curl(self, request: Request, *options: str) -> str:
        """A command line that repeats a request, known secrets as shell variables, all else quoted.

        ``options`` come first, as they are (``--cacert bank-ca.pem``). A body that is too long to be kept is
        told by its length.
        """
        _, _, address = request.url.partition("#")[0].partition("?")[0].partition("://")
        authority, slash, path = address.partition("/")
        parts = ["curl", "-sS", "-i", *options]
        parts += ["-g"] if GLOBS.intersection(request.url) else []
        parts += ["--path-as-is"] if DOTS.search(slash + path) else []
        parts += ["--head"] if request.method == "HEAD" else ["-X", shlex.quote(request.method)]
        parts += [_shell(self._url(request.url, _marked))]
        for name, value in request.headers:
            own = name.lower() == "host" and value.lower() == authority.lower()
            if not own and name.lower() != "content-length":
                parts += ["-H", _shell(f"{name}: {self._header(name, value, _marked)}")]
        if len(request.body) > KEPT:
            parts += ["--data-binary", shlex.quote(f"@{len(request.body)} {UNKEPT}")]
        elif request.body:
            media_type = request.header("content-type") or ""
            text = request.body.decode("utf-8", "backslashreplace")
            parts += ["--data-binary", _shell(visible(self._body(text, media_type, _marked)))]
        return " ".join(parts)

    def _text(self, text: str, shown: _Shown) -> str:
        return _settled(text, lambda given: self._text_once(given, shown))

    def _text_once(self, text: str, shown: _Shown) -> str:
        found = words(text)
        text = self._values(text, shown, max(map(len, found), default=0))
        return by_shape(by_name(text, found), found)

    def _values(self, text: str, shown: _Shown, longest: int = 1 << 30) -> str:
        for known in self._known:
            if known.clue in text:
                if known.word is not None:
                    text = known.word.sub(shown(known.name), text)
                for form in known.plain:
                    if form in text:
                        text = text.replace(form, shown(known.name))
            for form in known.encoded if longest >= known.reach else ():
                if form in text:
                    text = cut_out(text, form)
        return text

    def _header(self, name: str, value: str, shown: _Shown) -> str:
        """A field's value; the fields of a run are few and come again and again, so each is judged once."""
        judged, key = self._judged, (name, value, shown)
        found = judged.get(key)
        if found is None:
            found = self._header_once(name, value, shown)
            if len(judged) < REMEMBERED and len(value) <= LONGEST_REMEMBERED:
                judged[key] = found
        return found

    def _header_once(self, name: str, value: str, shown: _Shown) -> str:
        value = self._values(value, shown)
        folded = name.lower().strip()
        if folded in ("authorization", "proxy-authorization"):
            return credentials(value)
        if folded in ("cookie", "set-cookie"):
            return cookies(value, folded == "set-cookie")
        named = kind(name)
        if named is Kind.SECRET or named is Kind.NUMBER:
            return mask_named(named, value)
        if "://" in value and " " not in value:
            return self._url(value, shown)
        return visible(self._text(value, shown))

    def _url(self, url: str, shown: _Shown) -> str:
        return _settled(url, lambda given: self._url_once(given, shown))

    def _url_once(self, url: str, shown: _Shown) -> str:
        url = self._values(url, shown)
        url, hash_, fragment = url.partition("#")
        path, mark, query = url.partition("?")
        path = self._piece(path, shown)
        query = self._pairs(query, shown) if mark else ""
        fragment = self._pairs(fragment, shown) if "=" in fragment else self._piece(fragment, shown)
        return visible(path + mark + query + hash_ + fragment)

    def _pairs(self, text: str, shown: _Shown) -> str:
        pairs = []
        for part in text.split("&"):
            name, equals, value = part.partition("=")
            named = kind(unquote_plus(name))
            value = mask_named(named, value) if named is not Kind.PLAIN else self._piece(value, shown)
            pairs.append(self._piece(name, shown) + equals + value)
        return "&".join(pairs)

    def _piece(self, text: str, shown: _Shown) -> str:
        """A percent-encoded piece: judged as it stands and decoded, and shown decoded if that is masked."""
        if not text:
            return text
        found = self._text(text, shown)
        if "%" in found or "+" in found:
            bare = unquote_plus(found)
            judged = self._text(bare, shown)
            if judged != bare:
                return quote(judged, safe="/:@!$'()*,;=[]\ue000\ue001~")
        return found

    def _body(self, text: str, media_type: str, shown: _Shown) -> str:
        if media_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            return self._pairs(self._values(text, shown), shown)
        return self._text(text, shown)


_Shown = Callable[[str], str]


def _settled(text: str, once: Callable[[str], str]) -> str:
    """Text redacted until nothing changes: a mask may be what lets the next secret be seen."""
    for _ in range(ROUNDS):
        shown = once(text)
        if shown == text:
            break
        text = shown
    return text


def _mask(name: str) -> str:  # noqa: ARG001 - the other way of showing uses the name
    return MASK


def _marked(name: str) -> str:
    return f"\ue000{name}\ue001"


def _shell(text: str) -> str:
    """One shell word: marked names become quoted variables, the rest is quoted literally."""
    pieces = MARK.split(text)
    quoted = [f'"${piece}"' if i % 2 else piece and shlex.quote(piece) for i, piece in enumerate(pieces)]
    return "".join(quoted) or "''"


_CHARSETS = frozenset(
    (
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "ascii", "iso8859-1",
        "cp1252", "big5", "big5hkscs", "gbk", "gb2312", "gb18030",
    )
)  # fmt: skip


def _decode(body: bytes, media_type: str) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    found = re.search(r"(?i)charset\s*=\s*[\"']?([\w-]{1,40})", media_type)
    try:
        name = codecs.lookup(found[1]).name if found else "utf-8"
    except LookupError:
        name = "utf-8"
    return body.decode(name if name in _CHARSETS else "utf-8", "backslashreplace")


def _whole(text: str, limit: int) -> str:
    """The first characters of a text, without half a mask at the end."""
    return re.sub(r"\[(?:r(?:e(?:d(?:a(?:c(?:t(?:e(?:d)?)?)?)?)?)?)?)?\Z", "", text[:limit])
