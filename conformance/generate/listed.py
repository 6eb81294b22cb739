"""Generated calls that may make something: each is told to the ledger before it goes out, and after."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from conformance.answer import Answer
from conformance.errors import NoConnection, Refused
from conformance.generate.contract import Contract
from conformance.generate.survey import document, identity
from conformance.ledger import Ledger
from conformance.model import SAFE_METHODS, Request
from conformance.tsp import Tsp
from conformance.wire import Certified


def reading_posts(contract: Contract) -> frozenset[str]:
    """The calls, as ``POST /rates``, that only read by the bank's file though their method may write."""
    return frozenset(
        f"{scoped.operation.method} {scoped.operation.path}"
        for scoped in contract.operations
        if scoped.reads and scoped.operation.method not in SAFE_METHODS
    )


class ListedTsp(Tsp):
    """Sends as a ``Tsp`` does. What the bank may keep of a generated call stands in the ledger: as made where
    an answer names it, and as what may exist where none tells."""

    def __init__(self, beneath: Tsp, ledger: Ledger, reads: Collection[str] = ()) -> None:
        super().__init__(beneath._traffic, beneath._case, beneath.memory)
        self.exchanges, self.notes = beneath.exchanges, beneath.notes
        self._ledger, self._reads = ledger, reads

    def _send(self, request: Request, patient: bool, certified: Certified | None = None) -> Answer:
        path = urlsplit(request.url).path
        only_reads = any(
            request.method == read.partition(" ")[0] and path.endswith(read.partition(" ")[2])
            for read in self._reads
        )
        if request.safe or only_reads:
            return super()._send(request, patient, certified)
        number = self._ledger.intend(self._case, f"{request.method} {path}")
        try:
            answer = super()._send(request, patient, certified)
        except (Refused, NoConnection):
            self._ledger.settle(number, "refused")  # nothing was sent
            raise
        self._settle(number, request, answer)
        return answer

    def _settle(self, number: int, request: Request, answer: Answer) -> None:
        """Tells what the answer says; a fault of the bank, or a success without a name, leaves it open."""
        if answer.ok and request.method == "DELETE":
            self._ledger.settle(number, "done")
            self._ledger.clean(urlsplit(request.url).path.rstrip("/").rpartition("/")[2])
        elif answer.ok and request.method in ("PUT", "PATCH"):
            self._ledger.settle(number, "done")
        elif answer.ok:
            made = identity(document(answer), "id", answer)
            if made:
                self._ledger.settle(number, "made", made)
        elif answer.status < 500:
            self._ledger.settle(number, "refused")
