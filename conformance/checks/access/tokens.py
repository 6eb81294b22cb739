"""The endpoint at which a bank gives its TSP the token for open data: OAuth 2.0 client credentials."""

from __future__ import annotations

from conformance import probe
from conformance.answer import Answer
from conformance.authentication import Identity
from conformance.document import NotJson, shown
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.secret import Secret
from conformance.target import Target
from conformance.token import ClientCredentials, TokenFields
from conformance.tsp import Tsp

PLACE = "token endpoint"


@check(requests=2)
def wrong_client_refused(tsp: Tsp, target: Target, operations: tuple[Operation, ...]) -> Findings:
    """Gives no token to a client whose secret is not the one that was registered."""
    scheme = _scheme(target)
    if scheme.client_secret is None:
        raise NotApplicable("the TSP shows its certificate at the token endpoint, and no secret")
    _came(tsp, operations)  # the right secret has given a token, which is the control
    wrong = Secret(f"{scheme.client_secret.reveal()[:-1]}~", "WRONG_SECRET")
    flow = Identity(scheme.model_copy(update={"client_secret": wrong}), tsp.vault).renew(tsp.now())
    answer = tsp.send(next(flow))
    try:
        flow.send(answer)
    except Inconclusive:
        return
    except StopIteration:
        yield Finding("a refusal of a wrong client_secret", "a token", PLACE, answer.exchange)


@check(requests=1)
def token_is_not_stored(tsp: Tsp, target: Target, operations: tuple[Operation, ...]) -> Findings:
    """Forbids with Cache-Control: no-store to keep the answer that holds a token."""
    _scheme(target)
    answer = _came(tsp, operations)
    given = ", ".join(answer.values("Cache-Control"))
    if "no-store" not in given.lower():
        yield Finding(
            "Cache-Control: no-store", shown(given or "absent"), "header Cache-Control", answer.exchange
        )


@check(requests=1)
def token_answer_is_complete(tsp: Tsp, target: Target, operations: tuple[Operation, ...]) -> Findings:
    """States the type of a token, and its life as a number."""
    if _scheme(target).token_fields != TokenFields():
        raise NotApplicable("the bank's file declares names of its own for what comes with a token")
    answer = _came(tsp, operations)
    try:
        told = answer.json()
    except NotJson as error:
        raise Inconclusive(f"the answer with the token is not JSON: {error.reason}") from error
    if not isinstance(told, dict):
        return
    kind, life = told.get("token_type"), told.get("expires_in", 1)
    if not isinstance(kind, str) or not kind:
        yield Finding("a token_type", "none" if kind is None else shown(kind), PLACE, answer.exchange)
    if isinstance(life, bool | str) or life is None:
        yield Finding("expires_in as a number", shown(life), PLACE, answer.exchange)


def _scheme(target: Target) -> ClientCredentials:
    scheme = target.authentication
    if not isinstance(scheme, ClientCredentials):
        raise NotApplicable("the bank gives its TSP no token by OAuth 2.0 client credentials")
    return scheme


def _came(tsp: Tsp, operations: tuple[Operation, ...]) -> Answer:
    """The answer in which the token in hand came: some banks end the old one when they give a new one."""
    tsp.call(probe.sample(tsp, operations))
    answer = tsp.standing.token.answer if tsp.standing.token is not None else None
    if not isinstance(answer, Answer):
        raise Inconclusive("the bank gave its TSP no token")
    return answer
