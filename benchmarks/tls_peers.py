"""The prober beside sslyze and testssl.sh, each run as a program of its own, on the test servers.

    python benchmarks/tls_peers.py [--sslyze PATH] [--testssl PATH --testssl-servers N] [NAME ...]

Prints for each server the versions found, the seconds, and each version or suite that only one found; then
the ratio of the medians. sslyze's start is measured on a closed port and shown apart.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from conformance.tls.certificate import Trust
from conformance.tls.facts import Endpoint
from conformance.tls.hosts import TlsHosts
from conformance.tls.suites import suite
from tests.tls.authority import ROOT
from tests.tls.mutual_servers import MUTUAL
from tests.tls.servers import DEFECTIVE, GOOD
from tests.tls.stacks import free_port

Found = dict[str, set[str]]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ours(port: int) -> tuple[Found, float]:
    before = time.monotonic()
    hosts = TlsHosts(
        [Endpoint("localhost", port, "127.0.0.1")], trust=Trust((ROOT.certificate,), private=True)
    )
    facts = hosts.each()[0]
    if facts.speaks_tls:
        list(hosts.exposures())
    took = time.monotonic() - before
    return {one.name: {str(suite(code)) for code in one.suites} for one in facts.versions}, took


def run(command: list[str], seconds: float) -> float:
    """How long a program took, cut off at the given seconds."""
    before = time.monotonic()
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    return time.monotonic() - before


def sslyze(program: str, port: int) -> tuple[Found, float]:
    place = Path(tempfile.mkdtemp()) / "out.json"
    took = run([program, f"--json_out={place}", f"localhost:{port}{{127.0.0.1}}"], 60)
    found: Found = {}
    if place.is_file():
        for scan in json.loads(place.read_text())["server_scan_results"]:
            result: dict[str, Any] = scan.get("scan_result") or {}
            for key, name in (
                ("ssl_2_0", "SSLv2"), ("ssl_3_0", "SSLv3"), ("tls_1_0", "TLSv1.0"), ("tls_1_1", "TLSv1.1"),
                ("tls_1_2", "TLSv1.2"), ("tls_1_3", "TLSv1.3"),
            ):  # fmt: skip
                accepted = ((result.get(f"{key}_cipher_suites") or {}).get("result") or {}).get(
                    "accepted_cipher_suites", []
                )
                if accepted:
                    found[name] = {one["cipher_suite"]["name"].removeprefix("TLS_") for one in accepted}
    return found, took


def testssl(program: str, port: int) -> tuple[Found, float]:
    place = Path(tempfile.mkdtemp()) / "out.json"
    command = [
        program,
        "--quiet",
        "--color",
        "0",
        "--warnings",
        "off",
        "--mapping",
        "iana",
        "--jsonfile",
        str(place),
    ]
    took = run([*command, "--ip", "127.0.0.1", f"localhost:{port}"], 600)
    found: Found = {}
    names = {
        "SSLv2": "SSLv2",
        "SSLv3": "SSLv3",
        "TLS1": "TLSv1.0",
        "TLS1_1": "TLSv1.1",
        "TLS1_2": "TLSv1.2",
        "TLS1_3": "TLSv1.3",
    }
    entries = json.loads(place.read_text()) if place.is_file() else []
    for one in entries:
        if one["id"] in names and one["finding"].startswith("offered"):
            found[names[one["id"]]] = set()
    for one in entries:
        if one["id"].startswith("cipher_x"):
            code = int(one["id"].removeprefix("cipher_x"), 16)
            for suites in found.values():
                suites.add(str(suite(code)))
    return found, took


def differences(mine: Found, theirs: Found, by_version: bool) -> list[str]:
    told = [
        f"{version} only {'here' if version in mine else 'there'}"
        for version in sorted(mine.keys() ^ theirs.keys())
    ]
    if by_version:
        for version in sorted(mine.keys() & theirs.keys()):
            told += [f"{version}: only here {one}" for one in sorted(mine[version] - theirs[version])]
            told += [f"{version}: only there {one}" for one in sorted(theirs[version] - mine[version])]
    elif mine and theirs:
        here, there = set().union(*mine.values()), set().union(*theirs.values())
        told += [f"only here {one}" for one in sorted(here - there)] + [
            f"only there {one}" for one in sorted(there - here)
        ]
    return told


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sslyze", default=shutil.which("sslyze"))
    parser.add_argument("--testssl", default=shutil.which("testssl") or shutil.which("testssl.sh"))
    parser.add_argument(
        "--testssl-servers", type=int, default=0, help="run testssl.sh on the first N servers"
    )
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    chosen = [one for one in (*GOOD, *DEFECTIVE, *MUTUAL) if not options.names or one.name in options.names]
    times: dict[str, list[tuple[float, float]]] = {"sslyze": [], "testssl": []}
    start = sslyze(options.sslyze, free_port())[1] if options.sslyze else 0.0
    say(f"sslyze on a closed port: {start:.2f} s" if options.sslyze else "sslyze: not found")
    for number, server in enumerate(chosen):
        with server.start() as port:
            mine, seconds = ours(port)
            line = f"{server.name:34} {', '.join(sorted(mine)) or '-':32} {seconds:6.3f} s"
            notes = []
            if options.sslyze:
                theirs, took = sslyze(options.sslyze, port)
                times["sslyze"].append((seconds, took))
                line += f"  sslyze {took:6.2f} s"
                notes += [f"sslyze: {one}" for one in differences(mine, theirs, True)]
            if options.testssl and number < options.testssl_servers:
                theirs, took = testssl(options.testssl, port)
                times["testssl"].append((seconds, took))
                line += f"  testssl {took:7.1f} s"
                notes += [f"testssl: {one}" for one in differences(mine, theirs, False)]
        say("\n    ".join([line, *notes]))
    for name, pairs in times.items():
        if pairs:
            here, there = (statistics.median(one[side] for one in pairs) for side in (0, 1))
            apart = (
                f"; {max(there - start, 0) / here:.1f} times without its start" if name == "sslyze" else ""
            )
            say(
                f"{name}: {len(pairs)} servers, median {there:.2f} s to {here:.3f} s: "
                f"{there / here:.1f} times{apart}"
            )


if __name__ == "__main__":
    main()
