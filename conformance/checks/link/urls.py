"""Links in rows: to pages, terms, pictures and application forms."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from conformance.model import Finding
from conformance.reading import Reading, values
from conformance.registry import Findings, check

_WEB = re.compile(r"https?://", re.IGNORECASE)
_SECRETS = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "auth_token",
        "client_secret",
        "id_token",
        "passwd",
        "password",
        "pwd",
        "refresh_token",
        "secret",
        "session_id",
        "sessionid",
        "token",
    }
)
_INTERNAL = (".local", ".localhost", ".internal", ".intranet", ".corp", ".lan", ".private", ".home.arpa")


@check()
def links_are_https(reading: Reading) -> Findings:
    """Links to pages over https."""
    for place, text in _links(reading):
        if text.lower().startswith("http://"):
            yield Finding("an https link", _shown(text), place)


@check()
def links_are_complete(reading: Reading) -> Findings:
    """Writes every link as a complete address that a browser can open."""
    for place, text in _links(reading):
        address = _parsed(text)
        if address is None or address.scheme.lower() not in ("http", "https") or not address.hostname:
            yield Finding("a complete web address", _shown(text), place)


@check()
def links_carry_no_secret(reading: Reading) -> Findings:
    """Puts no password, token or other secret into a link."""
    for place, text in _links(reading):
        address = _parsed(text)
        if address is None:
            continue
        named = sorted({name for name, value in parse_qsl(address.query) if value} & _SECRETS)
        if address.username is not None or address.password is not None:
            yield Finding("a link without user and password", f"one to {_host(address)}", place)
        elif named:
            yield Finding("a link without a secret", f"a parameter {named[0]}", place)


@check()
def links_lead_outside(reading: Reading) -> Findings:
    """Links to hosts that the public can reach, not to the bank's internal ones."""
    for place, text in _links(reading):
        address = _parsed(text)
        if address is not None and address.hostname and _internal(address.hostname):
            yield Finding("a public host", address.hostname[:80], place)


def _links(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Each text of a row, in any language, that is a link by its name or its beginning, once."""
    found: tuple[tuple[str, str], ...] = reading.once("links", lambda: tuple(_links_of(reading)))
    return found


def _links_of(reading: Reading) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for language in reading.languages:
        for row in reading.rows(language):
            for place, name, value in values(dict(row.value)):
                prose = isinstance(value, str) and " " in value.strip()
                if isinstance(value, str) and (name.endswith("_url") or (_WEB.match(value) and not prose)):
                    link = (row.place(place), value)
                    if link not in seen:
                        seen.add(link)
                        yield link


def _parsed(text: str) -> SplitResult | None:
    """The parts of an address; None when a browser could not tell them."""
    if re.search(r"\s", text):
        return None
    try:
        address = urlsplit(text)
        _ = address.port
    except ValueError:
        return None
    return address


def _host(address: SplitResult) -> str:
    return (address.hostname or "")[:80]


def _internal(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(_INTERNAL) or "." not in host


def _shown(text: str) -> str:
    """The start of a link without what may be secret in it."""
    return repr(re.sub(r"//[^/@\s]*@", "//…@", text.split("?")[0])[:100])
