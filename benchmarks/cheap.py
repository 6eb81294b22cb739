"""A server that costs next to nothing, in a process of its own: ``python -m benchmarks.cheap 0.02``.

Answers every request with the same JSON, ``latency`` seconds later than it could, over TLS and connections
that stay open, so that what is measured is who asks and not who answers. Prints its URL and the file of its
authority, and serves until standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import httptools

from benchmarks.machine import say
from conformance.bank.tls import Tls

ROW = {
    "id": "conformance-saver",
    "name": "Conformance Saver",
    "currency": "HKD",
    "annual_rate": "0.125",
    "minimum_balance": "5000.00",
    "url": "https://bank.example/savings",
    "updated": "2026-11-22T09:30:00+08:00",
}
BODY = json.dumps({"data": [ROW], "meta": {"total": 1, "page": 1, "page_size": 50}}).encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
    b"Date: Sun, 22 Nov 2026 09:30:00 GMT\r\nContent-Length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY
)


class Connection(asyncio.Protocol):
    """One client: its requests are parsed, and answered after the latency."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.transport: asyncio.WriteTransport | None = None
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        assert self.transport is not None
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self.transport.write, ANSWER)
        else:
            self.transport.write(ANSWER)


async def served(latency: float) -> None:
    tls = Tls.fresh()
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        authority = Path(folder, "ca.pem")
        authority.write_text(tls.authority.certificate, encoding="ascii")
        server = await loop.create_server(lambda: Connection(latency), "127.0.0.1", 0, ssl=tls.context())
        say(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]} {authority}")
        await loop.run_in_executor(None, sys.stdin.read)
        server.close()


def main() -> None:
    asyncio.run(served(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))


if __name__ == "__main__":
    main()
