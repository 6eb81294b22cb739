"""Time and memory of a whole run, reports included, as its cases and its descriptions grow.

``python -m benchmarks growth`` prints a table; each row is a process of its own. Datasets of HKMA's stand-in
make cases, and a generated API description makes operations, 10, 100 and 1,000 of them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from benchmarks.machine import say
from conformance import embedded_hkma
from conformance.conduct import Output, Scope, conduct
from conformance.profile import all_profiles
from conformance.registry import all_checks
from conformance.results import read
from conformance.target import Target
from conformance.wire import MemoryWire

FORMATS = ("json", "junit", "sarif", "markdown", "csv")


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: how many datasets or operations it had and how many cases, CPU seconds, peak memory in MB."""

    number: int
    cases: int
    seconds: float
    megabytes: float


def datasets(number: int, folder: Path) -> int:
    """Judges so many datasets; gives the number of cases."""
    names = [function.id for function in all_profiles()[embedded_hkma.PROFILE].functions][:number]
    target, wire = embedded_hkma.memory(functions=names)
    return conducted(target, (embedded_hkma.PROFILE,), wire, folder)


def described(number: int, folder: Path) -> int:
    """Judges a bank by a description of so many operations; gives the number of cases."""
    text = json.dumps(description(number))

    @Request.application
    def bank(request: Request) -> Response:
        if request.path == "/openapi.json":
            return Response(text, content_type="application/json")
        if request.path.startswith("/things"):
            return Response('{"data": [{"id": "a", "amount": "1.00"}]}', content_type="application/json")
        return Response(status=404)

    target = Target.model_validate(
        {
            "bank": {"name": "Large Bank"},
            "base_url": "https://bank.example",
            "limits": {"requests_per_second": 10_000},
            "functions": {"other.fx-rate": "offered"},
            "publication": {"dictionary": "https://bank.example/openapi.json"},
        }
    )
    return conducted(target, ("publication",), MemoryWire(bank), folder)


def description(number: int) -> dict[str, Any]:
    """An API description of so many operations, each with schemas, an example and what the lint looks for."""
    paths: dict[str, Any] = {}
    for each in range(number):
        row = {
            "type": "object",
            "required": ["id", "amount"],
            "properties": {
                "id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 36, "example": "a"},
                "amount": {"type": "string", "format": "decimal", "example": "1.00"},
                "day": {"type": "string", "format": "date", "example": "2026-01-31"},
                "kind": {"type": "string", "enum": ["one", "two"], "default": "one"},
            },
        }
        body = {"schema": {"type": "object", "properties": {"data": {"type": "array", "items": row}}}}
        example = {"data": [{"id": "a", "amount": "1.00"}]}
        paths[f"/things/{each}"] = {
            "get": {
                "operationId": f"thing{each}",
                "responses": {
                    "200": {
                        "description": "Things.",
                        "content": {"application/json": body | {"example": example}},
                    },
                    "default": {"description": "A refusal."},
                },
            }
        }
    return {"openapi": "3.1.0", "info": {"title": "Large", "version": "1.0.0"}, "paths": paths}


def conducted(target: Target, profiles: tuple[str, ...], wire: MemoryWire, folder: Path) -> int:
    formats = tuple((name, folder / f"report.{name}") for name in FORMATS)
    done = conduct(target, Scope(profiles=profiles), Output(folder, formats), wire=wire)
    return sum(1 for _ in read(done.results).results)


def measured(run: Callable[[int, Path], int], number: int) -> Measured:
    """One run in a child of its own, so that its peak memory is its own."""
    with tempfile.TemporaryDirectory() as place:
        counted = Path(place) / "cases"
        pid = os.fork()
        if pid == 0:
            counted.write_text(str(run(number, Path(place))), encoding="utf-8")
            os._exit(0)
        _, status, usage = os.wait4(pid, 0)
        if status:
            raise SystemExit(f"the run of {number} ended with {status}")
        seconds = usage.ru_utime + usage.ru_stime
        return Measured(number, int(counted.read_text(encoding="utf-8")), seconds, usage.ru_maxrss / 1024)


def main() -> None:
    """Prints the table."""
    all_checks(), all_profiles()
    say(f"CPU seconds of one run with HTML and {', '.join(FORMATS)}")
    for title, run, numbers in (
        ("datasets of HKMA's stand-in", datasets, (1, 16, 166)),
        ("operations of an API description", described, (10, 100, 1000)),
    ):
        say(f"\n{title}\n{'number':>8} {'cases':>8} {'CPU s':>8} {'peak MB':>8}")
        for number in numbers:
            one = measured(run, number)
            say(f"{one.number:>8} {one.cases:>8} {one.seconds:>8.2f} {one.megabytes:>8.0f}")


if __name__ == "__main__":
    main()
