"""Requests whose end is written so that one server may see it where another does not (RFC 9112).

The body is such that every reading ends at the same byte, or leaves an empty line, which servers skip: so
nothing is left over that could be taken for a request of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance import probe
from conformance.errors import Inconclusive, NotApplicable
from conformance.load.shot import Talk
from conformance.model import Finding, Request
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_BODY = b"{}"
_CHUNKED = b"2\r\n{}\r\n0\r\n\r\n"
_LENGTH = f"Content-Length: {len(_CHUNKED)}"
"""The length of the body in chunks, so that with and without chunks it ends at the same byte."""


@dataclass(frozen=True, slots=True)
class Framed:
    """Field lines and a body that say in two ways, or in no right way, where the request ends."""

    what: str
    lines: tuple[str, ...]
    body: bytes


@check(intrusive=True, requests=14)
def repeated_lengths_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a request with two lengths, or one that is no number, or closes the connection after it."""
    longer = _BODY + b"\r\n"
    yield from _refused(
        tsp,
        operations,
        (
            Framed("Content-Length 4, then 2", ("Content-Length: 4", "Content-Length: 2"), longer),
            Framed("Content-Length 2, then 4", ("Content-Length: 2", "Content-Length: 4"), longer),
            Framed("Content-Length: 4, 2", ("Content-Length: 4, 2",), longer),
            Framed("Content-Length: +2", ("Content-Length: +2",), _BODY),
        ),
    )


@check(intrusive=True, requests=14)
def obscured_coding_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a length beside a transfer coding that is misspelt or not last, or closes the connection."""
    codings = ("xchunked", "chunked, identity", "\x0bchunked", "chunked\x00")
    yield from _refused(
        tsp,
        operations,
        (Framed(_shown(coding), (_LENGTH, f"Transfer-Encoding: {coding}"), _CHUNKED) for coding in codings),
    )


@check(intrusive=True, requests=8)
def folded_coding_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a length beside a transfer coding on a folded line, or closes the connection."""
    folded = Framed("a folded Transfer-Encoding", (_LENGTH, "Transfer-Encoding:\r\n chunked"), _CHUNKED)
    yield from _refused(tsp, operations, (folded,))


@check(intrusive=True, requests=8)
def line_feed_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a length beside a transfer coding behind a bare line feed, or closes the connection."""
    hidden = Framed("a line feed alone", (_LENGTH, "X-Note: a\nTransfer-Encoding: chunked"), _CHUNKED)
    yield from _refused(tsp, operations, (hidden,))


@check(intrusive=True, requests=10)
def space_before_colon_refused(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Refuses white space between the name of a length and its colon, or closes the connection."""
    yield from _refused(
        tsp,
        operations,
        (
            Framed("Transfer-Encoding and a space", (_LENGTH, "Transfer-Encoding : chunked"), _CHUNKED),
            Framed("Content-Length and a space", ("Content-Length: 4", "Content-Length : 2"), b"{}\r\n"),
        ),
    )


@check(intrusive=True, requests=14)
def chunk_sizes_exact(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Takes no chunk whose size is no hexadecimal number, or wraps around beyond 64 bits to another."""
    sizes = ("10000000000000002", "0x2", "+2", "2_")
    yield from _refused(
        tsp,
        operations,
        (
            Framed(
                f"chunk size {size}",
                ("Transfer-Encoding: chunked",),
                size.encode() + _CHUNKED.removeprefix(b"2"),
            )
            for size in sizes
        ),
    )


@check(intrusive=True, requests=8)
def bodies_not_left_over(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Takes no part of a request's body, where it has no use for it, for the next request."""
    operation = probe.sample(tsp, operations)
    target = probe.nowhere(tsp, operation)
    right = _bytes(target, Framed("", (f"Content-Length: {len(_BODY)}",), _BODY))
    usual = _usual(tsp, target, right)
    for lines, body in (
        ((f"Content-Length: {len(_BODY)}",), _BODY),
        (("Transfer-Encoding: chunked",), _CHUNKED),
    ):
        said = _said(tsp, target, (_bytes(target, Framed("", lines, body)), right))
        if len(said.statuses) > 1 and said.statuses[0] == usual and said.statuses[1] == 400:
            yield Finding(
                expected="the body read to its end, or the connection closed",
                actual=f"status {usual}, and then 400 for a right request on the same connection",
                at=f"request with {lines[0].partition(':')[0]}",
                exchange=said.exchange,
            )
    probe.control(tsp, operation)


def _shown(coding: str) -> str:
    return f"Transfer-Encoding: {coding}".encode("unicode_escape").decode("ascii")


def _refused(tsp: Tsp, operations: tuple[Operation, ...], framed: Iterable[Framed]) -> Findings:
    """A finding for each request that is taken like a right one, on a connection that then takes another."""
    operation = probe.sample(tsp, operations)
    target = probe.nowhere(tsp, operation)
    right = _bytes(target, Framed("", (f"Content-Length: {len(_BODY)}",), _BODY))
    usual = _usual(tsp, target, right)
    for each in framed:
        said = _said(tsp, target, (_bytes(target, each), right))
        if said.statuses[:2] == (usual, usual):
            yield Finding(
                expected=f"400, or the end of the connection, for {each.what}",
                actual=f"status {usual} as for a right request, and the next one is taken as well",
                at="framing of a request",
                exchange=said.exchange,
            )
    probe.control(tsp, operation)


def _usual(tsp: Tsp, target: Request, right: bytes) -> int:
    """The status of a right request, on a connection that stays open after it."""
    said = _said(tsp, target, (right, right))
    if not said.statuses:
        raise Inconclusive("a right request, sent as bytes of HTTP/1.1, was not answered")
    if len(said.statuses) < 2:
        raise NotApplicable("every connection ends with its first answer, so that nothing can be left on it")
    if said.statuses[0] == 400:
        raise Inconclusive("a path that does not exist is answered 400 in any case, so that no refusal shows")
    return said.statuses[0]


def _said(tsp: Tsp, target: Request, pieces: tuple[bytes, ...]) -> Talk:
    said = tsp.converse(target, pieces)
    if said is None:
        raise NotApplicable("how a request is framed shows on a real connection only")
    if said.fault:
        raise Inconclusive(f"no connection of its own: {said.fault}")
    return said


def _bytes(target: Request, framed: Framed) -> bytes:
    parts = urlsplit(target.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fields = [f"{name}: {value}" for name, value in target.headers if name.lower() != "content-type"]
    lines = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}", *fields]
    lines += ["Content-Type: application/json", *framed.lines]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + framed.body
