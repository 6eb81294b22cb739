"""What must never be written down, found in text by the name it stands under and by its shape.

All scans are linear in the length of the text: every byte of it may be hostile.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

MASK = "[redacted]"
MARK = re.compile("\ue000([A-Z0-9_]+)\ue001")
"""A known secret that will be printed as a variable: it is not masked a second time."""


class Kind(Enum):
    """What a name says about the value beside it."""

    PLAIN = 0
    SECRET = 1
    NUMBER = 2
    """The number of an account, a card or an identity: hidden when it is complete, kept when masked."""
    PARAMETER = 3
    """Secret as a parameter of a URL or a form, plain elsewhere (``code`` of an error)."""


_EXACT = frozenset(
    (
        "authorization", "proxyauthorization", "xauthorization", "cookie", "setcookie", "dpop",
        "clientassertion", "codeverifier", "samlresponse", "credentials", "otp", "pin", "pincode",
        "passcode", "cvv", "cvc", "cvv2", "devicecode", "usercode", "authorizationcode", "authcode",
        "authreqid", "session", "sessionid", "sid", "pwd",
    )
)  # fmt: skip
_ENDS = ("clientid", "signature", "assertion", "sessionid", "signaturevalue")
_CONTAINS = (
    "secret", "password", "passwd", "passphrase", "token", "apikey", "privatekey", "subscriptionkey",
    "accesskey", "signingkey", "sharedkey", "encryptionkey", "appkey",
)  # fmt: skip
_HARMLESS = (
    "type", "endpoint", "url", "uri", "expir", "lifetime", "life", "ttl", "format", "sign",
    "encryptedresponse", "encryptionalg", "encryptionenc", "encryptionmethod", "alg", "method", "supported",
    "status", "active", "issued", "count", "limit", "size", "length", "scope", "required", "bound",
    "introspection", "revocation", "claims", "usage", "id", "policy", "ary", "less", "rule", "exchange",
)  # fmt: skip
_CURSORS = ("pagetoken", "nexttoken", "continuationtoken", "cursortoken", "synctoken")
_NUMBERS = (
    "accountnumber", "accountno", "accountnum", "acctno", "acctnumber", "accno", "cardnumber", "cardno",
    "iban", "hkid", "hkidno", "hkidnumber", "identitynumber", "passportnumber", "passportno", "maskedpan",
    "fullpan",
)  # fmt: skip
_PARAMETERS = frozenset(("code", "state", "nonce", "sessionstate", "requesturi", "loginhint", "ticket"))
_PARAMETER_WORDS = frozenset(
    (b"code", b"state", b"nonce", b"session_state", b"request_uri", b"login_hint", b"ticket")
)
_JWK_PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "k"))
_OBJECTS = frozenset(("authorization", "session"))
"""Names of secrets that, over an object, are names of a resource: its own members are judged instead."""
_STEMS = (
    *_CONTAINS, "signature", "cookie", "authoriz", "clientid", "assertion", "codeverifier", "dpop",
    "credential", "sessionid", "accountn", "acctn", "accno", "cardn", "iban", "hkid", "identityn",
    "passportn", "maskedpan", "fullpan", "devicecode", "usercode", "authcode", "authreqid", "samlresponse",
    "passcode", "pincode",
)  # fmt: skip
_SPACED = (b"api key", b"access key", b"ccount n", b"card n", b"private key", b"client id")
_WORDS = bytes(b if b < 128 and (chr(b).isalnum() or chr(b) in "_-") else 0x20 for b in range(256))
_seen_plain: set[bytes] = set()


@lru_cache(maxsize=4096)
def _kind(name: str) -> Kind:
    folded = re.sub(r"[-_ .:]", "", name.lower())
    if folded in _EXACT or folded.endswith(_ENDS):
        return Kind.SECRET
    if folded.endswith(_NUMBERS) or folded == "pan":
        return Kind.NUMBER
    if folded in _PARAMETERS:
        return Kind.PARAMETER
    for stem in _CONTAINS:
        at = folded.rfind(stem)
        if at < 0 or folded.endswith(_CURSORS):
            continue
        rest = folded[at + len(stem) :]
        if not rest.startswith(_HARMLESS):
            return Kind.SECRET
    return Kind.PLAIN


def kind(name: str) -> Kind:
    """What a header, parameter or member of this name holds; case, ``-`` and ``_`` make no difference."""
    return _kind(name) if len(name) <= 128 else _kind.__wrapped__(name[:4096])


def mask(value: str) -> str:
    """The mask in place of a value; an empty value, and one made of variables alone, stays as it is."""
    if not value or (MARK.search(value) and not re.search(r"\w", MARK.sub("", value))):
        return value
    return MASK


def mask_named(named: Kind, value: str) -> str:
    """The value as it may be shown under a name of that kind."""
    if named is Kind.SECRET or named is Kind.PARAMETER:
        return mask(value)
    if named is Kind.NUMBER and sum(c.isdigit() for c in value) >= 6:
        return mask(value)
    return value


_SCHEME = re.compile(
    r"(?i)\s*+(basic|bearer|dpop|digest|negotiate|ntlm|signature|mac|hmac[\w-]*+|aws4[\w-]*+|gnap)\s++(.+)",
    re.S,
)


def credentials(value: str) -> str:
    """An ``Authorization`` value with its scheme kept."""
    known = _SCHEME.fullmatch(value)
    return f"{known[1]} {mask(known[2])}" if known else mask(value)


def cookies(value: str, response: bool) -> str:
    """A ``Cookie`` or ``Set-Cookie`` value: names and attributes stay, values go."""
    first, *rest = value.split(";")
    parts = [first] if response else [first, *rest]
    shown = []
    for part in parts:
        name, equals, content = part.partition("=")
        shown.append(f"{name}={mask(content)}" if equals else mask(part))
    return ";".join([*shown, *(rest if response else ())])


# -- by name ---------------------------------------------------------------------------------------------

_MEMBER = re.compile(r"""(\\*+)(["'])([\w .:$@\\-]{1,100}+)(?:\\*+)\2\s*+:\s*+""")
_SCALAR = re.compile(r"-?\d[\d.eE+-]*+")
_TOKEN = re.compile(r'"((?:[^"\\]++|\\.)*+)("?)(\s*+:)?|[\[{]|[\]}]|-?\d[\d.eE+-]*+')
_PAIR = re.compile(
    r"""(?<![\w.%-])(?P<name>[A-Za-z_][\w.-]*+)(?P<eq>\s?=\s?)(?P<quote>\\*+["']?)(?P<value>"""
    r"""(?<=["'])[^"'\\]*+|(?<!["'])[^\s&;,"'<>\\]*+)"""
)
_PARAMETER = re.compile(
    r"""(?:[?&\#]|&amp;|\\u0026)(?P<name>[\w.%-]{1,100}+)=(?P<value>(?:(?!&amp;|\\u0026)[^&\#\s"'<>])*+)"""
)
_ELEMENT = re.compile(r"<([\w:.-]{1,100}+)(?:\s[^<>]*+)?>([^<]++)")
_INPUT = re.compile(r"(?i)<input\b[^<>]*+>?")
_ATTRIBUTE = re.compile(r"""(?i)\b(name|value)\s*=\s*("[^"]*+"?|'[^']*+'?|[^\s>]++)""")
_LINE = re.compile(r"(?<![\w\"'.-])([A-Za-z][\w-]{2,60}+):[ \t]*+([^\s\"',;<>\\]++)([^\r\n\"<>\\]*+)")
_REST_OF_LINE = frozenset(("authorization", "proxyauthorization", "cookie", "setcookie"))


def _unescape(name: str) -> str:
    return re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), name).rstrip("\\")


