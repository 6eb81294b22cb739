"""The spellings of a secret: as it is, escaped, percent-encoded, in base64 at any offset, in hex."""

from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from conformance.redaction import MASK

ANYWHERE = 8
"""Values of at least this length are hidden wherever they stand, shorter ones as whole words."""


@dataclass(frozen=True, slots=True)
class Known:
    """A secret as the vault looks for it.

    ``clue`` is in every plain form of it, and a text with an encoded form has a word of ``reach`` letters:
    both are quick to miss.
    """

    value: str
    name: str
    clue: str
    plain: tuple[str, ...]
    encoded: tuple[str, ...]
    word: re.Pattern[str] | None
    reach: int = 0


def spelt(value: str, name: str) -> Known:
    """A secret with every spelling of it that is looked for."""
    clue = max(re.findall(r"[A-Za-z0-9]+", value), key=len, default="")
    if len(value) < ANYWHERE:
        start = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
        word = re.compile(rf"{start}{re.escape(value)}(?![A-Za-z0-9])")
        return Known(value, name, clue, (), (), word)
    encoded = _encoded(value)
    reach = min(max(map(len, re.findall(r"[A-Za-z0-9_-]+", form))) for form in encoded)
    return Known(value, name, clue, _plain(value), encoded, None, reach)


def _plain(value: str) -> tuple[str, ...]:
    """The forms of a value that leave letters and digits alone, longest first."""
    entities = html.escape(value)
    forms = {value, entities, html.escape(value, quote=False), entities.replace("&#x27;", "&#39;")}
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        twice = json.dumps(once, ensure_ascii=ascii_only)[1:-1]
        forms |= {once, twice, once.replace("/", "\\/"), twice.replace("/", "\\\\/")}
        forms.add(re.sub(r"[<>&='+]", lambda m: f"\\u{ord(m[0]):04x}", once))
        forms.add(re.sub(r"[<>&='+]", lambda m: f"\\u{ord(m[0]):04X}", once))
    encoded = value.encode("utf-8", "surrogatepass")
    percent = {
        quote(encoded, safe=""), quote(encoded), quote_plus(encoded), quote(encoded, safe="!$&'()*+,;=:@/?~"),
        quote(encoded, safe="!'()*~"),
    }  # fmt: skip
    percent |= {quote(form, safe="") for form in percent}
    forms |= percent | {re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), form) for form in percent}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _encoded(value: str) -> tuple[str, ...]:
    """What stays the same of a value's base64 at each of three offsets, in both alphabets, and its hex."""
    raw = value.encode("utf-8", "surrogatepass")
    forms = {raw.hex(), raw.hex().upper()}
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw).decode()
        kept = whole[(0, 2, 3)[offset] : (len(raw) + offset) * 8 // 6]
        if len(kept) >= ANYWHERE:
            forms |= {kept, kept.replace("+", "-").replace("/", "_"), quote(kept, safe="")}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


_RUN = re.compile(r"(?:[A-Za-z0-9+/_-]|%2[BbFf])*+(?:=|%3[Dd])*+")


def cut_out(text: str, form: str) -> str:
    """Text without the encoded run of letters around each place of a form."""
    out, last = [], 0
    while (at := text.find(form, last)) >= 0:
        start = at
        while start > last and (text[start - 1].isalnum() or text[start - 1] in "+/_-"):
            start -= 1
        run = _RUN.match(text, at + len(form))
        out += [text[last:start], MASK]
        last = run.end() if run else at + len(form)
    out.append(text[last:])
    return "".join(out)
