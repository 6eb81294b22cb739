"""What another scanner found: a report of ``sslyze --json_out``, read as versions and suites for comparison.

The scanner is never run from here and never a dependency; its report is a second opinion.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import ConfigurationError
from conformance.tls.codes import SSL2
from conformance.tls.facts import TlsFacts
from conformance.tls.suites import suite

_VERSIONS = {
    "ssl_3_0_cipher_suites": "SSLv3",
    "tls_1_0_cipher_suites": "TLSv1.0",
    "tls_1_1_cipher_suites": "TLSv1.1",
    "tls_1_2_cipher_suites": "TLSv1.2",
    "tls_1_3_cipher_suites": "TLSv1.3",
}


@dataclass(frozen=True, slots=True)
class ScannedHost:
    """One host of a report: its suites by version, names as IANA has them without ``TLS_``."""

    host: str
    port: int
    suites: Mapping[str, frozenset[str]]


def read_sslyze(path: Path) -> tuple[ScannedHost, ...]:
    """The hosts of a report that the scanner could reach; raises ``ConfigurationError`` for another file."""
    try:
        scans = json.loads(path.read_text("utf-8"))["server_scan_results"]
        return tuple(_host(one) for one in scans if one.get("scan_result"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path}: no report of sslyze --json_out: {error}") from error


def _host(scan: Mapping[str, Any]) -> ScannedHost:
    place, found = scan["server_location"], {}
    for key, version in _VERSIONS.items():
        accepted = ((scan["scan_result"].get(key) or {}).get("result") or {}).get(
            "accepted_cipher_suites"
        ) or ()
        names = frozenset(str(one["cipher_suite"]["name"]).removeprefix("TLS_") for one in accepted)
        if names:
            found[version] = names
    return ScannedHost(str(place["hostname"]), int(place["port"]), found)


def differences(facts: TlsFacts, scanned: ScannedHost) -> Iterator[str]:
    """Each version and suite that only one of the two saw, in a sentence; not of SSL 2.0, whose suites sslyze
    names otherwise."""
    mine = {
        one.name: {str(suite(code)) for code in one.suites} for one in facts.versions if one.version != SSL2
    }
    for version in sorted(mine.keys() | scanned.suites.keys()):
        here, there = mine.get(version, set()), scanned.suites.get(version, frozenset())
        for name in sorted(here - there):
            yield f"{version} with {name} was seen here and not by the report"
        for name in sorted(there - here):
            yield f"{version} with {name} was seen by the report and not here"
