"""The key by which a bank knows a request that is sent again."""

from __future__ import annotations

from conformance.reference import Part, Seconds


class Idempotency(Part):
    """The header field that makes a repeated request one; ``lifetime`` is how long a key is remembered.

    Where the key stands in the body, ``header`` is empty and the body's template has ``{idempotency_key}``.
    """

    header: str = "Idempotency-Key"
    required: bool = True
    lifetime: Seconds = 86400.0