def _closing(text: str, start: int, quote: str, depth: int) -> int:
    """Where the string that began before ``start`` ends, at that depth of escaping; the end if nowhere."""
    at = text.find(quote, start)
    while at >= 0:
        slashes = at
        while slashes > start and text[slashes - 1] == "\\":
            slashes -= 1
        if (at - slashes) % (2 * (depth + 1)) == depth:
            return at - depth
        at = text.find(quote, at + 1)
    return len(text)


def _nested(text: str, start: int) -> tuple[str, int]:
    """An object or array under a secret name, its leaves masked, and where it ends."""
    depth, out, last = 0, [], start
    for token in _TOKEN.finditer(text, start):
        found = token[0]
        if found in ("[", "{"):
            depth += 1
        elif found in ("]", "}"):
            depth -= 1
            if depth <= 0:
                out.append(text[last : token.end()])
                return "".join(out), token.end()
        elif found[0] != '"':
            out += [text[last : token.start()], f'"{MASK}"']
            last = token.end()
        elif not token[3]:
            out += [text[last : token.start()], f'"{mask(token[1])}{token[2]}']
            last = token.end()
    out.append(text[last:])
    return "".join(out), len(text)


def members(text: str) -> str:
    """Text with the JSON members of secret names masked, also in JSON inside a JSON string."""
    private = _JWK_PRIVATE if '"kty"' in text else frozenset[str]()
    out, last = [], 0
    position = 0
    while member := _MEMBER.search(text, position):
        position = end = member.end()
        name = _unescape(member[3])
        named = Kind.SECRET if name in private else kind(name)
        if named in (Kind.PLAIN, Kind.PARAMETER):
            continue
        opening = end
        while opening < len(text) and text[opening] == "\\":
            opening += 1
        if opening < len(text) and text[opening] in "\"'":
            start = opening + 1
            stop = _closing(text, start, text[opening], opening - end)
            out += [text[last:start], mask_named(named, text[start:stop])]
            last = position = stop
            position = min(stop + 1 + (opening - end), len(text))
        elif number := _SCALAR.match(text, end):
            if mask_named(named, number[0]) == MASK:
                out += [text[last:end], f'{member[1]}"{MASK}{member[1]}"']
                last = number.end()
            position = number.end()
        elif text[end : end + 1] in ("[", "{") and name.lower() not in _OBJECTS:
            shown, position = _nested(text, end)
            out += [text[last:end], shown]
            last = position
    out.append(text[last:])
    return "".join(out)


