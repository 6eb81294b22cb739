"""What headers give away about the servers that sent them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance import probe
from conformance.answer import Answer
from conformance.document import shown
from conformance.model import Finding
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_BANNERS = frozenset(
    {
        "server",
        "x-powered-by",
        "x-aspnet-version",
        "x-aspnetmvc-version",
        "x-generator",
        "x-runtime-version",
        "x-server-version",
        "liferay-portal",
        "x-drupal-cache-version",
    }
)
_VERSION = re.compile(r"\d+\.\d+|[A-Za-z]/\d+")
_ADDRESS = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")
_INTERNAL_NAME = re.compile(
    r"(?i:(?<![\w.-])(?:[a-z0-9-]{1,60}\.){1,5}(?:internal|intranet|corp|lan|svc|local)(?![\w.-]))"
)
_BIG_IP = re.compile(r"BIGipServer[^=\s;]*=(\d{8,10})\.\d{1,5}\.0{4}")
_CLIENT = frozenset({"x-forwarded-for", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"})


@check(requests=3)
def no_version_banner(tsp: Tsp, reading: Reading) -> Findings:
    """Does not name the version of its server or framework in a header, on errors neither."""
    seen: set[tuple[str, str]] = set()
    for what, answer in probe.answers(tsp, reading):
        for name, value in answer.headers:
            if name.lower() in _BANNERS and _VERSION.search(value) and (name.lower(), value) not in seen:
                seen.add((name.lower(), value))
                yield Finding(
                    expected=f"{name} without a version, or none",
                    actual=shown(value),
                    at=f"header {name}{what}",
                    exchange=answer.exchange,
                )


@check()
def no_internal_address(tsp: Tsp, reading: Reading) -> Findings:
    """Does not give away in a header the address or name of a server inside the bank's network."""
    answer = probe.read(reading)
    own = (urlsplit(tsp.base_url).hostname or "").lower()
    for name, text in _internal(answer):
        if text.lower() != own:
            yield Finding(
                expected="no internal address or host name in a header",
                actual=shown(text),
                at=f"header {name}",
                exchange=answer.exchange,
            )


def _internal(answer: Answer) -> Iterator[tuple[str, str]]:
    for name, value in answer.headers:
        if name.lower() in _CLIENT:
            continue
        text = value[:4096]
        found = next((match[1] for match in _ADDRESS.finditer(text) if _private(match[1])), None)
        named = _INTERNAL_NAME.search(text)
        encoded = _BIG_IP.search(text) if name.lower() == "set-cookie" else None
        if found is not None:
            yield name, found
        elif named is not None:
            yield name, named[0]
        elif encoded is not None and _private(address := _decoded(int(encoded[1]))):
            yield name, address


def _private(text: str) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified and int(address) >= 10 << 24


def _decoded(number: int) -> str:
    """The address that an F5 persistence cookie holds, its bytes in reverse (F5 article K6917)."""
    return ".".join(str(byte) for byte in (number & 0xFFFFFFFF).to_bytes(4, "little"))
