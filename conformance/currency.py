"""Currencies: the codes of ISO 4217 and the ways in which Hong Kong's banks write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ISO_4217 = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
    CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD
    KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK
    NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST
    XAF XAG XAU XCD XCG XOF XPD XPF XPT XDR XSU XUA YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905
)
"""Alphabetic codes in use: ISO 4217, list one."""

OFFSHORE = frozenset({"CNH"})
"""Market codes outside ISO 4217 that banks use: CNH, the renminbi traded in Hong Kong."""

_WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())  # noqa: SIM905
_THOUSANDTHS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905
_TEN_THOUSANDTHS = frozenset({"CLF", "UYW"})

_MEMBERS = frozenset({"currency", "currencycode", "ccy", "curr", "cur"})

_WRITTEN = {
    "HK$": "HKD",
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "C$": "CAD",
    "CA$": "CAD",
    "S$": "SGD",
    "SG$": "SGD",
    "NT$": "TWD",
    "RMB": "CNY",
    "€": "EUR",
    "£": "GBP",
    "港幣": "HKD",
    "港币": "HKD",
    "港元": "HKD",
    "美元": "USD",
    "美金": "USD",
    "人民幣": "CNY",
    "人民币": "CNY",
    "離岸人民幣": "CNH",
    "离岸人民币": "CNH",
    "日圓": "JPY",
    "日元": "JPY",
    "歐元": "EUR",
    "欧元": "EUR",
    "英鎊": "GBP",
    "英镑": "GBP",
    "澳元": "AUD",
    "加元": "CAD",
    "加拿大元": "CAD",
    "紐元": "NZD",
    "纽元": "NZD",
    "紐西蘭元": "NZD",
    "新西兰元": "NZD",
    "新加坡元": "SGD",
    "坡元": "SGD",
    "瑞士法郎": "CHF",
    "泰銖": "THB",
    "泰铢": "THB",
}
"""Signs and words with one meaning. A bare $ or ¥ has several, so neither is here."""

TOKEN = "|".join(
    [
        *(re.escape(word) for word in sorted(_WRITTEN, key=len, reverse=True)),
        rf"(?<![A-Z])(?:{'|'.join(sorted(ISO_4217 | OFFSHORE))})(?![A-Z])",
    ]
)
"""A regular expression for one currency as it is written."""

_TOKEN = re.compile(TOKEN)


def code(written: str) -> str | None:
    """The code of a currency written as a code, a sign or a Chinese word; None when it is none of them."""
    text = written.strip()
    if text in _WRITTEN:
        return _WRITTEN[text]
    return text if text in ISO_4217 or text in OFFSHORE else None


def exponent(code: str) -> int:
    """The decimal places of a currency's minor unit (ISO 4217); two for one that is not known."""
    if code in _TEN_THOUSANDTHS:
        return 4
    return 0 if code in _WHOLE else 3 if code in _THOUSANDTHS else 2


def beside(node: Any) -> list[Any]:
    """What the members of an object that are named as a currency hold."""
    members = node.items() if isinstance(node, Mapping) else ()
    return [held for name, held in members if re.sub("[^a-z]", "", str(name).lower()) in _MEMBERS]


def codes_in(text: str) -> tuple[str, ...]:
    """The currencies that a text names, each once, in order."""
    found = (code(match.group()) for match in _TOKEN.finditer(text))
    return tuple(dict.fromkeys(c for c in found if c))
