"""What came of a sequence of steps: consents, codes and tokens, and which of them are over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable, Outcome
from conformance.generate.sequence import Broken, Step
from conformance.oauth.consent import consent_request
from conformance.oauth.grant import Code, Tokens
from conformance.operation import Operation
from conformance.protected import Protected, tried

_TEXT = re.compile(r'"([^"\\]{12,200})"')


@dataclass
class Given:
    """One customer's approval: its code and what came of it. ``withdrawn`` once its consent is revoked."""

    code: Code
    customer: int
    used: bool = False
    withdrawn: bool = False


@dataclass
class Held:
    """Tokens of an approval. ``ended`` once the access token, ``spent`` once the refresh token is revoked."""

    tokens: Tokens
    given: Given
    ended: bool = False
    spent: bool = False


@dataclass
class World:
    """Performs steps, and after each of them asks whether what is over still opens anything.

    ``theirs`` has, for each customer, texts that only the other one's answer has.
    """

    protected: Protected
    operation: Operation
    customers: int
    theirs: Sequence[frozenset[str]]
    given: list[Given] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def play(self, sequence: Sequence[Step]) -> None:
        """Performs the steps; one that has nothing to work on is passed over. Raises ``Broken``."""
        for kind, number in sequence:
            STEPS[kind](self, number)
            self.judge()

    # Steps.

    def approve(self, number: int) -> None:
        """A customer approves a new consent, and the TSP holds a code."""
        access, customer = self.protected.access, number % self.customers
        asked = access.ask(permissions=self.protected.permissions)
        self.given.append(Given(access.code(asked, customer=customer), customer))

    def redeem(self, number: int) -> None:
        """The TSP redeems a code: a used one never gives a token."""
        if not self.given:
            return
        given = self.given[number % len(self.given)]
        answer = tried(self.protected.access.redeem, given.code)
        if answer is None or not answer.ok or b"access_token" not in answer.body:
            given.used = True
            return
        if given.used:
            raise Broken("no token for a used code", "a token", answer.exchange)
        given.used = True
        self.held.append(Held(self.protected.access.tokens(answer, given.code.client), given))

    def let_in(self, number: int) -> None:
        """A customer approves, and the TSP redeems the code at once."""
        self.approve(number)
        self.redeem(len(self.given) - 1)

    def refresh(self, number: int) -> None:
        """The TSP refreshes: a revoked refresh token gives nothing."""
        known = [held for held in self.held if held.tokens.refresh_token]
        if not known:
            return
        held = known[number % len(known)]
        answer = tried(self.protected.access.refresh, held.tokens)
        if answer is None or not answer.ok or b"access_token" not in answer.body:
            return
        if held.spent:
            raise Broken("no token for a revoked refresh token", "a token", answer.exchange)
        tokens = self.protected.access.tokens(answer, held.tokens.client)
        self.held.append(Held(tokens, held.given))

    def end(self, number: int) -> None:
        """The TSP revokes an access token."""
        if self.held and self.protected.access.server.has("revocation_endpoint"):
            held = self.held[number % len(self.held)]
            same = [each for each in self.held if each.tokens.access_token == held.tokens.access_token]
            if self.protected.access.revoke(held.tokens.access_token).ok:
                for each in same:
                    each.ended = True

    def spend(self, number: int) -> None:
        """The TSP revokes a refresh token."""
        known = [held for held in self.held if held.tokens.refresh_token]
        if known and self.protected.access.server.has("revocation_endpoint"):
            held = known[number % len(known)]
            if self.protected.access.revoke(held.tokens.refresh_token).ok:
                held.spent = True

    def withdraw(self, number: int) -> None:
        """The customer's consent is revoked."""
        rule = self.protected.access.settings.consent
        if not self.given or rule is None or rule.revoke is None:
            return
        given = self.given[number % len(self.given)]
        access = self.protected.access
        request = consent_request(access, rule.revoke, {"consent_id": given.code.asked.consent})
        if access.call(access.machine(rule.scope or None), request).ok:
            given.withdrawn = True

    # Invariants.

    def judge(self) -> None:
        """Asks whether what is over opens anything, and whether each sees their own; raises ``Broken``."""
        for held in self.held:
            request = self.protected.request(self.operation)
            answer = tried(self.protected.access.call, held.tokens, request)
            if answer is None or not answer.ok:
                continue
            if held.ended:
                raise Broken("no data for a revoked token", f"status {answer.status}", answer.exchange)
            if held.given.withdrawn:
                raise Broken("no data for a withdrawn consent", f"status {answer.status}", answer.exchange)
            if _texts(answer) & self.theirs[held.given.customer]:
                raise Broken("no data of another customer", "another customer's data", answer.exchange)


STEPS: Mapping[str, Callable[[World, int], None]] = {
    "let in": World.let_in,
    "approve": World.approve,
    "redeem": World.redeem,
    "refresh": World.refresh,
    "revoke the token": World.end,
    "revoke the refresh token": World.spend,
    "withdraw the consent": World.withdraw,
}


def differences(protected: Protected, operation: Operation) -> tuple[int, Sequence[frozenset[str]]]:
    """How many customers there are to play with, and what each must not see."""
    own = _texts(protected.call(operation, 0))
    try:
        other = _texts(protected.call(operation, 1))
    except (Inconclusive, NotApplicable):
        return 1, (frozenset(),)
    return 2, (other - own, own - other)


def _texts(answer: Answer) -> frozenset[str]:
    return frozenset(_TEXT.findall(answer.text()))


def untroubled(play: Callable[[Sequence[Step]], None]) -> Callable[[Sequence[Step]], None]:
    """A way to play that ends where the bank does not go along: that breaks no invariant."""

    def played(sequence: Sequence[Step]) -> None:
        try:
            play(sequence)
        except Outcome:
            return

    return played
