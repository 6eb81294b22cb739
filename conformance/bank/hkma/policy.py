"""The decisions of the stand-in for HKMA's Open API; the default is an API without a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Record = dict[str, Any]
RecordsEdit = Callable[[list[Record], str], list[Record]]
"""From records and language to records, before anything is chosen among them."""
AnswerEdit = Callable[[dict[str, Any], Mapping[str, str]], Any]
"""From the body and the parameters of the request to another body; bytes are sent as they are."""


@dataclass(frozen=True, slots=True)
class HkmaPolicy:
    """What the stand-in decides. ``datasets`` is its catalogue, by the last part of a path."""

    datasets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    ignores: tuple[str, ...] = ()
    """Parameters ignored: pagesize, offset, fields, filter, choose, sortby, sortorder, lang, segment."""
    accepts: tuple[str, ...] = ()
    """Parameters whose wrong values are taken as if they were absent."""
    breaks_on: tuple[str, ...] = ()
    """Parameters whose wrong values are answered 500."""
    lang_optional: bool = False
    one_script: bool = False
    """Simplified Chinese is answered in Traditional Chinese."""
    first_segment_only: bool = False
    range_without_choose: bool = False
    """from and to without choose are ignored instead of refused."""
    refusal: str = "envelope"
    """envelope, html, or success: an envelope that tells success and nothing else."""
    refusal_status: int = 400
    status: int = 200
    outage: bool = False
    """Every answer is the page of a gateway with 502."""
    media_type: str = "application/json"
    missing: tuple[str, ...] = ()
    """Datasets that answer 404; patterns."""
    age: int = 0
    """Days by which every period lies back, or ahead when it is negative."""
    record_edits: tuple[tuple[str, RecordsEdit], ...] = ()
    answer_edits: tuple[tuple[str, AnswerEdit], ...] = ()

    def lacks(self, name: str) -> bool:
        """Whether a dataset is not there."""
        return any(fnmatchcase(name, pattern) for pattern in self.missing)
