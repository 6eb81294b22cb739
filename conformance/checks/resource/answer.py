"""Header fields of answers with a customer's data."""

from __future__ import annotations

import re
import uuid

from conformance.model import Finding
from conformance.operation import Operation
from conformance.protected import Protected
from conformance.registry import Findings, check

INTERACTION = "x-fapi-interaction-id"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@check(requests=2, logins=("grant of all",))
def interaction_id_echoed(protected: Protected) -> Findings:
    """Plays x-fapi-interaction-id back, and makes one where none came."""
    operation = protected.probe()
    tokens = protected.tokens(operation)
    sent = str(uuid.uuid4())
    request = protected.request(operation, headers=((INTERACTION, sent),))
    answer = protected.access.call(tokens, request)
    at = f"header {INTERACTION}"
    if (came := answer.header(INTERACTION)) != sent:
        yield Finding("the identifier that was sent", (came or "none")[:60], at, answer.exchange)
        return
    answer = protected.control(operation, tokens)
    if not _UUID.fullmatch(came := answer.header(INTERACTION) or ""):
        yield Finding("an identifier where none was sent", came[:60] or "none", at, answer.exchange)


@check(requests=1, logins=("grant of all",))
def answers_not_stored(protected: Protected, operation: Operation) -> Findings:
    """Lets no cache keep a customer's data."""
    answer = protected.call(protected.objects(operation)[0])
    said = ",".join(answer.values("Cache-Control")).lower()
    directives = {part.split("=")[0].strip() for part in said.split(",")}
    if answer.ok and "no-store" not in directives:
        yield Finding("Cache-Control: no-store", said[:80] or "none", "header Cache-Control", answer.exchange)
