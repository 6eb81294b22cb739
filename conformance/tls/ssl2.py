"""The hello of SSL 2.0, which has a form of its own. Source: the SSL 2.0 protocol specification of 1995."""

from __future__ import annotations

import os

from conformance.tls.line import Fault, Line
from conformance.tls.suites import SSL2_SPECS
from conformance.tls.wire import Reader, vector


def hello() -> bytes:
    """A CLIENT-HELLO that offers every cipher spec."""
    specs = b"".join(code.to_bytes(3, "big") for code in SSL2_SPECS)
    challenge = os.urandom(16)
    body = b"\x01\x00\x02" + len(specs).to_bytes(2, "big") + b"\0\0" + len(challenge).to_bytes(2, "big")
    body += specs + challenge
    head = vector(body, 2)
    return bytes([head[0] | 0x80]) + head[1:]


def read_specs(line: Line) -> tuple[int, ...] | None:
    """The cipher specs of a SERVER-HELLO; None when the answer is none. Raises ``Fault``."""
    first, second = line.exactly(2)
    if not first & 0x80:
        return None
    length = (first & 0x7F) << 8 | second
    if length < 11:
        return None
    reader = Reader(line.exactly(length))
    if reader.number(1) != 4:
        return None
    reader.take(4)
    certificate, specs, connection = (reader.number(2) for _ in range(3))
    if connection > 64 or specs % 3:
        raise Fault("garbage", "an SSL 2.0 SERVER-HELLO of odd lengths")
    reader.take(certificate)
    block = Reader(reader.take(specs))
    return tuple(block.number(3) for _ in range(specs // 3))
