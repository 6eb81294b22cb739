"""The catalogue of HKMA's own Open API: what is documented of every dataset, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from conformance.errors import ConfigurationError
from conformance.profile import data_folder

PREFIX = "hkma."
"""What the names of datasets bear as functions."""

FORMATS: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "month": re.compile(r"\d{4}-\d\d"),
    "short": re.compile(r"\d\d-\d\d-\d\d"),
}
"""How dates are written: to the day, to the month (00 for a whole year), or as dd-mm-yy."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset. ``every`` says how often a record is added; ``period`` is the field that orders them."""

    name: str
    every: str
    period: str = ""
    format: str = ""
    languages: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    complete: bool = False
    known: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Every documented field."""
        return (*self.dates, *self.numbers, *self.texts)

    @property
    def is_series(self) -> bool:
        """Whether it has one record for each period, and nothing else tells them apart."""
        alone = self.dates in ((), (self.period,)) and not self.texts
        return self.every in ("day", "month", "quarter", "half-year") and bool(self.period) and alone


@cache
def catalogue() -> Mapping[str, Dataset]:
    """Every dataset by the id of its function. Raises ``ConfigurationError`` for an unreadable file."""
    path = data_folder() / "hkma-public" / "catalogue.yaml"
    try:
        read = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error}") from None
    return {PREFIX + name: _dataset(name, given) for name, given in read.items()}


def _dataset(name: str, given: Mapping[str, Any]) -> Dataset:
    listed = {
        key: tuple(map(str, given.get(key, ())))
        for key in ("languages", "segments", "numbers", "texts", "dates", "known")
    }
    return Dataset(
        name=name,
        every=given["every"],
        period=given.get("period", ""),
        format=given.get("format", ""),
        parameters=tuple((k, str(v)) for k, v in given.get("parameters", {}).items()),
        complete=given.get("complete", False),
        **listed,
    )
