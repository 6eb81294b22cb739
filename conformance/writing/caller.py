"""Who makes an application: the TSP by its token or credentials, or another TSP, who is a stranger to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance import jose
from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.client import Client
from conformance.oauth.grant import told
from conformance.oauth.settings import Asked
from conformance.secret import Secret
from conformance.writing import jwe, sealing
from conformance.writing.applying import Seal


@dataclass(frozen=True, slots=True)
class Caller:
    """The TSP at a bank with an authorization server, or at one that knows it by its credentials alone."""

    access: Access
    scope: str

    def call(self, request: Request, *, stranger: bool = False) -> Answer:
        """The answer to a request; a ``stranger`` is another TSP. Raises ``Inconclusive`` without one."""
        access = self.access
        if access.target.authorization is None:
            return access.tsp.send(self._as_other(request) if stranger else access.tsp.authorized(request))
        client = access.second if stranger else None
        if not stranger:
            request = access.tsp.authorized(request)
        # That it is made with the TSP's own token is said by bank.yaml, whatever the metadata leave out.
        tokens = access.machine(self.scope or None, client=client, declared=True)
        return access.call(tokens, request, client=client)

    def _as_other(self, request: Request) -> Request:
        scheme, tsp = self.access.target.other_identity, self.access.tsp
        if scheme is None:
            raise Inconclusive("only one TSP is configured; give other_identity in bank.yaml")
        flow = self.access.memory.once(("applications", "stranger"), lambda: scheme.flow(tsp.vault))
        made: Request = flow.apply(request, tsp.send, tsp.now())
        return made

    def keys(self, seal: Seal, step: Callable[[Asked, str], Request]) -> sealing.Keys:
        """The keys of a seal; raises ``Inconclusive`` where the bank's or the TSP's cannot be had."""
        own, own_id = self._own(seal)
        bank, bank_id = self.access.memory.once(
            ("seal", seal.kind, seal.path), lambda: self._bank(seal, step)
        )
        return sealing.Keys(bank, bank_id, own, own_id)

    def other(self, seal: Seal) -> tuple[object, str]:
        """The key with which another TSP signs, and its identifier; raises ``Inconclusive`` without one."""
        if seal.other_key is None:
            second = self.access.second
            return second.signing_key, second.key_id
        return self._private(seal.other_key, "other_key"), seal.other_key_id

    def _own(self, seal: Seal) -> tuple[object, str]:
        if seal.key is not None:
            return self._private(seal.key, "key"), seal.key_id
        if not seal.signed and seal.kind == "jwe":
            return None, ""
        client: Client = self.access.client
        return client.signing_key, seal.key_id or client.key_id

    def _bank(self, seal: Seal, step: Callable[[Asked, str], Request]) -> tuple[object, str]:
        try:
            if seal.bank_key is not None:
                return jwe.key_of(seal.bank_key.reveal()), ""
            if seal.keys is None:
                raise Inconclusive("writes.applications.seals tells neither keys nor bank_key")
            answer = self.call(step(seal.keys, seal.keys.path))
            if not answer.ok:
                raise Inconclusive(f"the bank's keys were answered {told(answer)}")
            return jwe.published(answer.json())
        except (ValueError, NotJson) as error:
            raise Inconclusive(f"the bank's key for encryption: {error}") from None

    def _private(self, secret: Secret, name: str) -> object:
        """The private key of a seal, read once in a round: OpenSSL takes its time to trust one."""

        def read() -> object:
            try:
                return jose.load_private(secret.reveal())
            except ValueError as error:
                raise Inconclusive(f"writes.applications.seals.{name}: {error}") from None

        return self.access.memory.once(("seal", name, id(secret)), read)
