"""QR payloads in the EMVCo layout (Merchant-Presented Mode), as Hong Kong's common QR code has them.

Objects of two digits of identifier, two of length, and as many characters; 00 comes first and 63, the
checksum, last. Identifier 26 with hk.com.hkicl names the payee by FPS.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.bank.payments.policy import PaymentPolicy

NUMBERS = {"HKD": "344", "CNY": "156", "USD": "840"}
COMPULSORY = ("00", "26", "52", "53", "58", "59", "60", "63")
FPS = "hk.com.hkicl"


def accepted(policy: PaymentPolicy, payload: str, amount: str, currency: str) -> bool:
    """Tell whether a payload is whole and says nothing else than the instruction."""
    if policy.qr_checksum_checked and payload[-4:] != checksum(payload[:-4]):
        return False
    objects = taken_apart(payload)
    if objects is None:
        return not policy.qr_layout_checked
    if policy.qr_layout_checked and not _complete(payload, objects):
        return False
    if policy.qr_currency_compared and objects.get("53") not in (None, NUMBERS.get(currency)):
        return False
    return not policy.qr_amount_compared or _same(objects.get("54"), amount)


def _complete(payload: str, objects: dict[str, str]) -> bool:
    inner = taken_apart(objects.get("26", ""))
    if inner is None or inner.get("00") != FPS or not set(inner) & {"02", "03", "04"}:
        return False
    first, last = payload.startswith("000201"), payload[-8:-4] == "6304"
    return first and last and all(each in objects for each in COMPULSORY)


def _same(told: str | None, amount: str) -> bool:
    try:
        return told is None or not amount or Decimal(told) == Decimal(amount)
    except InvalidOperation:
        return False


def taken_apart(payload: str) -> dict[str, str] | None:
    """Give the objects by identifier; None where a length does not fit or an identifier stands twice."""
    objects: dict[str, str] = {}
    at = 0
    while at < len(payload):
        head = payload[at : at + 4]
        if len(head) < 4 or not (head.isascii() and head.isdigit()) or head[:2] in objects:
            return None
        length = int(head[2:])
        value = payload[at + 4 : at + 4 + length]
        if len(value) < length:
            return None
        objects[head[:2]] = value
        at += 4 + length
    return objects


def checksum(text: str) -> str:
    """Give the CRC-16/CCITT-FALSE of a text, as four hexadecimal digits."""
    crc = 0xFFFF
    for byte in text.encode("ascii", "replace"):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return f"{crc:04X}"
