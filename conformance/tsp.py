"""The suite in the role of a third-party provider: every request a check makes passes here.

A ``Tsp`` is one case's view of the session's ``Traffic``: it builds requests in the bank's own manner,
remembers reads so that a hundred checks cost one request, and notes which exchanges a case has seen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlencode, urlsplit

from conformance.answer import Answer
from conformance.entry import header_fields
from conformance.errors import Outcome, Refused
from conformance.load.shot import Hit, Path, Shot, Talk, Until
from conformance.model import Language, Request
from conformance.operation import LanguageCarrier, Operation
from conformance.path_values import filled, with_members
from conformance.secret import Vault
from conformance.standing import Standing
from conformance.traffic import Traffic
from conformance.wire import Certified

Pairs = Sequence[tuple[str, str]]


class Memory:
    """What has been asked once in a session; each key is fetched by one thread while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._kept: dict[Hashable, Any] = {}

    def once(self, key: Hashable, fetch: Callable[[], Any]) -> Any:
        """The value of ``fetch``, called once for a key; an ``Outcome`` that it raised is raised again."""
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            if key not in self._kept:
                try:
                    self._kept[key] = fetch()
                except Outcome as outcome:
                    self._kept[key] = outcome
        kept = self._kept[key]
        if isinstance(kept, Outcome):
            raise type(kept)(kept.reason)
        return kept


