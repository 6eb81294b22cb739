"""One run of each tool as a program of its own against the third bank, and what it told of."""

from __future__ import annotations

import base64
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.fuzz_defects import Failure, label
from conformance import results
from tests.third_bank.app import PATHS
from tests.third_bank.judged import HERE, KEYS

BIN = Path(sys.executable).parent
LONGEST = 900.0
"""Seconds after which a run is given up."""
USUAL = 100
"""Examples for an operation that schemathesis tries unless it is told otherwise."""


@dataclass(frozen=True)
class Run:
    """What a run told of; requests that the bank served; seconds of wall and CPU."""

    failures: tuple[Failure, ...]
    requests: int
    wall: float
    cpu: float

    def line(self) -> str:
        return f"{self.requests:,} requests, {self.wall:.1f} s, {self.cpu:.1f} CPU s"


@contextmanager
def served(names: Sequence[str] = ()) -> Iterator[str]:
    """The address of the bank with some defects, in a process of its own."""
    command = [sys.executable, "-m", "tests.third_bank.serve", *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bank:
        assert bank.stdout
        try:
            url = bank.stdout.readline().strip()
            if not url:
                raise RuntimeError("the third bank did not start")
            yield url
        finally:
            bank.terminate()


def _measured(command: list[str], folder: str, url: str) -> tuple[int, float, float]:
    """Requests that a program sent, and its seconds of wall and CPU. Raises RuntimeError if it failed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **KEYS}, timeout=LONGEST,
        check=False,
    )  # fmt: skip
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    count = int(urllib.request.urlopen(f"{url}/served", timeout=30).read())
    if done.returncode not in (0, 1) or not count:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
    return count, wall, cpu


def ours(url: str) -> Run:
    """One run of the suite with its contract profile against the third bank."""
    text = (HERE / "bank.yaml").read_text().replace("https://api.junk-bay.example", url)
    return judged(text, (HERE / "openapi.yaml").read_text(), url)


def judged(bank: str, document: str, url: str) -> Run:
    """One run of the suite with a bank's file, which names the description ``openapi.yaml``."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bank.yaml").write_text(bank)
        Path(folder, "openapi.yaml").write_text(document)
        command = [str(BIN / "conformance"), "run", f"{folder}/bank.yaml", "--output-dir", folder, "--quiet"]
        measured = _measured(command, folder, url)
        found = results.read(Path(folder, "results.jsonl"))
    told = []
    for result in found.results:
        for finding in result.findings:
            exchange = found.exchanges.get(finding.exchange or 0)
            if exchange is not None:
                headers = {k.lower(): v for k, v in exchange.request_headers}
                operation = _operation(exchange.method, exchange.url)
                told.append(
                    Failure(
                        result.case.check, operation, exchange.url, headers,
                        exchange.request_body.encode(), _number(exchange.response_headers),
                    )
                )  # fmt: skip
    return Run(tuple(told), *measured)


def theirs(url: str, examples: int = USUAL) -> Run:
    """One run of schemathesis against the third bank, with the keys of two customers.

    It goes on after a failure, so that one defect of a group does not hide another.
    """
    settings = '[auth.wfc]\npath = "users.yaml"\nuser = "ada"\npeers = ["ada", "bob"]\n'
    document = (HERE / "openapi.yaml").read_text()
    files = {"users.yaml": _users(), "schemathesis.toml": settings, "openapi.yaml": document}
    return fuzzed(files, url, "/v2", examples)


def fuzzed(files: Mapping[str, str], url: str, base: str, examples: int = USUAL) -> Run:
    """One run of schemathesis with all its phases and checks over the description ``openapi.yaml``."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text)
        command = [str(BIN / "schemathesis"), "run", "openapi.yaml", "--url", f"{url}{base}"]
        command += ["--seed", "1", "--generation-database", "none", "--no-color", "--checks", "all"]
        command += ["--max-examples", str(examples)] if examples != USUAL else []
        command += ["--continue-on-failure", "--report", "ndjson", "--report-ndjson-path", "events.ndjson"]
        measured = _measured(command, folder, url)
        with Path(folder, "events.ndjson").open(encoding="utf-8") as events:
            told = tuple(failure for line in events for failure in _failures(json.loads(line)))
    return Run(told, *measured)


def _users() -> str:
    return "auth:\n" + "".join(
        f"  - name: {name}\n    fixedHeaders:\n      - {{name: X-Api-Key, value: {key}}}\n"
        for name, key in (("ada", KEYS["JUNK_BAY_KEY"]), ("bob", KEYS["JUNK_BAY_OTHER_KEY"]))
    )


def _failures(event: dict[str, Any]) -> Iterator[Failure]:
    recorder = event.get("ScenarioFinished", {}).get("recorder", {})
    for case, checks in recorder.get("checks", {}).items():
        for check in checks:
            if check["status"] != "failure":
                continue
            failure = check["failure_info"]["failure"]
            sent = recorder["interactions"].get(case, {})
            request, response = sent.get("request") or {}, sent.get("response") or {}
            body = request.get("body") or {}
            yield Failure(
                failure["code"],
                failure["operation"],
                request.get("uri", ""),
                {k.lower(): v[0] for k, v in request.get("headers", {}).items()},
                base64.b64decode(body.get("$base64", "")) if isinstance(body, dict) else b"",
                _number((k, v[0]) for k, v in response.get("headers", {}).items()),
            )


def _number(headers: Any) -> int:
    return next((int(value) for name, value in headers if name.lower() == "x-served"), 0)


def _operation(method: str, url: str) -> str:
    path = urlsplit(url).path
    for name, (asked, rule) in PATHS.items():
        if asked == method and re.fullmatch(re.sub("<[^>]+>", "[^/]+", rule), path):
            return label(name)
    return f"{method} {path}"
