"""The third bank on a loopback socket, for benchmarks: ``python -m tests.third_bank.serve PORT [FAULT]``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from cheroot.wsgi import Server

from tests.third_bank.app import ThirdBank
from tests.third_bank.faults import FAULTS


def main(port: int, name: str) -> None:
    """Serves until it is ended; ``/served`` tells how many requests there were."""
    fault = next((f for f in FAULTS if f.name == name), None)
    bank = fault.bank() if fault else ThirdBank()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/served":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(bank.served).encode()]
        return bank(environ, start_response)

    Server(("127.0.0.1", port), app, numthreads=8).start()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
