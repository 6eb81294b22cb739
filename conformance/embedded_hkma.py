"""The stand-in for HKMA's Open API as a target: over TLS on loopback, or in memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import yaml

from conformance.bank.app import CONFORMANT
from conformance.bank.hkma.api import PREFIX, HkmaApi
from conformance.bank.mutant import Mutant
from conformance.bank.policy import Policy
from conformance.bank.serve import serve
from conformance.bank.tls import Tls
from conformance.profile import all_profiles, data_folder
from conformance.target import Target
from conformance.wire import MemoryWire, WSGIApplication

PROFILE = "hkma-public"
SCOPE = "hkma"
"""The module of mutants that are seeded into this API and not into the bank."""
NAME = "HKMA stand-in"
RATE = 5000.0
URL = "https://api.hkma.example"


@cache
def datasets() -> dict[str, dict[str, object]]:
    """The catalogue as the stand-in wants it: by the last part of the path, which it holds."""
    text = (data_folder() / PROFILE / "catalogue.yaml").read_bytes()
    known = yaml.load(text, Loader=yaml.CSafeLoader)
    return {
        function.path.rpartition("/")[2]: {**known[function.path.rpartition("/")[2]], "path": function.path}
        for function in all_profiles()[PROFILE].functions
    }


def application(
    mutant: Mutant | None = None, seed: int = 0, clock: Callable[[], float] = time.time
) -> WSGIApplication:
    """The stand-in as a WSGI application, with one defect or none."""

    def make(policy: Policy) -> WSGIApplication:
        return HkmaApi(policy.evolve("hkma.datasets", datasets()), clock, seed)

    return mutant.apply(CONFORMANT, make) if mutant else make(CONFORMANT)


def description(base_url: str, name: str = NAME, functions: Iterable[str] = ()) -> dict[str, object]:
    """The target file of the stand-in, as data; without ``functions`` it offers every dataset."""
    return {
        "bank": {"name": name, "environment": "sandbox"},
        "base_url": base_url + PREFIX.rstrip("/"),
        "limits": {"requests_per_second": RATE, "jobs": 4},
        "profiles": [PROFILE],
        "functions": dict.fromkeys(functions, "offered"),
    }


def memory(
    mutant: Mutant | None = None,
    seed: int = 0,
    functions: Iterable[str] = (),
    clock: Callable[[], float] = time.time,
) -> tuple[Target, MemoryWire]:
    """The stand-in in this process: a target, and the wire that reaches it."""
    target = Target.model_validate(description(URL, functions=functions))
    return target, MemoryWire(application(mutant, seed, clock))


@contextmanager
def embedded(mutant: Mutant | None = None, *, serving: bool = True) -> Iterator[Target]:
    """The stand-in as a target, served while the block lasts; without ``serving`` only its target."""
    name = f"{NAME}, {mutant.name}" if mutant else NAME
    if not serving:
        yield Target.model_validate(description(URL, name))
        return
    tls = Tls.fresh()
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        ca = Path(folder) / "ca.pem"
        ca.write_text(tls.authority.certificate, encoding="ascii")
        with serve(application(mutant), tls=tls) as url:
            yield Target.model_validate({**description(url, name), "tls": {"ca": str(ca)}})
