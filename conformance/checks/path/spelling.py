"""Whether another spelling of a path gets around the credentials that the path asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from conformance import probe
from conformance.errors import NotApplicable, Unreachable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp


@check(requests=4)
def case_gated(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Asks for credentials whatever the case of the path's letters."""
    operation = probe.sample(tsp, operations)
    path = _path(tsp, operation)
    last = path.rpartition("/")
    yield from _gated(tsp, operation, (path.upper(), path.title(), f"{last[0]}/{last[2].upper()}"))


@check(requests=5)
def slashes_gated(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Asks for credentials however many slashes the path has."""
    operation = probe.sample(tsp, operations)
    path = _path(tsp, operation)
    last = path.rpartition("/")
    yield from _gated(tsp, operation, (f"{path}/", f"{path}//", f"/{path}", f"{last[0]}//{last[2]}"))


@check(requests=6)
def dot_segments_gated(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Asks for credentials when the path has dot segments, plain or percent-encoded."""
    operation = probe.sample(tsp, operations)
    path = _path(tsp, operation)
    parent, _, last = path.rpartition("/")
    spellings = (
        f"{parent}/./{last}",
        f"{parent}/x/../{last}",
        f"{parent}/%2e/{last}",
        f"{parent}/x/%2e%2e/{last}",
        f"{path}/.",
    )
    yield from _gated(tsp, operation, spellings)


@check(requests=7)
def encoding_gated(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Asks for credentials when letters or slashes of the path are percent-encoded, once or twice."""
    operation = probe.sample(tsp, operations)
    path = _path(tsp, operation)
    parent, _, last = path.rpartition("/")
    letter, rest = f"{ord(last[0]):02x}", last[1:]
    spellings = (
        f"{parent}/%{letter}{rest}",
        f"{parent}/%25{letter}{rest}",
        f"{parent}%2f{last}",
        f"{path}%20",
        f"{path}%00",
        _first(path, lambda first: f"%25{ord(first[0]):02x}{first[1:]}"),
    )
    yield from _gated(tsp, operation, spellings)


@check(requests=6)
def parameters_gated(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Asks for credentials when path parameters or an extension follow the path."""
    operation = probe.sample(tsp, operations)
    path = _path(tsp, operation)
    parent, _, last = path.rpartition("/")
    spellings = (
        f"{path};a=b",
        f"{parent};a=b/{last}",
        f"{path}.json",
        f"{parent}/..;/{parent.rpartition('/')[2]}/{last}",
        _first(path, lambda first: f"{first};a=b"),
    )
    yield from _gated(tsp, operation, spellings)


@check(requests=4)
def every_function_gated(
    tsp: Tsp, operation: Operation, reading: Reading, operations: tuple[Operation, ...]
) -> Findings:
    """Asks for credentials at each function, with another case, a slash more or a dot segment in its path."""
    sample = probe.sample(tsp, operations)
    if operation == sample:
        raise NotApplicable("the function that stands for all is judged by more spellings")
    probe.read(reading)
    path, usual = _path(tsp, operation), _path(tsp, sample)
    bare = tsp.request(sample, credentials=False)
    spellings = []
    for mine, other in zip(_few(path), _few(usual), strict=True):
        try:
            answer = probe.asked(tsp, probe.at_path(bare, other))
        except Unreachable:
            continue
        if not answer.ok or not probe.has_rows(sample, answer):
            spellings.append(mine)  # what opens every function is told once
    yield from _gated(tsp, operation, spellings)


def _first(path: str, spell: Callable[[str], str]) -> str:
    """The path with its first segment spelt otherwise: many gates look at how a path begins."""
    _, first, *others = path.split("/")
    return "/".join(("", spell(first) if first else first, *others))


def _few(path: str) -> tuple[str, str, str]:
    """One other spelling of each kind."""
    parent, _, last = path.rpartition("/")
    return f"{path}/", f"{parent}/{last.upper()}", f"{parent}/./{last}"


def _path(tsp: Tsp, operation: Operation) -> str:
    """The path of a function without a slash at its end; raises ``NotApplicable`` where nothing is left."""
    probe.required_credentials(tsp, operation)
    path = probe.path_of(tsp.request(operation)).rstrip("/")
    if not path:
        raise NotApplicable("the function has the shortest path, which cannot be spelt otherwise")
    return path


def _gated(tsp: Tsp, operation: Operation, spellings: Iterable[str]) -> Findings:
    bare = tsp.request(operation, credentials=False)
    if probe.asked(tsp, bare).ok:
        return  # nothing is protected, which is said elsewhere
    own = probe.path_of(bare)
    accepted = False
    for spelling in dict.fromkeys(spellings):
        if spelling == own:
            continue
        try:
            answer = tsp.send(probe.at_path(bare, spelling))
        except Unreachable:
            continue
        if answer.ok and probe.has_rows(operation, answer):
            accepted = True
            yield Finding(
                expected="a refusal without credentials, however the path is spelt",
                actual=f"status {answer.status} with the rows of the function",
                at=f"path {spelling}",
                exchange=answer.exchange,
            )
    if not accepted:
        probe.control(tsp, operation)
