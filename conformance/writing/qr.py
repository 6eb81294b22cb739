"""QR payloads in the EMVCo layout (Merchant-Presented Mode), as Hong Kong's common QR code has them.

Objects of two digits of identifier, two of length, and as many characters. The last, 63, is the checksum of
all before it, its own identifier and length included (ISO/IEC 13239: polynomial 1021, initial value FFFF).
"""

from __future__ import annotations

import binascii

NUMBERS = {"HKD": "344", "CNY": "156", "USD": "840"}
"""ISO 4217 numeric codes."""
PAYEES = tuple(f"{number:02d}" for number in range(2, 52))
"""Identifiers of the templates that say who is paid."""
Objects = tuple[tuple[str, str], ...]


def objects(payload: str) -> Objects | None:
    """The objects of a payload in order, without its checksum; None where it does not have the layout."""
    found: list[tuple[str, str]] = []
    rest = payload[:-8]
    while rest:
        head, tail = rest[:4], rest[4:]
        if len(head) < 4 or not head.isascii() or not head.isdigit() or len(tail) < int(head[2:]):
            return None
        found.append((head[:2], tail[: int(head[2:])]))
        rest = tail[int(head[2:]) :]
    return tuple(found)


def checked(text: str) -> str:
    """A payload with its checksum."""
    whole = f"{text}6304"
    return f"{whole}{binascii.crc_hqx(whole.encode('ascii', 'replace'), 0xFFFF):04X}"


def assembled(parts: Objects, *, longer: str = "") -> str:
    """The payload of objects; the length of ``longer`` is told one too large."""
    told = (f"{name}{len(value) + (name == longer):02d}{value}" for name, value in parts)
    return checked("".join(told))


def changed(parts: Objects, name: str, value: str) -> Objects:
    """The objects with another value for one, which takes its place by its identifier."""
    kept = [each for each in parts if each[0] != name]
    first, rest = kept[:1], [*kept[1:], (name, value)]
    return (*first, *sorted(rest))
