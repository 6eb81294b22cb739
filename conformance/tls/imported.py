"""What another scanner found: a report of ``sslyze --json_out``, as a second opinion beside our own facts.

The scanner is never run from here and never a dependency. Its report changes no verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from conformance.errors import ConfigurationError
from conformance.tls.facts import TlsFacts
from conformance.tls.suites import suite

LARGEST = 64 << 20
"""Bytes of a report that are read."""
WAY_OUT = "write one with `sslyze --json_out=FILE HOST:PORT`"
_VERSIONS = {
    "ssl_2_0_cipher_suites": "SSLv2",
    "ssl_3_0_cipher_suites": "SSLv3",
    "tls_1_0_cipher_suites": "TLSv1.0",
    "tls_1_1_cipher_suites": "TLSv1.1",
    "tls_1_2_cipher_suites": "TLSv1.2",
    "tls_1_3_cipher_suites": "TLSv1.3",
}
_TOLD = (
    ("Heartbleed", "heartbleed", "is_vulnerable_to_heartbleed"),
    ("early ChangeCipherSpec", "openssl_ccs_injection", "is_vulnerable_to_ccs_injection"),
    ("ROBOT", "robot", "robot_result"),
    ("compression", "tls_compression", "supports_compression"),
    ("early data", "tls_1_3_early_data", "supports_early_data"),
    ("secure renegotiation", "session_renegotiation", "supports_secure_renegotiation"),
    ("client renegotiation", "session_renegotiation", "is_vulnerable_to_client_renegotiation_dos"),
    ("fallback signal", "tls_fallback_scsv", "supports_fallback_scsv"),
    ("extended master secret", "tls_extended_master_secret", "supports_ems_extension"),
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScannedHost:
    """One host of a report: its suites by version, by our names, and what else it was said to do.

    ``problem`` says why the scanner saw nothing of it.
    """

    host: str
    port: int
    address: str
    suites: Mapping[str, frozenset[str]]
    told: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Scan:
    """A report. ``tool`` is the scanner with its version, ``made`` the day."""

    tool: str = ""
    made: str = ""
    hosts: tuple[ScannedHost, ...] = ()

    def of(self, facts: TlsFacts) -> ScannedHost | None:
        """What the report says of an address: of this very one, or of its host where it names no address."""
        place = facts.endpoint
        same = [one for one in self.hosts if (one.host, one.port) == (place.host.lower(), place.port)]
        exact = next((one for one in same if one.address == place.address), None)
        return exact or next((one for one in same if not (one.address and place.address)), None)


def read_sslyze(path: Path) -> Scan:
    """A report from its file; raises ``ConfigurationError`` with the place of what is no such report."""
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigurationError(
                f"{path}: larger than {LARGEST >> 20} MB, so no report of sslyze; {WAY_OUT}"
            )
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        raise ConfigurationError(
            f"{where}: no report of sslyze, since no JSON ({error.msg}); {WAY_OUT}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: no report of sslyze, since no JSON; {WAY_OUT}") from error
    if isinstance(data, list) and data and isinstance(data[0], dict) and {"id", "finding"} <= data[0].keys():
        raise ConfigurationError(f"{path}: a report of testssl.sh, which is not read here; {WAY_OUT}")
    try:
        return _scan(data)
    except _Misshapen as error:
        raise ConfigurationError(f"{path}: no report of sslyze: {error}; {WAY_OUT}") from error


class _Misshapen(Exception):
    """What is not as in a report, with its JSON Pointer."""


def _scan(data: Any) -> Scan:
    scans = _member(data, "server_scan_results", list, "")
    version = data.get("sslyze_version")
    made = data.get("date_scans_started")
    return Scan(
        tool=f"sslyze {version}" if isinstance(version, str) else "sslyze",
        made=made[:10] if isinstance(made, str) else "",
        hosts=tuple(_host(one, f"/server_scan_results/{at}") for at, one in enumerate(scans)),
    )


def _host(scan: Any, at: str) -> ScannedHost:
    place = _member(scan, "server_location", dict, at)
    here = f"{at}/server_location"
    address = place.get("ip_address")
    result = scan.get("scan_result")
    status = scan.get("scan_status") or scan.get("connectivity_status")
    return ScannedHost(
        host=_member(place, "hostname", str, here).lower(),
        port=_member(place, "port", int, here),
        address=address if isinstance(address, str) else "",
        suites=dict(_suites(result, f"{at}/scan_result")) if isinstance(result, dict) else {},
        told=tuple(_told(result)) if isinstance(result, dict) else (),
        problem="" if isinstance(result, dict) else str(status or "no result").lower().replace("_", " "),
    )


def _suites(result: Mapping[str, Any], at: str) -> Iterator[tuple[str, frozenset[str]]]:
    for key, version in _VERSIONS.items():
        found = _inner(result, key)
        accepted = found.get("accepted_cipher_suites", [])
        here = f"{at}/{key}/result/accepted_cipher_suites"
        names = set()
        for number, one in enumerate(accepted if isinstance(accepted, list) else []):
            inside = _member(one, "cipher_suite", dict, f"{here}/{number}")
            names.add(_ours(_member(inside, "name", str, f"{here}/{number}/cipher_suite")))
        if names:
            yield version, frozenset(names)


def _ours(name: str) -> str:
    """A suite by our name for it: without ``TLS_``, and SSL 2.0's with its version."""
    return f"SSL2_{name.removeprefix('SSL_CK_')}" if name.startswith("SSL_CK_") else name.removeprefix("TLS_")


