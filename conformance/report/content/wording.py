"""Words and signs for verdicts, and bank text made harmless to read."""

from __future__ import annotations

import re
from datetime import datetime

from conformance.model import Level, Verdict
from conformance.results import visible

WORD = {
    Verdict.PASS: "Pass",
    Verdict.FAIL: "Nonconformity",
    Verdict.OBSERVATION: "Observation",
    Verdict.INCONCLUSIVE: "Inconclusive",
    Verdict.REVIEW: "For review",
    Verdict.NOT_APPLICABLE: "Not applicable",
    Verdict.ERROR: "Suite error",
}

SIGN = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✕",
    Verdict.OBSERVATION: "△",
    Verdict.INCONCLUSIVE: "?",
    Verdict.REVIEW: "◇",
    Verdict.NOT_APPLICABLE: "\N{EN DASH}",
    Verdict.ERROR: "!",
}
"""One sign for each verdict, told apart by shape; it always stands beside the word or a number."""

PLAIN_SIGN = SIGN | {
    Verdict.PASS: "+",
    Verdict.FAIL: "x",
    Verdict.OBSERVATION: "o",
    Verdict.REVIEW: "r",
    Verdict.NOT_APPLICABLE: "-",
}

MEANING = {
    Verdict.PASS: "The check ran and found nothing.",
    Verdict.FAIL: "Confirmed findings against a requirement that the framework expects.",
    Verdict.OBSERVATION: "Confirmed findings against a requirement of any other level, or findings accepted "
    "by a waiver. It does not stand in the way of conformance.",
    Verdict.INCONCLUSIVE: "It could be shown neither to hold nor not to hold; the reason is given. It stands "
    "in the way of conformance where the framework expects the requirement.",
    Verdict.REVIEW: "A person has to finish the judgement.",
    Verdict.NOT_APPLICABLE: "Excluded by what the bank declares.",
    Verdict.ERROR: "The suite itself failed; the bank is not blamed.",
}

LEVEL_MEANING = {
    Level.EXPECTED: "The framework expects it. Only these requirements can make a phase not conformant.",
    Level.RECOMMENDED: "The framework recommends it.",
    Level.PERMITTED: "The framework leaves it to the bank.",
    Level.BEYOND: "Not from the framework: asked by another source, which is named.",
}

_UNSEEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\u2400-\u2421\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)


def shown(text: object, limit: int = 2000) -> str:
    """Bank text for a reader: control, invisible and bidirectional characters by their code.

    Longer than ``limit`` characters, it is cut and says so.
    """
    clean = str(text)
    rest = len(clean) - limit
    if rest > 0:
        clean = clean[:limit]
    clean = _UNSEEN.sub(_code, visible(clean))
    return f"{clean}… ({rest:,} more characters)" if rest > 0 else clean


def _code(found: re.Match[str]) -> str:
    """A character by its code; the picture of a control character by that of the character."""
    code = ord(found.group())
    if code == 0x2421:
        code = 0x7F
    elif 0x2400 <= code <= 0x2420:
        code -= 0x2400
    return f"⟨U+{code:04X}⟩"


def one_line(text: object, limit: int = 300) -> str:
    """``shown`` on one line, each run of white space one blank."""
    return shown(" ".join(str(text)[: limit * 4].split()), limit)


def instant(moment: datetime) -> str:
    """``2026-03-01 09:30:00 UTC+08:00``: an instant for a reader, with its offset."""
    offset = moment.strftime("%z")
    zone = f"UTC{offset[:3]}:{offset[3:5]}" if offset and offset.strip("+-0") else "UTC"
    return f"{moment:%Y-%m-%d %H:%M:%S} {zone}"


def span(seconds: float) -> str:
    """A duration for a reader: ``12 ms``, ``3.2 s``, ``4 min 05 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:,} min {rest:02} s"


_CAPITALS = {
    word.lower(): word
    for word in ("API", "CORS", "FAPI", "FX", "HTTP", "JWT", "JOSE", "OAuth", "OpenID", "TLS")
}


def topic_title(topic: str) -> str:
    """``rate_limit`` as ``Rate limit``, ``tls`` as ``TLS``."""
    words = [_CAPITALS.get(word.lower(), word) for word in topic.replace("-", "_").split("_") if word]
    title = " ".join(words) or "Other"
    return title if title[:1].isupper() or words[0] in _CAPITALS.values() else title[:1].upper() + title[1:]
