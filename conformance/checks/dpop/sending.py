"""A protected read that is sent again and again, each time with another proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.answer import Answer
from conformance.errors import NotApplicable
from conformance.model import Request
from conformance.oauth.grant import Tokens
from conformance.operation import Operation
from conformance.protected import Protected, tried


@dataclass
class Sender:
    """The read, its token, and the way to send both with a proof."""

    protected: Protected
    operation: Operation
    tokens: Tokens

    @classmethod
    def of(cls, protected: Protected) -> Sender:
        """Raises ``NotApplicable`` where tokens are not bound by DPoP, or open without any proof."""
        if protected.access.constraint != "dpop":
            raise NotApplicable("tokens are not bound by DPoP")
        operation = protected.probe()
        made = cls(protected, operation, protected.tokens(operation))
        if made.opens_without():
            raise NotApplicable("the token opens without any proof, which is judged elsewhere")
        return made

    @property
    def request(self) -> Request:
        return self.protected.request(self.operation)

    @property
    def now(self) -> float:
        return self.protected.access.now()

    @property
    def key(self) -> Any:
        """The key that the token is bound to."""
        return self.tokens.client.proof_key

    def proof(self, **changes: Any) -> str:
        """A right proof but for the changes."""
        return self.protected.proof(self.request, self.tokens, **changes)

    def sent(self, proof: str | None) -> Answer | None:
        """The answer to the read with this proof."""
        return tried(self.protected.access.call, self.tokens, self.request, proof=proof)

    def opens_without(self) -> bool:
        """Whether the token alone opens the read."""

        def fetch() -> bool:
            answer = self.sent(None)
            return answer is not None and answer.ok

        found: bool = self.protected.access.memory.once(("dpop", "without"), fetch)
        return found

    def control(self) -> None:
        """The right call; raises ``Inconclusive`` when it is refused."""
        self.protected.control(self.operation, self.tokens)
