"""The third bank on a loopback socket: ``python -m tests.third_bank.serve [DEFECT …]`` prints its URL.

Every answer carries its number in the header field X-Served; ``/served`` tells how many there were.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from cheroot.wsgi import Server

from tests.third_bank.faults import FAULTS, together


def main(names: list[str]) -> None:
    """Serves until standard input ends."""
    bank = together([fault for fault in FAULTS if fault.name in names])
    numbers = itertools.count(1)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/served":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(next(numbers) - 1).encode()]
        number = str(next(numbers))

        def numbered(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("X-Served", number)], *rest)

        return bank(environ, numbered)

    server = Server(("127.0.0.1", 0), app, numthreads=8)
    server.prepare()
    sys.stdout.write(f"http://127.0.0.1:{server.bind_addr[1]}\n")
    sys.stdout.flush()
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
