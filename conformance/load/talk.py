"""A connection over which bytes are sent exactly as written, to see how a server takes them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress

import httptools

from conformance.load.shot import Talk

LARGEST = 1 << 20
"""Bytes of answers that are read on one connection."""


async def talk(
    host: str, port: int, context: ssl.SSLContext | None, pieces: Sequence[bytes], patience: float
) -> Talk:
    """Opens a connection, sends each piece after the answer to the one before, and closes it.

    Never raises for a peer; a peer that says nothing for ``patience`` seconds is not waited for.
    """
    try:
        async with asyncio.timeout(max(patience, 5.0)):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, ssl.SSLError, TimeoutError) as error:
        return Talk(fault=str(error)[:200] or type(error).__name__)
    answers = _Answers()
    try:
        for number, piece in enumerate(pieces, 1):
            writer.write(piece)
            async with asyncio.timeout(patience):
                await writer.drain()
                while len(answers.statuses) < number and not answers.closed:
                    answers.take(await reader.read(65536))
            if answers.closed:
                break
    except TimeoutError:
        pass
    except (OSError, ssl.SSLError):
        answers.closed = True
    finally:
        writer.transport.abort()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
    return Talk(tuple(answers.statuses), answers.closed)


async def stalled(
    host: str, port: int, context: ssl.SSLContext | None, pieces: Sequence[bytes]
) -> list[asyncio.StreamWriter]:
    """A connection for each piece, on which that is sent and nothing is read; fewer where some fail."""
    found = []
    for piece in pieces:
        try:
            async with asyncio.timeout(5.0):
                _, writer = await asyncio.open_connection(host, port, ssl=context, limit=1)
                writer.write(piece)
                await writer.drain()
        except (OSError, ssl.SSLError, TimeoutError):
            continue
        found.append(writer)
    return found


class _Answers:
    """Counts complete answers as their bytes come; also the parser's callbacks."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.closed = False
        self.size = 0
        self.parser = httptools.HttpResponseParser(self)

    def take(self, data: bytes) -> None:
        self.size += len(data)
        if not data or self.size > LARGEST:
            self.closed = True
            return
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.closed = True

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        if status >= 200:
            self.statuses.append(status)
            # Whoever says that the connection ends here has said enough.
            self.closed = self.closed or not self.parser.should_keep_alive()
