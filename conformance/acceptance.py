"""What people vouch for in a target: attestations of what no request shows, and waivers of known findings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from conformance.model import Waiver
from conformance.reference import ExistingFile, Part
from conformance.yamlfile import Document


class Attestation(Part):
    """A person's word, with evidence, that a requirement holds."""

    note: str = Field(min_length=1)
    by: str = Field(min_length=1)
    date: date
    evidence: ExistingFile | None = None


class WaiverEntry(Part):
    """A finding that is accepted until a day, and why."""

    match: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    expires: date
    function: str = "*"
    operation: str = "*"
    owner: str = ""
    ticket: str = ""

    @field_validator("match")
    @classmethod
    def _narrow(cls, match: str) -> str:
        if not match.strip("*?"):
            raise ValueError("matches everything; name the case, requirement or check that is waived")
        return match

    def waiver(self) -> Waiver:
        """The same, as it travels."""
        return Waiver(
            self.match, self.reason, self.expires, self.function, self.owner, self.ticket, self.operation
        )


class Waivers(Part):
    """Waivers written out, or the path of a file that has them under ``waivers``."""

    file: ExistingFile | None = None
    entries: tuple[WaiverEntry, ...] = ()


def _either(value: Any) -> Any:
    if isinstance(value, str):
        return {"file": value}
    if isinstance(value, list):
        return {"entries": value}
    raise ValueError("expected a list of waivers, or the path of a file that has them")


GivenWaivers = Annotated[Waivers, BeforeValidator(_either)]


class WaiverFile(Part):
    """A file of waivers, shared by several targets."""

    waivers: tuple[WaiverEntry, ...]


def expired(entries: tuple[WaiverEntry, ...], document: Document, today: date) -> list[str]:
    """A line for each waiver whose day is over; ``expires`` is its last day."""
    return [
        f"{document.place(('waivers', index, 'expires'))}: waivers.{index}: the waiver of {entry.match} "
        f"expired on {entry.expires}; mend what it waives, or decide anew and give a later day"
        for index, entry in enumerate(entries)
        if entry.expires < today
    ]