class Tsp:
    """Sends for one case. ``exchanges`` are the ids of what it has seen, in order; ``notes`` what it leaves
    for the report at any verdict."""

    def __init__(self, traffic: Traffic, case: str, memory: Memory) -> None:
        self._traffic = traffic
        self._case = case
        self.memory = memory
        self.exchanges: list[int] = []
        self.notes: dict[str, Any] = {}

    @property
    def base_url(self) -> str:
        """The bank's base URL, without a slash at its end."""
        return self._traffic.base_url

    def now(self) -> float:
        """Seconds since the epoch, by the clock of the run."""
        return self._traffic.now()

    def request(
        self,
        operation: Operation,
        language: Language | None = None,
        *,
        query: Pairs = (),
        headers: Pairs = (),
        credentials: bool = True,
    ) -> Request:
        """The request for an operation as this bank wants it.

        ``query`` and ``headers`` replace those of the same name. Without ``credentials``, what identifies
        the TSP is left out.
        """
        pairs = [(k, v) for k, v in operation.query if k not in dict(query)]
        fields = {
            "Accept": "application/json",
            **dict(self._traffic.constant_headers(self.now())),
            **dict(header_fields(operation.headers, self.now())),
        }
        rule = operation.language
        if rule is not None and rule.carrier.asked:
            spelling = rule.values.get(language or operation.languages[0], "")
            if rule.carrier is LanguageCarrier.QUERY:
                pairs = [(k, v) for k, v in pairs if k != rule.name] + [(rule.name, spelling)]
            elif rule.carrier is LanguageCarrier.PLACE:
                operation = filled(operation, {rule.name: spelling})
                pairs = [(k, v) for k, v in operation.query if k not in dict(query)]
            else:
                fields[rule.name] = spelling
        for name, value in headers:
            fields = {k: v for k, v in fields.items() if k.lower() != name.lower()} | {name: value}
        url = self.url(operation.path)
        pairs += [(k, v) for k, v in query if k not in operation.in_body]
        told = {k: v for k, v in query if k in operation.in_body}
        body = with_members(operation.body, told) if told else operation.body
        if pairs:
            url += ("&" if urlsplit(url).query else "?") + urlencode(pairs)
        if told and not any(name.lower() == "content-type" for name in fields):
            fields["Content-Type"] = "application/json"
        request = Request(operation.method, url, tuple(fields.items()), body)
        return self.authorized(request) if credentials else request

    def url(self, path: str) -> str:
        """A path under the bank's base URL; an absolute URL is returned as it is."""
        if urlsplit(path).scheme:
            return path
        return self.base_url + (path if path.startswith("/") else f"/{path}")

    def admit(self, authority: str) -> None:
        """Lets requests go to another ``host:port`` of the bank, such as its port for plain http."""
        self._traffic.allow_host(authority)

    def constants(self) -> Pairs:
        """The header fields of every request to the bank that are no credentials."""
        return self._traffic.constant_headers(self.now())

    def authorized(self, request: Request) -> Request:
        """The request with the credentials that the bank wants from a TSP."""
        return self._traffic.authorized(request, self._case)

    def call(
        self,
        operation: Operation,
        language: Language | None = None,
        *,
        query: Pairs = (),
        headers: Pairs = (),
    ) -> Answer:
        """The answer to a read, asked once in a session however many checks want it."""
        if not operation.reads:
            raise Refused(f"{operation.id} changes the bank's state, so it is never called as a read")
        rule = operation.language
        told = language if rule is not None and rule.carrier.asked else None
        key = (operation.id, told or operation.languages[0], tuple(query), tuple(headers))
        answer: Answer = self.memory.once(
            key, lambda: self._send(self.request(operation, language, query=query, headers=headers), True)
        )
        self.exchanges.append(answer.exchange)
        return answer

    def once(self, request: Request) -> Answer:
        """The answer to a request, sent once in a session however many checks want it."""
        answer: Answer = self.memory.once(request, lambda: self._send(request, True))
        self.exchanges.append(answer.exchange)
        return answer

    def get(self, url: str, *, headers: Pairs = (("Accept", "*/*"),)) -> Answer:
        """A plain GET without credentials, asked once in a session."""
        return self.once(Request("GET", self.url(url), tuple(headers)))

    def send(self, request: Request, *, patient: bool = True, certified: Certified | None = None) -> Answer:
        """Sends a request now. A ``patient`` one waits out 429 and 503 as the bank's Retry-After asks.

        ``certified`` is the client certificate to show in TLS instead of the target's own.
        """
        answer = self._send(request, patient, certified)
        self.exchanges.append(answer.exchange)
        return answer

    def wait(self, seconds: float) -> None:
        """Lets time pass: a clause commands to see what has become of something by then."""
        self._traffic.sleep(seconds)

    def hide(self, value: str, name: str) -> None:
        """Keeps a value, such as a token, out of everything that is written from now on."""
        self._traffic.vault.add(value, name)

    def knows(self, url: str) -> bool:
        """Whether requests may go to the host of a URL."""
        return self._traffic.knows(url)

    @property
    def vault(self) -> Vault:
        """Where secrets are told that must be kept out of all records."""
        return self._traffic.vault

    @property
    def path(self) -> Path:
        """The way that volleys take: its clock, and waiting by it."""
        return self._traffic.path

    @property
    def standing(self) -> Standing:
        """What is known of the token by which the bank knows its TSP."""
        return self._traffic.standing

    @property
    def interval(self) -> float:
        """Seconds between requests that the bank's file asks for, or that the bank has taught since."""
        return self._traffic.interval

    def alone(self) -> AbstractContextManager[None]:
        """Keeps the other cases of the run from sending while the block lasts."""
        return self._traffic.alone()

    def volley(
        self, shots: Sequence[Shot], until: Until | None = None, beside: Sequence[bytes] = ()
    ) -> list[Hit]:
        """Sends shots by the clock; one exchange of each status that came is recorded.

        Bytes ``beside`` them are sent over other connections, which then stand open; without any real
        connections nothing is sent.
        """
        hits = self._traffic.volley(shots, self._case, until, beside)
        self.exchanges += dict.fromkeys(hit.exchange for hit in hits)
        return hits

    def converse(self, request: Request, pieces: Sequence[bytes], *, patience: float = 2.0) -> Talk | None:
        """Sends bytes as they are where a request goes; None where the bank has no real connection."""
        said = self._traffic.converse(request, pieces, self._case, patience)
        self.exchanges += [said.exchange] if said and said.exchange else []
        return said

    def _send(self, request: Request, patient: bool, certified: Certified | None = None) -> Answer:
        return self._traffic.send(request, self._case, patient=patient, certified=certified)
