"""Who a request may come from: the kinds of authentication, and further identities that are to be refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from conformance.authentication import Anonymous, HeaderKey, HeaderPair, Scheme
from conformance.custom_token import CustomToken
from conformance.reference import Part
from conformance.signing import SignedRequest
from conformance.token import ClientCredentials

Authentication = Annotated[
    Anonymous | HeaderPair | HeaderKey | ClientCredentials | CustomToken | SignedRequest,
    Field(discriminator="kind"),
]


def kind(value: Any) -> Any:
    """A kind by its name alone as the section that it stands for."""
    return {"kind": value} if isinstance(value, str) else value


Identified = Annotated[Authentication | None, BeforeValidator(kind)]


class Lesser(Part):
    """An identity that may do less: the scopes that it has, and the operations that its role may not call.

    ``denied`` names operations as the description does, by operationId or as ``GET /path``.
    """

    authentication: Annotated[Authentication, BeforeValidator(kind)]
    scopes: tuple[str, ...] | None = None
    denied: tuple[str, ...] = ()


class Identities(Part):
    """Identities that the bank has made for tests, each wrong in one way. None of them is guessed."""

    expired: Identified = None
    not_yet_valid: Identified = None
    wrong_issuer: Identified = None
    wrong_audience: Identified = None
    fewer_scopes: Lesser | None = None
    lower_role: Lesser | None = None

    def unfit(self) -> Iterator[tuple[str, Scheme]]:
        """Those that no operation may serve, with words for them."""
        for words, scheme in (
            ("an expired token", self.expired),
            ("a token that is not yet valid", self.not_yet_valid),
            ("a token of another issuer", self.wrong_issuer),
            ("a token for another audience", self.wrong_audience),
        ):
            if scheme is not None:
                yield words, scheme

    def lesser(self) -> Iterator[tuple[str, Lesser]]:
        """Those that some operations serve and others do not, with words for them."""
        for words, one in (("fewer scopes", self.fewer_scopes), ("a lower role", self.lower_role)):
            if one is not None:
                yield words, one

    def schemes(self) -> Iterator[Scheme]:
        yield from (scheme for _, scheme in self.unfit())
        yield from (one.authentication for _, one in self.lesser())
