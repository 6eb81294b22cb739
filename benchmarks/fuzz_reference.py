"""The same over families of defects of the reference bank: ``python -m benchmarks fuzz_reference``.

Each mutant of ``contract`` and ``negative`` is served by itself, two at a time; both tools get the
descriptions of two of its lists. A mutant counts as found when a run tells of a kind that it does not tell of
the right bank. What schemathesis told is kept in ``--kept FILE`` and not asked for again while the bank and
the descriptions are the same, so that a run that broke off goes on; ``--table FILE`` writes the result.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import yaml

import conformance.bank
from benchmarks.fuzz_runs import USUAL, Run, fuzzed, judged
from benchmarks.machine import say
from conformance.bank.mutant import Mutant, all_mutants
from conformance.bank.serve import serve
from conformance.embedded import application
from conformance.profile import all_profiles

COMMAND = "python -m benchmarks fuzz_reference --table benchmarks/fuzz_reference.md"
AT_ONCE = 2
FAMILIES = ("contract", "negative")
PATHS = ("/products/savings-accounts", "/products/credit-cards")
BANK = """bank: {{name: Reference Bank, environment: sandbox}}
base_url: {url}
api: openapi.yaml
limits: {{requests_per_second: 9000, jobs: 1}}
allow: [writes, intrusive]
profiles: [contract]
"""


def described() -> str:
    """The description of Phase I with the chosen paths alone."""
    document = dict(all_profiles()["phase1"].description or {})
    document["paths"] = {k: v for k, v in document["paths"].items() if k.startswith(PATHS)}
    return yaml.safe_dump(document)


@contextmanager
def numbered(app: WSGIApplication) -> Iterator[str]:
    """The address of a bank whose answers carry their number, as those of the third bank do."""
    numbers = itertools.count(1)

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/served":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(next(numbers) - 1).encode()]
        number = str(next(numbers))

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("X-Served", number)], *rest)

        # As behind a gateway that ends TLS: the bank itself refuses plain http.
        return app({**environ, "wsgi.url_scheme": "https"}, started)

    with serve(wrapped) as url:
        yield url


@dataclass
class Kept:
    """What schemathesis told of each bank, in a file of JSON Lines, for as long as nothing else is served."""

    path: Path | None
    mark: str
    told: dict[str, list[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> Kept:
        if self.path is not None and self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if row["mark"] == self.mark:
                    self.told[row["bank"]] = row["kinds"]
        return self

    def kinds(self, bank: str, ask: Callable[[], list[str]]) -> list[str]:
        """The kinds of failures that were told of a bank, asked for unless they are known."""
        if bank not in self.told:
            found = ask()
            with self.lock:
                self.told[bank] = found
                if self.path is not None:
                    with self.path.open("a", encoding="utf-8") as file:
                        file.write(json.dumps({"mark": self.mark, "bank": bank, "kinds": found}) + "\n")
        return self.told[bank]


def mark(document: str) -> str:
    """What a finding of schemathesis depends on: itself, the bank's source, the descriptions."""
    digest = hashlib.sha256(f"{metadata.version('schemathesis')} {USUAL} {document}".encode())
    for file in sorted(Path(conformance.bank.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _asked(run: Callable[[str], Run], mutant: Mutant | None) -> list[str]:
    """The kinds of failures that a tool tells of a bank."""
    with numbered(application(mutant)) as url:
        made = run(url)
    said = f"{mutant.name if mutant else 'right bank'}: {made.requests:,} requests"
    say(f"{said}, {len(made.failures)} failures" + (f", {made.line()}" if mutant is None else ""))
    return sorted({failure.kind for failure in made.failures})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=0, help="only so many")
    parser.add_argument("--ours", action="store_true", help="leave schemathesis out")
    parser.add_argument("--kept", type=Path, help="where the findings of schemathesis are kept")
    parser.add_argument("--table", type=Path, help="where the result is written as well")
    chosen = parser.parse_args()
    document = described()
    kept = Kept(chosen.kept, mark(document)).load()
    mutants = [m for m in all_mutants() if m.scope in FAMILIES][: chosen.mutants or None]

    def ours(mutant: Mutant | None) -> list[str]:
        return _asked(lambda url: judged(BANK.format(url=url), document, url), mutant)

    def theirs(mutant: Mutant | None) -> list[str]:
        name = mutant.name if mutant else ""
        return kept.kinds(
            name, lambda: _asked(lambda url: fuzzed({"openapi.yaml": document}, url, ""), mutant)
        )

    tools = {"ours": ours} if chosen.ours else {"ours": ours, "schemathesis": theirs}
    usual = {name: set(tool(None)) for name, tool in tools.items()}
    found: dict[str, set[str]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name, tool in tools.items():
            told = pool.map(tool, mutants)
            found[name] = {m.name for m, kinds in zip(mutants, told, strict=True) if set(kinds) - usual[name]}
    lines = table([m.name for m in mutants], usual, found)
    for line in lines:
        say(line)
    if chosen.table:
        chosen.table.write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(mutants: list[str], usual: dict[str, set[str]], found: dict[str, set[str]]) -> list[str]:
    """The result as lines of Markdown."""
    missed = sorted(set().union(*found.values()) - found["ours"])
    lines = ["# Generated tests beside schemathesis, at the reference bank", ""]
    lines += [f"Written by `{COMMAND}`.", ""]
    lines += ["| | defects found | kinds of false alarms |", "| --- | --- | --- |"]
    lines += [f"| {name} | {len(found[name])} of {len(mutants)} | {len(usual[name])} |" for name in found]
    lines += ["", f"Found by schemathesis and not by ours: {', '.join(missed) or 'none'}.", ""]
    lines += [f"| defect | {' | '.join(found)} |", f"| --- |{' --- |' * len(found)}"]
    for mutant in mutants:
        lines.append(f"| {mutant} | {' | '.join('found' if mutant in n else '-' for n in found.values())} |")
    return lines


if __name__ == "__main__":
    main()
