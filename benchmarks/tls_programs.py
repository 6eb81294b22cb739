"""Our prober, sslyze and testssl.sh on one server, each to the versions and suites that it found.

The others run as programs of their own, as a user starts them; nothing of theirs is imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import ConfigurationError
from conformance.tls.certificate import Trust
from conformance.tls.facts import Endpoint
from conformance.tls.hosts import TlsHosts
from conformance.tls.imported import read_sslyze
from conformance.tls.suites import suite
from tests.tls.authority import ROOT

Found = Mapping[str, frozenset[str]]
"""Suites by version, both by the names that we use."""

OURS, SSLYZE, TESTSSL, TESTSSL_WHOLE = "ours", "sslyze", "testssl", "testssl-whole"
CAP = {SSLYZE: 120.0, TESTSSL: 240.0, TESTSSL_WHOLE: 600.0}
"""Seconds after which a program is ended."""

_TESTSSL = {
    "SSLv2": "SSLv2",
    "SSLv3": "SSLv3",
    "TLS1": "TLSv1.0",
    "TLS1_1": "TLSv1.1",
    "TLS1_2": "TLSv1.2",
    "TLS1_3": "TLSv1.3",
}
_TESTSSL_SUITE = re.compile(r"cipher-(ssl2|ssl3|tls1(?:_[123])?)_x([0-9a-f]+)")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one program found on one server, and the seconds it took; ``ended`` when it was cut off."""

    server: str
    program: str
    found: Found
    seconds: float
    ended: bool = False

    def line(self) -> str:
        shown = {version: sorted(names) for version, names in sorted(self.found.items())}
        return json.dumps(
            {
                "server": self.server,
                "program": self.program,
                "seconds": round(self.seconds, 4),
                "ended": self.ended,
                "found": shown,
            }
        )

    @classmethod
    def of(cls, line: str) -> Measured:
        data = json.loads(line)
        found = {version: frozenset(names) for version, names in data["found"].items()}
        return cls(data["server"], data["program"], found, data["seconds"], data["ended"])


def measure(server: str, program: str, place: str, port: int) -> Measured:
    """One program on one running server; ``place`` is where the program lies, empty for our own."""
    if program == OURS:
        return _ours(server, port)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        took, ended = _run(_command(program, place, out, port), CAP[program])
        found = _read_sslyze(out) if program == SSLYZE else _read_testssl(_json(out))
    return Measured(server, program, found, took, ended)


def _ours(server: str, port: int) -> Measured:
    """All that the TLS checks look at, intrusive ones too; mutual TLS, which no peer looks at, left out."""
    before = time.monotonic()
    trust = Trust((ROOT.certificate,), private=True)
    hosts = TlsHosts([Endpoint("localhost", port, "127.0.0.1")], trust=trust)
    facts = hosts.each()[0]
    if facts.speaks_tls:
        list(hosts.exposures())
    took = time.monotonic() - before
    found = {one.name: frozenset(str(suite(code)) for code in one.suites) for one in facts.versions}
    return Measured(server, OURS, found, took)


def _command(program: str, place: str, out: Path, port: int) -> list[str]:
    if program == SSLYZE:
        return [place, f"--json_out={out}", f"localhost:{port}{{127.0.0.1}}"]
    patience = ["--connect-timeout", "2", "--openssl-timeout", "2"]
    parts = [] if program == TESTSSL_WHOLE else [*patience, "-p", "-E"]
    plain = ["--quiet", "--color", "0", "--warnings", "off", "--mapping", "iana", "--jsonfile", str(out)]
    return [place, *plain, *parts, "--ip", "127.0.0.1", f"localhost:{port}"]


def _run(command: list[str], seconds: float) -> tuple[float, bool]:
    """How long a program took, and whether it was cut off with all that it had started."""
    before = time.monotonic()
    running = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        running.wait(seconds)
        return time.monotonic() - before, False
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGTERM)
        running.wait(10)
        return time.monotonic() - before, True


def _json(out: Path) -> Any:
    """What a program wrote; a list that was cut off in the middle is closed."""
    text = out.read_text(encoding="utf-8", errors="replace") if out.is_file() else ""
    for ending in ("", "]", "}]"):
        with contextlib.suppress(ValueError):
            return json.loads(text.rstrip().rstrip(",") + ending)
    return None


def _read_sslyze(out: Path) -> Found:
    """What sslyze found, as a run reads its report; nothing where it was cut off before it wrote one."""
    try:
        scans = read_sslyze(out).hosts
    except ConfigurationError:
        return {}
    return scans[0].suites if scans else {}


def _read_testssl(data: Any) -> Found:
    found: dict[str, set[str]] = {}
    for one in data or []:
        version = _TESTSSL.get(one["id"])
        if version and one["finding"].startswith(("offered", "supported but")):
            found.setdefault(version, set())
        told = _TESTSSL_SUITE.fullmatch(one["id"])
        if told:
            key = told[1].replace("ssl2", "SSLv2").replace("ssl3", "SSLv3").replace("tls", "TLS")
            found.setdefault(_TESTSSL[key], set()).add(str(suite(int(told[2], 16))))
    return {version: frozenset(names) for version, names in found.items()}
