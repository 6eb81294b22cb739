"""Mappings of a bank's rows as a bank file holds them, and what they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance import yamlfile
from conformance.adapter import RowMapping, Rows

FX = {
    "data": [
        {
            "Brand": [
                {
                    "BrandName": "Harbour",
                    "ExchangeRateType": [
                        {
                            "ExchangeRateTypeName": "Banknotes",
                            "ExchangeRate": [
                                {"CurrencyCode": "USD", "BankBuyRate": "7.7510"},
                                {"CurrencyCode": "JPY", "BankBuyRate": "0.049100"},
                            ],
                        },
                        {
                            "ExchangeRateTypeName": "TT",
                            "ExchangeRate": [{"CurrencyCode": "USD", "BankBuyRate": "7.78"}],
                        },
                    ],
                }
            ]
        }
    ]
}
"""A walk of three steps."""


def mapping(text: str) -> RowMapping:
    """A mapping written in YAML, as in a target file."""
    parts = yamlfile.parse(text, "bank.yaml").value
    return RowMapping.parse(parts["rows"], parts.get("fields"), parts.get("language"))


def values(rows: Rows) -> list[Mapping[str, Any]]:
    return [row.value for row in rows]
