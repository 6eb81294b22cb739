"""Servers with known rate limits on loopback: nginx, HAProxy, the reference bank; and a slow road to them."""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from conformance.bank.app import Bank
from conformance.bank.limits import LimitPolicy
from conformance.bank.policy import Policy
from conformance.bank.serve import serve
from tests.ports import free_port as free_port

PATH = "/fx-rates"


@contextmanager
def running(command: list[str], port: int) -> Iterator[str]:
    """A program while the block lasts, once it listens; gives the URL of the rates."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def nginx(
    rate: int, burst: int = 0, *, delay: bool = False, limit: bool = True, keep: int = 75
) -> Iterator[str]:
    """nginx with limit_req: a bucket of ``burst`` and one more, or with ``delay`` a queue of that length."""
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="nginx-"))
    (folder / PATH.strip("/")).write_text('{"data":[]}')
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    limiting = (
        f"limit_req zone=a burst={burst} {'' if delay else 'nodelay'};" if burst else "limit_req zone=a;"
    )
    (folder / "conf").write_text(
        f"""daemon off; master_process off; pid {folder}/pid; error_log {folder}/error;
        events {{ worker_connections 1024; }}
        http {{ access_log off; keepalive_requests 100000; keepalive_timeout {keep}; {temporary}
          limit_req_zone $binary_remote_addr zone=a:1m rate={rate}r/s; limit_req_status 429;
          server {{ listen 127.0.0.1:{port}; root {folder};
            location / {{ default_type application/json; {limiting if limit else ""} }} }} }}"""
    )
    try:
        with running(["nginx", "-p", str(folder), "-c", str(folder / "conf")], port) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def haproxy(quota: int, window: str = "1s") -> Iterator[str]:
    """HAProxy with a stick table: a sliding window of two counters that counts refused requests too."""
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="haproxy-"))
    (folder / "conf").write_text(
        f"""defaults
  mode http
  timeout client 30s
  timeout connect 5s
  timeout server 30s
frontend limited
  bind 127.0.0.1:{port}
  stick-table type ip size 1k expire 60s store http_req_rate({window})
  http-request track-sc0 src
  http-request return status 429 hdr Retry-After 1 if {{ sc_http_req_rate(0) gt {quota} }}
  http-request return status 200 content-type application/json string "[]"
"""
    )
    try:
        with running(["haproxy", "-q", "-db", "-f", str(folder / "conf")], port) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def bank(kind: str, quota: int, window: float = 1.0, *, seconds: float = 0.0) -> Iterator[str]:
    """The reference bank with a limit of a kind; each answer takes so many seconds."""
    policy = replace(Policy(), limits=LimitPolicy(kind=kind, quota=quota, window=window))
    if seconds:
        policy = policy.evolve("http.delay", seconds)
    with serve(Bank(policy), threads=80 if seconds else 16) as url:
        yield f"{url}{PATH}"


class _Road:
    """Carries bytes to a port and back, ``latency`` seconds later in all, give or take ``jitter``."""

    def __init__(self, port: int, latency: float, jitter: float) -> None:
        self.port, self.latency, self.jitter = port, latency, jitter
        self.random = random.Random(7)
        self.writers: list[asyncio.StreamWriter] = []

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carries one connection until either side ends it."""
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.close()
            return
        self.writers += (writer, far_writer)
        # The end of the road cancels what is still on its way.
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._way(reader, far_writer), self._way(far_reader, writer))

    async def _way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop, earliest = asyncio.get_running_loop(), 0.0
        try:
            while data := await reader.read(65536):
                wait = self.latency / 2 + self.random.uniform(-self.jitter, self.jitter) / 2
                earliest = max(earliest + 1e-6, loop.time() + max(0.0, wait))
                loop.call_at(earliest, writer.write, data)
        except OSError:
            pass
        loop.call_later(self.latency + self.jitter, writer.close)


@contextmanager
def far(url: str, latency: float = 0.05, jitter: float = 0.01) -> Iterator[str]:
    """The same server at the end of a long road."""
    port = int(url.split(":")[2].split("/")[0])
    road, loop, ready = _Road(port, latency, jitter), asyncio.new_event_loop(), threading.Event()
    opened: list[int] = []
    servers: list[asyncio.Server] = []

    async def listen() -> None:
        server = await asyncio.start_server(road.carry, "127.0.0.1", 0, backlog=512)
        servers.append(server)
        opened.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(listen())
        loop.run_forever()
        loop.run_until_complete(end())
        loop.close()

    async def end() -> None:
        servers[0].close()
        for writer in road.writers:
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(5)
    try:
        yield url.replace(f":{port}", f":{opened[0]}")
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
