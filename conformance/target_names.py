"""The names that banks give to what the canonical rows hold, and the kind of rows that a function has."""

from __future__ import annotations

from collections.abc import Mapping

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "identifier", "product id", "product code", "reference", "ref", "code"),
    "name": ("name", "product name", "title", "display name", "branch name", "atm name", "place"),
    "brand": ("brand", "brand name"),
    "description": ("description", "desc", "product description", "summary", "short description", "blurb"),
    "currency": ("currency", "ccy", "currency code", "currency cd", "foreign currency"),
    "currencies": (
        "currencies",
        "available currencies",
        "supported currencies",
        "currency",
        "currency code",
        "ccy",
        "currency codes",
    ),
    "base": ("base", "base currency", "base currency code", "quote currency", "against"),
    "unit": ("unit", "units", "per unit", "unit of currency"),
    "buy": ("buy", "buy rate", "bank buy rate", "buying rate", "bid", "bid rate", "tt buy", "bank buys"),
    "sell": (
        "sell",
        "sell rate",
        "bank sell rate",
        "selling rate",
        "ask",
        "offer",
        "ask rate",
        "tt sell",
        "bank sells",
    ),
    "last_updated": (
        "last updated",
        "last update",
        "last update date time",
        "updated at",
        "as of",
        "timestamp",
    ),
    "address": ("address", "addr", "address line", "full address", "street address", "line", "street"),
    "district": ("district", "district name", "area"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng", "long"),
    "phone": ("phone", "telephone", "tel", "phone number", "telephone number", "contact number"),
    "product_url": ("product url", "url", "link", "product link", "details url"),
    "terms_url": ("terms url", "tcs and cs url", "terms and conditions url", "tnc url"),
    "apply_url": ("apply url", "application url", "application form url"),
    "photo_url": ("photo url", "image url", "image"),
    "scheme": ("scheme", "card scheme", "card type", "network", "card network", "card brand"),
    "provider": ("provider", "insurer", "fund house", "issuer"),
}
"""The canonical fields and the names that banks give them, in plain words."""
KINDS: Mapping[str, str] = {
    "other.atm": "atm",
    "other.branch": "branch",
    "deposits.savings-account-product": "savings",
    "deposits.current-account-product": "current",
    "deposits.time-deposit-product": "time_deposit",
    "deposits.foreign-currency-account-product": "foreign_currency",
    "loans.mortgage-product": "mortgage",
    "loans.unsecured-loan-product": "unsecured",
    "loans.secured-loan-product": "secured",
    "investments.retail-fund-product": "fund",
    "investments.structured-product": "structured",
    "investments.precious-metal-product": "precious_metal",
    "investments.stock-trading-product": "stock_trading",
    "insurance.life-product": "life",
}
"""The kind of the rows of a function that has rows of one kind alone."""
