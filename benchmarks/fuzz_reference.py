"""The same over families of defects of the reference bank: ``python -m benchmarks fuzz_reference``.

Each mutant of ``contract`` and ``negative`` is served by itself; both tools get the descriptions of two of
its lists. A mutant counts as found when a run tells of a kind that it does not tell of the right bank.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import yaml

from benchmarks.fuzz_runs import Run, fuzzed, judged
from benchmarks.machine import say
from conformance.bank.mutant import all_mutants
from conformance.bank.serve import serve
from conformance.embedded import application
from conformance.profile import all_profiles

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=0, help="only so many")
    parser.add_argument("--ours", action="store_true", help="leave schemathesis out")
    chosen = parser.parse_args()
    document = described()
    runs: dict[str, Callable[[str], Run]] = {"ours": lambda url: judged(BANK.format(url=url), document, url)}
    if not chosen.ours:
        runs["schemathesis"] = lambda url: fuzzed({"openapi.yaml": document}, url, "")
    usual: dict[str, set[str]] = {}
    for name, run in runs.items():
        with numbered(application()) as url:
            made = run(url)
        usual[name] = {failure.kind for failure in made.failures}
        say(f"right reference bank, {name}: {made.line()}, {len(usual[name])} kinds of false alarms")
    mutants = [m for m in all_mutants() if m.scope in FAMILIES][: chosen.mutants or None]
    found: dict[str, set[str]] = {name: set() for name in runs}
    for mutant in mutants:
        said = []
        for name, run in runs.items():
            with numbered(application(mutant)) as url:
                made = run(url)
            if {failure.kind for failure in made.failures} - usual[name]:
                found[name].add(mutant.name)
            said.append(f"{name} {'finds' if mutant.name in found[name] else 'misses'} it, {made.line()}")
        say(f"{mutant.name}: {'; '.join(said)}")
    for name, names in found.items():
        say(f"{name}: {len(names)} of {len(mutants)} defects of the reference bank")
    missed = sorted(set().union(*found.values()) - found["ours"])
    say(f"found by schemathesis and not by ours: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
