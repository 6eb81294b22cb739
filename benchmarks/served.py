"""The reference bank in a process of its own, its answers delayed: ``python -m benchmarks.served 0.02``.

Prints its URL and the file of its authority, and serves until standard input ends.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.machine import say
from conformance.bank.serve import serve
from conformance.bank.tls import Tls
from conformance.embedded import application


@contextmanager
def bank(latency: float, module: str = "benchmarks.served") -> Iterator[tuple[str, str]]:
    """URL and authority file of a bank that answers ``latency`` seconds later than it could."""
    command = [sys.executable, "-m", module, str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            url, authority = process.stdout.readline().split()
            yield url, authority
        finally:
            process.stdin.close()
            process.wait(timeout=20)


def main() -> None:
    latency = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
    usual = application()

    def delayed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if latency:
            time.sleep(latency)
        return usual(environ, start_response)

    tls = Tls.fresh()
    with tempfile.TemporaryDirectory() as folder, serve(delayed, tls=tls) as url:
        authority = Path(folder, "ca.pem")
        authority.write_text(tls.authority.certificate, encoding="ascii")
        say(f"{url} {authority}")
        sys.stdin.read()


if __name__ == "__main__":
    main()
