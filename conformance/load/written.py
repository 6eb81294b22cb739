"""Requests as bytes, and where they go."""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance.model import Request

Origin = tuple[bool, str, int]


def origin_of(request: Request) -> Origin:
    """Whether TLS is spoken, the host and the port."""
    parts = urlsplit(request.url)
    secure = parts.scheme == "https"
    return secure, parts.hostname or "", parts.port or (443 if secure else 80)


def serialised(request: Request, version: str = "1.1") -> bytes:
    """The bytes of a request in HTTP/1.1 or 1.0, its target exactly as written."""
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    names = {name.lower() for name, _ in request.headers}
    lines = [f"{request.method} {target} HTTP/{version}"]
    if "host" not in names:
        lines.append(f"Host: {parts.netloc.rpartition('@')[2]}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    framed = names & {"content-length", "transfer-encoding"}
    if not framed and (request.body or request.method in ("POST", "PUT", "PATCH")):
        lines.append(f"Content-Length: {len(request.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + request.body