def _told(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for what, command, member in _TOLD:
        value = _inner(result, command).get(member)
        if isinstance(value, bool):
            yield what, "yes" if value else "no"
        elif isinstance(value, str):
            yield what, value.lower().replace("_", " ")


def _inner(result: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    attempt = result.get(key)
    found = attempt.get("result") if isinstance(attempt, dict) else None
    return found if isinstance(found, dict) else {}


def _member(holder: Any, name: str, kind: type[T], at: str) -> T:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        words = {list: "a list", dict: "an object", str: "a text", int: "a number"}
        seen = "absent" if value is None else f"of type {type(value).__name__}"
        raise _Misshapen(f"{at}/{name}: {words[kind]} is expected, and it is {seen}")
    return value


def differences(facts: TlsFacts, scanned: ScannedHost) -> Iterator[str]:
    """Each version and suite that only one of the two saw, in a sentence."""
    mine = {one.name: {str(suite(code)) for code in one.suites} for one in facts.versions}
    for version in sorted(mine.keys() | scanned.suites.keys()):
        here, there = mine.get(version, set()), scanned.suites.get(version, frozenset())
        for name in sorted(here - there):
            yield f"{version} with {name} was seen here and not by the report"
        for name in sorted(there - here):
            yield f"{version} with {name} was seen by the report and not here"


def second_opinion(facts: TlsFacts, scan: Scan) -> dict[str, Any]:
    """What a report says of an address beside our facts, as JSON values; empty when it says nothing."""
    scanned = scan.of(facts)
    if scanned is None:
        return {}
    return {
        "by": scan.tool,
        "made": scan.made,
        "problem": scanned.problem,
        "versions": [{"name": name, "suites": len(names)} for name, names in sorted(scanned.suites.items())],
        "told": [{"what": what, "said": said} for what, said in scanned.told],
        "differences": [] if scanned.problem else list(differences(facts, scanned)),
    }


def elsewhere(scan: Scan, facts: Sequence[TlsFacts]) -> tuple[str, ...]:
    """The hosts of a report that are none of those looked at here."""
    here = {id(found) for one in facts if (found := scan.of(one)) is not None}
    return tuple(dict.fromkeys(str(one) for one in scan.hosts if id(one) not in here))
