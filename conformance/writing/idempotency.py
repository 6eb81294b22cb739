"""The key by which a bank knows a request that is sent again."""

from __future__ import annotations

import secrets
from typing import Literal
from uuid import uuid4

from conformance.reference import Part, Seconds


class Idempotency(Part):
    """The header field that makes a repeated request one; ``lifetime`` is how long a key is remembered.

    Where the key stands in the body, ``header`` is empty and the body's template has ``{idempotency_key}``.
    ``form`` is what a key looks like: 32 hexadecimal digits, or a UUID.
    """

    header: str = "Idempotency-Key"
    required: bool = True
    lifetime: Seconds = 86400.0
    form: Literal["hex", "uuid"] = "hex"

    def key(self) -> str:
        """A fresh key."""
        return str(uuid4()) if self.form == "uuid" else secrets.token_hex(16)