def _pair(found: re.Match[str]) -> str:
    named = kind(found["name"])
    if named is Kind.PARAMETER:
        return found[0]
    return f"{found['name']}{found['eq']}{found['quote']}{mask_named(named, found['value'])}"


def _parameter(found: re.Match[str]) -> str:
    head = found[0][: len(found[0]) - len(found["value"])]
    return head + mask_named(kind(found["name"]), found["value"])


def _element(found: re.Match[str]) -> str:
    shown = mask_named(kind(found[1].rpartition(":")[2]), found[2]) if found[2].strip() else found[2]
    named = kind(found[1].rpartition(":")[2])
    return found[0] if named is Kind.PARAMETER else found[0][: len(found[0]) - len(found[2])] + shown


def _input(found: re.Match[str]) -> str:
    fields = {m[1].lower(): m for m in _ATTRIBUTE.finditer(found[0])}
    if "name" not in fields or "value" not in fields:
        return found[0]
    value, text = fields["value"], found[0]
    quote = value[2][0] if value[2][0] in "\"'" else ""
    shown = mask_named(kind(fields["name"][2].strip("\"'")), value[2].strip("\"'"))
    return text[: value.start(2)] + quote + shown + quote + text[value.end(2) :]


def _line(found: re.Match[str]) -> str:
    name = re.sub(r"[-_]", "", found[1].lower())
    if name in _REST_OF_LINE:
        value = found[2] + found[3]
        shown = cookies(value, name == "setcookie") if "cookie" in name else credentials(value)
        if "cookie" not in name and shown == MASK and not random(found[2]):
            return found[0]  # prose: "Authorization: header is missing"
        return found[0][: len(found[0]) - len(value)] + shown
    if kind(found[1]) is not Kind.SECRET or not random(found[2]):
        return found[0]
    return found[0][: len(found[0]) - len(found[2]) - len(found[3])] + MASK + found[3]


def random(word: str) -> bool:
    """Whether a word looks drawn rather than written: digits in it, capitals inside it, or very long."""
    return len(word) >= 20 or any(c.isdigit() for c in word) or any(c.isupper() for c in word[1:])


def words(text: str) -> set[bytes]:
    """The different words of a text in lower case; ``-`` and ``_`` belong to a word."""
    return set(text.lower().encode("utf-8", "surrogatepass").translate(_WORDS).split())


def _suspicious(words: set[bytes]) -> bool:
    """Whether a word may be a secret name, or part of one."""
    for word in words - _seen_plain:
        folded = word.decode().replace("-", "").replace("_", "")
        if folded in _EXACT or folded == "pan" or any(stem in folded for stem in _STEMS):
            return True
        if len(_seen_plain) < 10_000 and len(word) <= 64:
            _seen_plain.add(word)
    return False


def by_name(text: str, words: set[bytes]) -> str:
    """Text with whatever stands under a secret name masked: members, parameters, elements, header lines."""
    spaced = b"key" in words or b"id" in words or not words.isdisjoint((b"number", b"no", b"num"))
    if _suspicious(words) or "\\u00" in text or b"kty" in words or (spaced and _spaced(text)):
        text = members(text)
        if "=" in text:
            text = _PAIR.sub(_pair, text)
        if "</" in text:
            text = _ELEMENT.sub(_element, text)
        if ":" in text:
            text = _LINE.sub(_line, text)
    if b"input" in words:
        text = _INPUT.sub(_input, text)
    if "=" in text and (not words.isdisjoint(_PARAMETER_WORDS) or "\\u0026" in text):
        text = _PARAMETER.sub(_parameter, text)
    return text


def _spaced(text: str) -> bool:
    lower = text.lower().encode("utf-8", "surrogatepass")
    return any(name in lower for name in _SPACED)


_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]|\r(?!\n)"
)


def visible(text: str) -> str:
    """Text with control, bidirectional and zero-width characters written as escapes."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return _INVISIBLE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    point = ord(found[0])
    return f"\\x{point:02x}" if point < 256 else f"\\u{point:04x}"
