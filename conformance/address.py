"""Addresses that a target names: which of them the suite may use, and how they are compared."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def url_parts(url: str) -> SplitResult | None:
    """A URL taken apart, its port too; None for what is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def safe_base(url: str) -> str:
    """A base URL that the suite may use: https, or http on loopback; without query, fragment and user."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is no URL: {error}") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{url!r} is no base URL; write for example https://sandbox.example-bank.hk")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(f"{url!r} is not https; a bank is only judged over TLS (http is for loopback)")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("a base URL has no query, fragment or user; credentials go under authentication")
    if any(c.isspace() or not c.isprintable() for c in url):
        raise ValueError("a base URL holds no space")
    return url.rstrip("/")


def safe(url: str) -> str:
    """An absolute URL that secrets may go to: https, or http on loopback. Raises ValueError for others."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise ValueError(f"{url!r} is no URL: {error}") from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise ValueError(f"{url!r} is no https URL")
    return url


def authority(url: str) -> str:
    """``host:port`` of a URL, or of a host with or without its port; https is meant where none is told."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = parts.port
    except ValueError:
        raise ValueError(f"{url!r} is no host; write for example api.example-bank.hk:443") from None
    if not parts.hostname or ("://" not in url and parts.path):
        raise ValueError(f"{url!r} is no host; write for example api.example-bank.hk:443")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host.lower()}:{port or (80 if parts.scheme == 'http' else 443)}"
