"""Traffic: the one gate between the checks and a bank, with its limits, its patience and its record.

Rate, request, time and size caps hold for all threads of a run together. What a bank asks for with
Retry-After is obeyed. Every exchange is recorded, redacted, whether an answer came or not.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from conformance.address import authority
from conformance.answer import Answer
from conformance.errors import Dropped, Inconclusive, NoConnection, Refused, Unreachable
from conformance.gate import Gate
from conformance.load.shot import Hit, Path, Shot, Talk, Until
from conformance.load.way import path_of
from conformance.model import Exchange, Request
from conformance.pace import Limits, Pace
from conformance.patience import ATTEMPTS, BLIP, LONGEST_WAIT, asked_wait, fell
from conformance.secret import Vault
from conformance.sharing import Sharing
from conformance.standing import Credentials, Standing
from conformance.wire import Certified, Received, Wire

NO_CONNECTIONS = 3
"""Connections that must fail in a row before a host is taken to be unreachable for the rest of the run."""
NO_ANSWERS = 12
"""Requests that must go without an answer in a row before the same is said."""


class Traffic:
    """Sends requests for a whole run; ``record``, where given, receives every exchange, redacted."""

    def __init__(
        self,
        wire: Wire,
        base_url: str,
        *,
        vault: Vault,
        credentials: Credentials,
        limits: Limits,
        record: Callable[[Exchange], None] | None = None,
        hosts: Iterable[str] = (),
        headers: Callable[[float], Iterable[tuple[str, str]]] = lambda _: (),
        closed: Callable[[float], str] = lambda _: "",
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        wires: Callable[[Certified], Wire] | None = None,
    ) -> None:
        self.sleep = sleep
        self._make_wire = wires
        self._wires: dict[Certified, Wire] = {}
        self.base_url = base_url.rstrip("/")
        self.vault = vault
        self.now = clock
        self._headers = headers
        self._wire = wire
        self._credentials = credentials
        self._pace = Pace(limits)
        self._record = record
        self._closed = closed
        self._hosts = {_authority(self.base_url), *hosts}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._good: dict[str, Request] = {}
        self._fetching = threading.RLock()
        self._gate = Gate()
        self.standing = Standing(credentials)
        self._sharing = Sharing()
        self._path: Path | None = None

    @property
    def requests(self) -> int:
        """How many have been sent."""
        return self._pace.requests

    @property
    def interval(self) -> float:
        """Seconds between two requests, as the target allows and the bank bears them."""
        return self._pace.interval

    def take_turn(self, waits: bool = True) -> None:
        """Waits for this thread's place in the rate; raises ``Refused`` when the run's limits are spent."""
        self._pace.take_turn(waits)

    def allow_host(self, host: str) -> None:
        """Admits another ``host:port``, one that the bank's configuration names."""
        self._hosts.add(authority(host))

    def knows(self, url: str) -> bool:
        """Whether the host of a URL is one that the target names."""
        try:
            return _authority(url) in self._hosts
        except Refused:
            return False

    def _admitted(self, url: str) -> str:
        """``host:port`` of an address that requests may go to; raises ``Refused`` for any other."""
        place = _authority(url)
        if place not in self._hosts:
            raise Refused(f"{place} is not a host that the target names; add it under hosts: to allow it")
        return place

    def _open(self) -> None:
        """Raises ``Unreachable`` while the bank is closed."""
        closed = self._closed(self.now())
        if closed:
            raise Unreachable(closed)

    def constant_headers(self, now: float) -> tuple[tuple[str, str], ...]:
        """The header fields of every request that are no credentials, made for a moment."""
        return (*self._credentials.constants(now), *self._headers(now))

    def authorized(self, request: Request, case: str) -> Request:
        """The request with the TSP's credentials; a token is fetched by one thread at a time."""
        with self._fetching:
            return self._credentials.apply(request, lambda asked: self.send(asked, case), self.now())

    def send(
        self, request: Request, case: str, *, patient: bool = True, certified: Certified | None = None
    ) -> Answer:
        """One answer. Raises ``Unreachable`` when none came, ``Refused`` when the request may not be sent.

        ``certified`` is shown in TLS instead of the target's own client certificate.
        """
        place = self._admitted(request.url)
        if patient and self._held.get(place, 0) >= NO_ANSWERS:
            raise Unreachable(f"{place} put off every request, and was not tried again")
        attempt = 0
        while True:
            attempt += 1
            last = attempt >= ATTEMPTS or not patient
            try:
                answer = self._once(request, case, place, waits=patient, certified=certified)
            except Dropped:
                if last or not request.safe:
                    raise
                continue
            wait = asked_wait(answer, attempt, self.now()) if patient else None
            self._pace.answered(throttled=answer.status == 429)
            if wait is None:
                self._held[place] = 0
                if answer.ok and request.method == "GET":
                    self._good[place] = request
                return self._renewed(answer, case, certified) if patient else answer
            doubtful = answer.status in (502, 504) and not request.safe  # it may have been carried out
            if fell(answer) and (attempt > 1 or doubtful) and self._answers(request, case, certified):
                self._held[place] = 0
                return answer
            if fell(answer) and attempt == 1 and place in self._good:
                wait = BLIP
            if last or doubtful or wait > LONGEST_WAIT:
                self._held[place] = self._held.get(place, 0) + 1
                raise Unreachable(
                    f"the bank answered {answer.status} and asked to come back in {wait:.0f} s, "
                    f"after {attempt} attempts"
                )
            self._pace.pause(wait)

    def _answers(self, request: Request, case: str, certified: Certified | None) -> bool:
        """Whether the bank answers another read at this moment, so that it is this request that it fails."""
        control = self._good.get(_authority(request.url))
        if control is None or control.url == request.url:
            return False
        answer = self._once(control, case, _authority(request.url), waits=True, certified=certified)
        return asked_wait(answer, 1, self.now()) is None

    def _renewed(self, answer: Answer, case: str, certified: Certified | None) -> Answer:
        """The answer, or the one under a new token where the bank has ended the one in hand too early."""
        request = answer.request
        if not self.standing.refused(answer):
            return answer
        again = self._once(request, case, _authority(request.url), waits=True, certified=certified)
        if not self.standing.ended(again, self.now()):
            return again  # refused for once: what comes and goes is no end
        with self._fetching:
            if self._credentials.carried(request):
                self._credentials.forget()
            try:
                signed = self._credentials.apply(request, lambda asked: self.send(asked, case), self.now())
            except Inconclusive:
                return answer
        if self._credentials.carried(answer.request):
            return answer
        again = self._once(signed, case, _authority(signed.url), waits=True, certified=certified)
        self.standing.renewed(again)
        return again

    def _wire_for(self, certified: Certified | None) -> Wire:
        if certified is None or self._make_wire is None:
            return self._wire
        with self._lock:
            if certified not in self._wires:
                self._wires[certified] = self._make_wire(certified)
            return self._wires[certified]

    def _once(
        self, request: Request, case: str, place: str, *, waits: bool, certified: Certified | None
    ) -> Answer:
        wire = self._wire_for(certified)
        if certified is not None:
            place = f"{place} with {certified.name}"
        if self._failures.get(place, 0) >= NO_ANSWERS:
            raise Unreachable(f"{place} did not answer time after time, and was not tried again")
        self._open()
        self._pace.take_turn(waits)
        number = next(self._ids)
        try:
            with self._gate.passing():
                started, clock = self.now(), time.monotonic()
                received = wire.send(request, self._pace.seconds_left())
        except Inconclusive as fault:
            weight = NO_ANSWERS // NO_CONNECTIONS if isinstance(fault, NoConnection) else 1
            self._failures[place] = self._failures.get(place, 0) + weight
            self._note(number, case, request, started, time.monotonic() - clock, None, fault.reason)
            raise
        self._failures[place] = 0
        seconds = time.monotonic() - clock
        self._note(number, case, request, started, seconds, received, "")
        return Answer(
            request=self._sharing.request(request),
            status=received.status,
            headers=self._sharing.fields(received.headers),
            body=self._sharing.body(received.body),
            seconds=seconds,
            exchange=number,
            http_version=received.http_version,
            wire_bytes=received.wire_bytes,
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps all other threads from sending while the block lasts."""
        with self._gate.closed():
            yield

    def volley(
        self, shots: Sequence[Shot], case: str, until: Until | None = None, beside: Sequence[bytes] = ()
    ) -> list[Hit]:
        """Sends shots by the clock, beyond the polite rate but inside all other caps, while no other sends.

        One exchange is recorded for each status that came. Raises ``Refused`` when they may not be sent.
        """
        for url in {shot.request.url for shot in shots}:
            self._admitted(url)
        self._open()
        room = self._pace.room(len(shots))
        with self.alone():
            path = self.path
            hits = path.beside(beside, shots[:room]) or [] if beside else path.fire(shots[:room], until)
        self._pace.sent(len(hits))
        sampled = {hit.status: hit for hit in reversed(hits)}
        numbers = {status: self._sample(hit, case) for status, hit in sampled.items()}
        return [replace(hit, exchange=numbers[hit.status]) for hit in hits]

    def converse(self, request: Request, pieces: Sequence[bytes], case: str, patience: float) -> Talk | None:
        """Bytes as they are on a connection of their own; ``request`` says where to, for the record too.

        Raises ``Refused`` when they may not be sent. None where there is no real connection.
        """
        self._admitted(request.url)
        self._open()
        for _ in pieces:
            self._pace.take_turn(waits=False)
        with self.alone():
            started, clock = self.now(), time.monotonic()
            said = self.path.converse(request, pieces, patience)
            seconds = time.monotonic() - clock
        if said is not None:
            last = Received(said.statuses[-1], (), b"", "HTTP/1.1", 0) if said.statuses else None
            fault = said.fault or (
                "" if last else "the connection was closed" if said.closed else "no answer"
            )
            number = next(self._ids)
            self._note(number, case, request, started, seconds, last, fault)
            said = replace(said, exchange=number)
        return said

    def _sample(self, hit: Hit, case: str) -> int:
        got = Received(hit.status, hit.headers, hit.body, "HTTP/1.1", hit.size) if hit.status else None
        started = self.now() - (self.path.now() - hit.sent)
        number = next(self._ids)
        self._note(number, case, hit.shot.request, started, hit.seconds, got, hit.fault)
        return number

    @property
    def path(self) -> Path:
        """The way for requests that leave by the clock; opened when first asked for."""
        with self._lock:
            if self._path is None:
                self._path = path_of(self._wire, self._pace.limits.request_seconds)
            return self._path

    def _note(
        self,
        number: int,
        case: str,
        request: Request,
        started: float,
        seconds: float,
        received: Received | None,
        fault: str,
    ) -> None:
        if self._record is None:
            return
        vault = self.vault
        kind = request.header("Content-Type") or ""
        shown = vault.body(request.body, kind)
        answer_kind = (
            next((v for k, v in received.headers if k.lower() == "content-type"), "") if received else ""
        )
        self._record(
            Exchange(
                id=number,
                case=case,
                started=started,
                seconds=seconds,
                method=request.method,
                url=vault.url(request.url),
                request_headers=tuple(vault.headers(request.headers)),
                request_body=shown,
                status=received.status if received else 0,
                http_version=received.http_version if received else "",
                response_headers=tuple(vault.headers(received.headers)) if received else (),
                response_body=vault.body(received.body, answer_kind) if received else "",
                response_bytes=len(received.body) if received else 0,
                fault=vault.text(fault),
                curl=vault.curl(request),
                request_base64=vault.exact(request.body, shown, kind),
            )
        )

    def close(self) -> None:
        if self._path is not None:
            self._path.close()
        for wire in (self._wire, *self._wires.values()):
            wire.close()


def _authority(url: str) -> str:
    try:
        return authority(url)
    except ValueError as error:
        raise Refused(f"{url[:200]!r} is no address that can be sent to: {error}") from error
