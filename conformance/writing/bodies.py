"""Bodies of requests that carry an application or a document, in a bank's own frame."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from conformance.errors import Inconclusive
from conformance.oauth.settings import filled
from conformance.operation import Operation


def whole(operation: Operation, applicant: Mapping[str, Any], key: str) -> Any:
    """An applicant, in the template that the function's request has in the bank's file, if any."""
    if not operation.body:
        return dict(applicant)
    try:
        pattern = json.loads(operation.body)
    except ValueError:
        raise Inconclusive(f"functions.{operation.id}.request is no json template") from None
    return filled(pattern, {"applicant": dict(applicant), "idempotency_key": key})


def form(field: str, kind: str, document: bytes) -> tuple[str, bytes]:
    """The media type and the bytes of a form with one document (RFC 7578)."""
    mark = secrets.token_hex(12)
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="document"\r\n'
    body = f"{head}Content-Type: {kind}\r\n\r\n".encode() + document + f"\r\n--{mark}--\r\n".encode()
    return f"multipart/form-data; boundary={mark}", body
