"""The decisions of the product service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Row = dict[str, Any]
RowEdit = Callable[[Row, str], Row]
ListEdit = Callable[[list[Row], str], list[Row]]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the data of the functions that match `function`; language is en, tc or sc."""

    function: str
    row: RowEdit | None = None
    rows: ListEdit | None = None

    def concerns(self, function: str) -> bool:
        """Tell whether the function with this id is meant."""
        return fnmatchcase(function, self.function)


@dataclass(frozen=True, slots=True)
class ProductPolicy:
    """What the product service decides; the default is the conformant bank."""

    edits: tuple[Edit, ...] = ()
