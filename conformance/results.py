"""The results file: JSON Lines, appended while a run lasts, and read back for every report.

One ``header``, then ``exchange`` and ``result`` lines as they come, then one ``footer``. A file without a
footer is an incomplete run. ``report/results.schema.json`` describes the lines. What arrives is redacted;
here control characters become visible pictures, so that no reader's terminal obeys a bank.
"""

from __future__ import annotations

import json
import re
import threading
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TextIO, TypeVar

from conformance import __version__
from conformance.errors import ConfigurationError
from conformance.model import Exchange, Profile, Result, Waiver

SCHEMA_VERSION = "1"
WAY_OUT = "name the results.jsonl that `conformance run` wrote"
TOOL = "hk-open-api-conformance"


@dataclass(frozen=True, slots=True)
class Tool:
    name: str = TOOL
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Subject:
    """The bank that was judged. ``file`` is the ``bank.yaml`` as it was named, empty for none."""

    name: str
    environment: str
    base_url: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What was to be done: the plan's digest, its number of cases, its estimate of requests."""

    digest: str
    cases: int
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """All that was known before the first request.

    ``profiles`` travel without resources and description. ``checks`` gives each check's purpose;
    ``offered`` and ``not_offered`` are function ids.
    """

    target: Subject
    started: datetime
    seed: int
    plan: PlanFacts
    jobs: int = 1
    profiles: tuple[Profile, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    not_offered: tuple[str, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    selection: Mapping[str, Any] = field(default_factory=dict)
    fail_on: str = "expected"
    tool: Tool = Tool()
    schema_version: str = SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Footer:
    """How the run ended. ``ledger`` lists what it made at the bank: ``state``, ``case`` and, in ``words``,
    whether it is gone again."""

    finished: datetime
    exit_code: int
    interrupted: bool = False
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    unused_waivers: tuple[str, ...] = ()
    ledger: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """What is kept of an exchange that no finding needs. ``started`` in epoch seconds."""

    case: str
    started: float
    seconds: float
    status: int


@dataclass(frozen=True, slots=True)
class Run:
    """A results file, read. ``exchanges`` holds those that a report shows: of findings and open cases."""

    header: Header
    results: tuple[Result, ...] = ()
    footer: Footer | None = None
    exchanges: Mapping[int, Exchange] = field(default_factory=dict)
    timings: tuple[Timing, ...] = ()
    truncated: bool = False
    path: str = ""

    @property
    def incomplete(self) -> str:
        """Why results may be missing; empty for a run that came to its end."""
        if self.footer is None:
            return "the run broke off: its results have no footer"
        if self.footer.interrupted:
            return f"the run was interrupted: {self.footer.reason}".removesuffix(": ")
        missing = self.header.plan.cases - len({result.case.id for result in self.results})
        if missing > 0:
            return f"{missing:,} of {self.header.plan.cases:,} planned cases have no result"
        return ""


_CONTROL = re.compile(r"\r\n|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with control characters as pictures (``␛``); tabs and line ends stay, CR LF becomes LF."""
    return text if text.isprintable() else _CONTROL.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    control = found.group()
    if control == "\r\n":
        return "\n"
    code = ord(control)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def plain(value: Any) -> Any:
    """A value of the model as JSON data; a type that JSON lacks becomes its text."""
    if type(value) is tuple:
        return [plain(item) for item in value]
    if isinstance(value, str):
        return visible(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return {visible(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    if isinstance(value, date):
        return value.isoformat()
    return visible(str(value))


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields that travel: a profile's schemas and description stay behind."""
    left_out = {"resources", "description"} if kind is Profile else set()
    return tuple(f.name for f in fields(kind) if f.name not in left_out)


T = TypeVar("T")


def model(kind: type[T], data: Any) -> T:
    """JSON data as a value of the given type of the model; what is unknown is passed over.

    Raises ValueError, TypeError or KeyError for data of another shape.
    """
    return typing.cast(T, _decoder(typing.cast(Any, kind))(data))


@cache
def _decoder(hint: Any) -> Callable[[Any], Any]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        one = _decoder(next(i for i in inner if i is not type(None)))
        return lambda data: None if data is None else one(data)
    if origin is tuple and inner[-1] is Ellipsis:
        item = _decoder(inner[0])
        return lambda data: tuple([item(element) for element in data])
    if origin is tuple:
        items = [_decoder(i) for i in inner]
        return lambda data: tuple([decode(element) for decode, element in zip(items, data, strict=True)])
    if origin is not None and issubclass(origin, Mapping):
        value = _decoder(inner[1])
        return lambda data: {key: value(element) for key, element in data.items()}
    if is_dataclass(hint):
        build: Callable[..., Any] = typing.cast(Any, hint)
        hints = typing.get_type_hints(hint)
        decoders = {name: _decoder(hints[name]) for name in _names(typing.cast(type, hint))}

        def fill(data: Any) -> Any:
            return build(**{name: decode(data[name]) for name, decode in decoders.items() if name in data})

        return fill
    if hint in (date, datetime):
        return typing.cast(Callable[[Any], Any], hint.fromisoformat)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint is float:
        return float
    if hint in (str, int, bool):
        return lambda data: _exactly(hint, data)
    return lambda data: data


def _exactly(kind: type, data: Any) -> Any:
    if type(data) is not kind:
        raise TypeError(f"expected {kind.__name__}, got {type(data).__name__}")
    return data


class Writer:
    """Appends lines to a file or stream, each flushed, from any thread; keeps nothing."""

    def __init__(self, destination: str | Path | TextIO) -> None:
        self._owned = isinstance(destination, str | Path)
        self._stream = _opened(destination) if isinstance(destination, str | Path) else destination
        self._lock = threading.Lock()

    def header(self, header: Header) -> None:
        self._write("header", header)

    def exchange(self, exchange: Exchange) -> None:
        self._write("exchange", exchange)

    def result(self, result: Result) -> None:
        self._write("result", result)

    def footer(self, footer: Footer) -> None:
        self._write("footer", footer)

    def _write(self, kind: str, value: Any) -> None:
        line = dumps({"type": kind} | plain(value)) + "\n"
        with self._lock:
            self._stream.write(line)
            self._stream.flush()

    def close(self) -> None:
        with self._lock:
            if self._owned:
                self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _opened(path: str | Path) -> TextIO:
    return Path(path).open("w", encoding="utf-8", newline="\n")


def dumps(data: Any) -> str:
    """One line of JSON; the two line separators that JSON allows raw are escaped."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def read(path: str | Path) -> Run:
    """The run that a results file holds; a broken last line and a missing footer mean an incomplete one.

    Exchanges that no report shows are kept as timings only, so memory grows little with traffic. Raises
    ``ConfigurationError`` when the file cannot be read or is not a results file of a known version.
    """
    try:
        with Path(path).open("rb") as stream:
            return _Reading(str(path)).all(stream)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); {WAY_OUT}") from error


class _Reading:
    """One pass over the lines, and a second look at those exchanges that turned out to be needed."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.header: Header | None = None
        self.footer: Footer | None = None
        self.results: list[Result] = []
        self.timings: list[Timing] = []
        self.offsets: dict[int, int] = {}
        self.truncated = False
        self._cases: dict[str, str] = {}

    def all(self, stream: BinaryIO) -> Run:
        offset = 0
        for number, line in enumerate(stream, 1):
            if not line.endswith(b"\n"):
                self.truncated = not self._is_whole(line)
                if self.truncated:
                    break
            self._line(line, number, offset)
            offset += len(line)
        if self.header is None:
            raise ConfigurationError(f"{self.path}: no header line; {WAY_OUT}")
        exchanges = {n: self._exchange(stream, n) for n in sorted(self._needed()) if n in self.offsets}
        return Run(
            self.header,
            tuple(self.results),
            self.footer,
            exchanges,
            tuple(self.timings),
            self.truncated,
            self.path,
        )

    def _is_whole(self, line: bytes) -> bool:
        try:
            json.loads(line)
        except ValueError:
            return False
        return True

    def _line(self, line: bytes, number: int, offset: int) -> None:
        if not line.strip():
            return
        try:
            data = json.loads(line)
            kind = data["type"]
            if kind == "header":
                self._version(data)
                self.header = model(Header, data)
            elif kind == "exchange":
                self.offsets[data["id"]] = offset
                case = self._cases.setdefault(data["case"], data["case"])
                self.timings.append(Timing(case, data["started"], data["seconds"], data["status"]))
            elif kind == "result":
                result = model(Result, data)
                self._cases.setdefault(result.case.id, result.case.id)
                self.results.append(result)
            elif kind == "footer":
                self.footer = model(Footer, data)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigurationError(
                f"{self.path}:{number}: no line of a results file ({error}); {WAY_OUT}"
            ) from error

    def _version(self, data: Mapping[str, Any]) -> None:
        version = data.get("schema_version")
        if version != SCHEMA_VERSION:
            raise ConfigurationError(
                f"{self.path}: results of schema version {version!r}; this release reads "
                f"{SCHEMA_VERSION!r}, so take the release that wrote them"
            )

    def _needed(self) -> set[int]:
        needed: set[int] = set()
        for result in self.results:
            latest = result.exchanges[-1] if result.exchanges else None
            shown = [finding.exchange for finding in result.findings]
            if result.findings or result.verdict in ("inconclusive", "error", "review"):
                shown.append(latest)
            needed.update(number for number in shown if number is not None)
        return needed

    def _exchange(self, stream: BinaryIO, id: int) -> Exchange:
        stream.seek(self.offsets[id])
        return model(Exchange, json.loads(stream.readline()))
