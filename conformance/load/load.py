"""Load for checks: requests by the clock, as one of two TSPs, within what the target allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from conformance.authentication import Identity, Scheme
from conformance.errors import Inconclusive, NotApplicable
from conformance.load.limiter import Kind
from conformance.load.search import Caps, Measured, Search
from conformance.load.shot import Hit, Shot, Until
from conformance.load.sign import limited
from conformance.load.volley import Volley
from conformance.model import Request
from conformance.operation import Operation
from conformance.target import Target
from conformance.token import ClientCredentials
from conformance.tsp import Tsp

GRACE = 0.05
"""Seconds added to every wait for a limit to let go."""
_FEW = 6
_TRIES = 3
"""Bursts of which one must meet the limit: a busy machine may send one of them too slowly."""


def asked(hit: Hit) -> float:
    """Seconds that ``Retry-After`` asks to wait, and a moment more; 0 where it gives no number."""
    text = (hit.header("Retry-After") or "").strip()
    return float(text) + GRACE if text.isascii() and text.isdigit() and len(text) < 10 else 0.0


class Load:
    """What a check of limits is given: one read of the bank, sent as often as it takes."""

    def __init__(self, tsp: Tsp, target: Target, operations: Mapping[str, Operation]) -> None:
        self.tsp = tsp
        self.target = target
        self.section = target.rate_limit
        self.operations = operations
        self.caps = Caps(self.section.requests_per_second, self.section.requests, float(self.section.seconds))

    @property
    def operation(self) -> Operation:
        """The read that stands for all, chosen once in a round; raises as ``_chosen`` does."""
        return self._first()[0]

    def _first(self) -> tuple[Operation, Hit]:
        chosen: tuple[Operation, Hit] = self.tsp.memory.once(("rate limit", "operation"), self._chosen)
        return chosen

    def _chosen(self) -> tuple[Operation, Hit]:
        """The read that the file names, or the first that answers here, and its answer.

        Raises ``NotApplicable`` where nothing can be read and ``Inconclusive`` where nothing answers.
        """
        reads = [operation for operation in self.operations.values() if operation.reads]
        if self.section.function:
            reads = [operation for operation in reads if operation.id == self.section.function]
        if not reads:
            raise NotApplicable("the bank offers no function that can be read")
        for operation in sorted(reads, key=lambda read: read.assumed)[:3]:
            hit = self.fire([Shot(0.0, self.request(operation))])[0]
            if hit.ok or hit.status == 429:
                return operation, hit
        raise Inconclusive("no function answered its plain request where limits are probed")

    def request(self, operation: Operation | None = None, who: str = "first") -> Request:
        """The request of an operation, by the ``first`` TSP, the ``second`` or a ``stranger``."""
        request = self.tsp.request(operation or self.operation, credentials=False)
        if self.section.base_url:
            below = request.url.removeprefix(self.tsp.base_url)
            request = Request(request.method, self.section.base_url + below, request.headers, request.body)
        return self.signed(request, who)

    def signed(self, request: Request, who: str) -> Request:
        """A request with the credentials of one of the TSPs, or of none."""
        if who == "stranger":
            return request
        scheme = self.section.second_tsp if who == "second" else self.section.authentication
        if scheme is None and who == "first":
            return self.tsp.authorized(request)
        if scheme is None:
            raise Inconclusive(
                "it takes a second TSP: name its credentials in the bank's file under rate_limit.second_tsp"
            )
        known: Identity = self.tsp.memory.once(("identity", who), lambda: scheme.flow(self.tsp.vault))
        return known.apply(request, self.tsp.send, self.tsp.now())

    @property
    def scheme(self) -> Scheme:
        """How the TSP that asks too much shows who it is."""
        return self.section.authentication or self.target.authentication

    @property
    def anonymous(self) -> bool:
        """Whether the bank asks nobody who they are."""
        return str(getattr(self.scheme, "kind", "none")) == "none"

    @property
    def token_endpoint(self) -> str:
        """Where tokens are fetched. Raises ``NotApplicable`` where the file does not tell."""
        told, scheme = self.target.authorization, self.scheme
        if self.section.token_endpoint:
            return self.section.token_endpoint
        if told is not None and told.endpoints.get("token_endpoint"):
            return told.endpoints["token_endpoint"]
        if isinstance(scheme, ClientCredentials):
            return next(iter(scheme.hosts))
        raise NotApplicable("the bank's file names no token endpoint")

    def now(self) -> float:
        """Seconds by the clock of the shots."""
        return self.tsp.path.now()

    def rest(self, seconds: float) -> None:
        """Lets time pass; refuses to wait longer than a search may take."""
        # A second more: whole ones are rounded up.
        if seconds > self.caps.seconds + 1.0 + GRACE:
            raise Inconclusive(
                f"it takes a wait of {seconds:.0f} s, and rate_limit.seconds allows {self.caps.seconds:.0f}"
            )
        if seconds > 0:
            self.tsp.path.rest(seconds)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps the other cases of the run from sending meanwhile, so that only this one is counted."""
        with self.tsp.alone():
            yield

    def fire(self, shots: Sequence[Shot], until: Until | None = None) -> list[Hit]:
        """Sends shots by the clock."""
        return self.tsp.volley(shots, until)

    def burst(
        self,
        requests: Sequence[Request],
        refusals: int = 0,
        *,
        fresh: bool = False,
        until: Callable[[Hit], bool] | None = None,
        version: str = "1.1",
    ) -> Volley:
        """Requests at the highest rate allowed, until so many were refused (0: all of them) or ``until``."""
        rate = self.caps.rate
        came: list[Hit] = []

        def enough(hit: Hit) -> bool:
            came.append(hit)
            return not hit.ok and limited(came, refusals)

        shots = [Shot(index / rate, request, fresh, version) for index, request in enumerate(requests)]
        return Volley(tuple(self.fire(shots, enough if refusals else until)), rate)

    def measured(self) -> Measured:
        """What a search finds with the operation's request, once in a round."""
        found: Measured = self.tsp.memory.once(("rate limit", "measured"), self._measure)
        return found

    def _measure(self) -> Measured:
        request = self.request()
        with self.alone():
            before = (self._first()[1],)
            found = Search(request, self.caps, self.fire, self.rest, self.now, before).run()
            self.leave(found)
        return found

    def refusing(self) -> Measured:
        """The same, for a check of refusals. Raises ``NotApplicable`` where the bank refused nothing."""
        found = self.measured()
        if not found.run or not found.refused:
            raise NotApplicable(f"no limit to look at: {found.reason or 'nothing was refused'}")
        return found

    def refresh(self, found: Measured, *, whole: bool = False) -> None:
        """Waits until a limit serves a few requests again, or with ``whole`` as many as ever.

        As long as the bank asks to, where the search did not see it let go.
        """
        wait = found.longest if found.recovered else self._asked(found)
        if found.limit is not None and found.limit.window:
            bucket = found.limit.kind is Kind.BUCKET and not whole
            wait = min(_FEW / found.limit.rate, found.limit.window) if bucket else found.limit.window * 1.1
        if found.refused:
            self.rest(min(wait + GRACE, self.caps.seconds) if found.recovered else wait)

    def _asked(self, found: Measured) -> float:
        """The longest wait that the bank asks for; as long as a search may take where it says nothing."""
        return max((asked(hit) for hit in found.refused), default=0.0) or self.caps.seconds

    def leave(self, found: Measured) -> None:
        """Waits until the limit has let go of everything, where the other cases of the run would meet it."""
        if found.refused and not self.section.base_url:
            wait = max(found.longest, found.limit.window if found.limit else 0.0)
            self.rest(min(wait * 1.1 + GRACE, self.caps.seconds))

    def exhaust(self, found: Measured) -> Hit:
        """Asks until the bank refuses; gives the last refusal. Raises ``Inconclusive`` when it does not."""
        count, sent = min(self.caps.requests, self.needed(found)), 0
        for _ in range(_TRIES):
            volley = self.burst([self.request()] * count, 3)
            sent += len(volley.hits)
            if volley.refused and volley.refused[-1].status == found.usual:
                return volley.refused[-1]
        raise Inconclusive(f"the limit found before was not met again in {sent} requests")

    def needed(self, found: Measured) -> int:
        """Requests at the highest rate that a limit like the one found surely refuses some of."""
        rate = found.limit.rate if found.limit else 0.0
        share = min(0.8, rate / self.caps.rate) if rate < self.caps.rate else 0.8
        return int((max(found.run, 4) + 10) / (1 - share) * 1.2)
