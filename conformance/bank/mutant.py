"""Mutants: the reference bank with one seeded defect each, and their registry."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from wsgiref.types import WSGIApplication

from conformance.bank import mutants
from conformance.bank.authorization.presets import authorized_as, certified_by
from conformance.bank.policy import Policy

Change = TypeVar("Change", bound=Callable[..., Any])
AppFactory = Callable[[Policy], WSGIApplication]

BASES: dict[str, Callable[[Policy], Policy]] = {
    "open": lambda policy: policy,
    "gated": lambda policy: policy.evolve("products.access", "header-pair").evolve(
        "http.cache_control", "private, max-age=60"
    ),
    "token-gated": lambda policy: policy.evolve("products.access", "bearer").evolve(
        "http.cache_control", "private, max-age=60"
    ),
    "fapi2-certificate": lambda policy: authorized_as(policy, "fapi2_private_key_jwt_mtls"),
    "fapi2-mutual": lambda policy: authorized_as(policy, "fapi2_mtls_mtls"),
    "fapi2-authority": lambda policy: certified_by(policy, "tls_client_auth"),
    "fapi2-self-signed": lambda policy: certified_by(policy, "self_signed_tls_client_auth"),
    "fapi1": lambda policy: authorized_as(policy, "fapi1_advanced_jarm"),
    "oauth2": lambda policy: authorized_as(policy, "oauth2_pkce_mtls"),
    "openid": lambda policy: authorized_as(policy, "openid"),
    "fapi1-baseline": lambda policy: authorized_as(policy, "fapi1_baseline"),
    "hybrid": lambda policy: authorized_as(policy, "openid_hybrid"),
    "ciba": lambda policy: policy.evolve("authorization.ciba", True),
    "payment-approval": lambda policy: policy.evolve("payments.approval", True),
    "payment-named": lambda policy: policy.evolve("payments.consent_named", True),
    "application-strict": lambda policy: policy.evolve("applications.strict", True),
    "message-signature": lambda policy: policy.evolve("payments.signature", "http-message"),
    "cavage-signature": lambda policy: policy.evolve("payments.signature", "cavage"),
}
"""The conformant banks that defects are seeded into: open to everybody, or to registered clients only; and
the presets of the authorization server, where the first is FAPI 2.0 with private_key_jwt and DPoP."""

_registry: dict[str, Mutant] = {}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One seeded defect. `kills` names the checks that must find it, `scope` the module that holds it.

    `base` names the conformant bank that the defect is seeded into.
    """

    name: str
    summary: str
    kills: tuple[str, ...]
    scope: str
    change: Callable[..., Any]
    on_the_wire: bool
    base: str = "open"

    def apply(self, policy: Policy, app_factory: AppFactory) -> WSGIApplication:
        """Make the faulty bank: `app_factory` over the changed policy, or its app wrapped.

        Raises TypeError when the mutant gives back neither a policy nor an application.
        """
        if self.on_the_wire:
            app: WSGIApplication = self.change(app_factory(BASES[self.base](policy)))
            if not callable(app):
                raise TypeError(f"mutant {self.name} gave {app!r} where a WSGI application belongs")
            return app
        return app_factory(self.policy(policy))

    def policy(self, policy: Policy) -> Policy:
        """Give the changed policy of the base; a fault of the wire leaves that as it is."""
        policy = BASES[self.base](policy)
        if self.on_the_wire:
            return policy
        changed = self.change(policy)
        if not isinstance(changed, Policy):
            raise TypeError(f"mutant {self.name} gave {changed!r} where a Policy belongs")
        if changed == policy:
            raise ValueError(f"mutant {self.name} changes nothing")
        return changed


def mutant(*kills: str, base: str = "open") -> Callable[[Change], Change]:
    """Register the decorated function as a mutant that the named checks must kill.

    Its first parameter decides the kind: `policy` (a Policy to a changed Policy) or `app` (a WSGI application
    to a wrapped one). `base` is the conformant bank that it changes, one of `BASES`. Raises ValueError for a
    name already taken, for no check, for no such base, and for a missing docstring.
    """
    if base not in BASES:
        raise ValueError(f"there is no base {base!r}, only {', '.join(BASES)}")
    if not kills or not all(isinstance(kill, str) for kill in kills):
        raise ValueError("name at least one check: @mutant('subject.check')")

    def register(change: Change) -> Change:
        name = change.__name__.replace("_", "-")
        if name in _registry:
            other = _registry[name].change.__module__
            raise ValueError(f"mutant {name} of {change.__module__} is already defined in {other}")
        if not change.__doc__:
            raise ValueError(f"mutant {name} has no docstring to say what is wrong")
        parameters = list(inspect.signature(change).parameters)
        if parameters not in (["policy"], ["app"]):
            raise ValueError(f"mutant {name} takes one parameter, `policy` or `app`, not {parameters}")
        _registry[name] = Mutant(
            name=name,
            summary=inspect.cleandoc(change.__doc__).splitlines()[0],
            kills=kills,
            scope=change.__module__.rpartition(".")[2],
            change=change,
            on_the_wire=parameters == ["app"],
            base=base,
        )
        return change

    return register


def all_mutants() -> tuple[Mutant, ...]:
    """Import every module of conformance.bank.mutants and give the mutants by scope and name."""
    for module in pkgutil.iter_modules(mutants.__path__, f"{mutants.__name__}."):
        importlib.import_module(module.name)
    return tuple(sorted(_registry.values(), key=lambda found: (found.scope, found.name)))
