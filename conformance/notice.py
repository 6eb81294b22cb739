"""What a bank tells customers from Phase II on: where its file says that it stands, and the pages there."""

from __future__ import annotations

from dataclasses import dataclass

from conformance import page
from conformance.errors import Inconclusive, NotApplicable
from conformance.operation import Operation
from conformance.page import Page
from conformance.target import Target
from conformance.tsp import Tsp


@dataclass(frozen=True, slots=True)
class Notice:
    """One such publication: its key under ``publication`` in the bank's file, what it is, why it is due."""

    key: str
    what: str
    due: str

    def addresses(self, target: Target, offered: tuple[Operation, ...]) -> dict[str, str]:
        """Its addresses by language.

        Raises ``NotApplicable`` for a bank of Phase I alone and ``Inconclusive`` where the file names none.
        """
        if all(operation.function.profile == "phase1" for operation in offered):
            raise NotApplicable(f"the bank offers nothing beyond Phase I, from which on {self.due}")
        pages = getattr(target.publication, self.key) if target.publication is not None else {}
        if not pages:
            raise Inconclusive(f"the bank's file names no {self.what}: give publication.{self.key}")
        return {language.value: url for language, url in pages.items()}

    def shown(self, tsp: Tsp, target: Target, offered: tuple[Operation, ...]) -> list[Page]:
        """Its pages that answer; raises ``Inconclusive`` when none does."""
        found = [shown.readable() for _, shown in page.pages(tsp, self.addresses(target, offered))]
        if not found:
            raise Inconclusive(f"no {self.what} could be read, which is said once")
        return found
