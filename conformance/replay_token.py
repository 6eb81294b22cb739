"""Tokens of a replay: a request that carried one goes with a new one of the same holder, and a new proof.

A results file keeps no token. Its command lines tell by a variable's name whose token went with a request,
and that it went as it had been issued; what was altered, lent or used up only its case can make again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.channel import CONSENT
from conformance.oauth.grant import Tokens
from conformance.offer import operations
from conformance.profile import all_profiles
from conformance.protected import OWN_NAME, Protected
from conformance.registry import all_checks
from conformance.results import Run
from conformance.session import Session
from conformance.tsp import Tsp

CARRIED = re.compile(r"(Bearer|DPoP) \$(?:CUSTOMER_(\d+)_TOKEN|ACCESS_TOKEN)(?:_\d+)?")
ALTERING = frozenset(("dpop", "resource"))
"""Subjects whose checks send a right token with another proof, certificate or scheme."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """What stands in for the token of a request: a new one, under the same scheme, with or without proof."""

    access: Access
    tokens: Tokens
    scheme: str
    proof: bool

    def send(self, request: Request) -> Answer:
        """The answer to the request with the token, and with its consent where the bank wants that."""
        for name, value in self.access.tsp.constants():
            if CONSENT in value:
                request = request.with_header(name, value)
        return self.access.call(
            self.tokens, request, scheme=self.scheme, proof=self.proof or None, patient=False
        )


def issued(told: str) -> bool:
    """Whether a field of a command line names a token that the bank issued during the run: the same name may
    stand for another token by now."""
    return CARRIED.fullmatch(told) is not None


def bearer(
    run: Run, session: Session, tsp: Tsp, case: tuple[str, str], told: str, *, proof: bool
) -> Bearer | None:
    """A new token in place of the one that ``told``, a field of a command line, names; None where no other
    will do.

    ``case`` is the check and the function; ``proof`` says whether a DPoP proof went with the request. Logs
    customers in as the bank's file says, which may need a person; raises ``Inconclusive`` if that fails.
    """
    check, function = case
    if session.target.authorization is None or check.partition(".")[0] in ALTERING:
        return None
    profiles = [all_profiles()[p.name] for p in run.header.profiles if p.name in all_profiles()]
    access = Access(tsp, session.target, tsp.memory)
    protected = Protected(access, operations(session.target, tuple(profiles)))
    given = _given(access, told, proof)
    carried = CARRIED.fullmatch(told)
    if given is not None or carried is None:
        return given
    if carried[2]:
        tokens = protected.grant(int(carried[2]) - 1).tokens
    elif _own_name(protected, check, function):
        tokens = protected.tokens(protected.operations[function])
    else:
        return None
    return Bearer(access, tokens, carried[1], proof)


def _given(access: Access, told: str, proof: bool) -> Bearer | None:
    """The token that the bank's file gives, where the request carried it."""
    held = access.configured.login.tokens.get("access_token")
    scheme, _, word = told.partition(" ")
    if held is None or word != access.tsp.vault.curl_variable(held.reveal()):
        return None
    return Bearer(access, access.given(0, access.client).tokens, scheme, proof)


def _own_name(protected: Protected, check: str, function: str) -> bool:
    """Whether a case reads a resource in the TSP's own name, for which there is one shared token."""
    known, operation = all_checks().get(check), protected.operations.get(function)
    plain = known is not None and known.per_function and "protected" not in known.needs
    return plain and operation is not None and operation.function.resource in OWN_NAME
