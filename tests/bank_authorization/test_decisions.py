"""Each decision taken the wrong way can be seen from outside; taken the right way, it cannot."""

from __future__ import annotations

from dataclasses import fields

import pytest

from conformance.bank.accounts.policy import AccountPolicy
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.mutant import BASES, all_mutants
from conformance.embedded import POLICY
from tests.bank_authorization import (
    attacks_account,
    attacks_client,
    attacks_page,
    attacks_publication,
    attacks_request,
    attacks_resource,
    attacks_token,
)
from tests.bank_authorization.attack import Attack

VARIANTS = frozenset(
    {
        "client_authentication",
        "sender_constraint",
        "scopes",
        "id_token_alg",
        "access_token_format",
        "ciba",
        "registration",
        "dpop_nonce_required",
        "key_rotation",
        "mtls_origin",
        "issuer",
    }
)
AUTHORIZATION: tuple[Attack, ...] = (
    *attacks_client.ATTACKS,
    *attacks_request.ATTACKS,
    *attacks_page.ATTACKS,
    *attacks_token.ATTACKS,
    *attacks_publication.ATTACKS,
    *attacks_resource.ATTACKS,
)


def _name(attack: Attack) -> str:
    return f"{attack.name}-{attack.value}"[:60].replace("[", "").replace(" ", "")


@pytest.mark.parametrize("attack", [*AUTHORIZATION, *attacks_account.ATTACKS], ids=_name)
def test_the_attack_succeeds_only_on_the_bank_with_the_defect(attack: Attack) -> None:
    assert not attack.run(attack.bank(faulty=False)), "the conformant bank falls for it"
    assert attack.run(attack.bank(faulty=True)), "the faulty bank withstands it"


def _seeded(part: str, kind: type[AuthorizationPolicy] | type[AccountPolicy]) -> set[str]:
    """The decisions that some mutant takes the wrong way, so that the matrix shows them from outside."""
    found = set()
    for mutant in all_mutants():
        if not mutant.on_the_wire:
            right = getattr(BASES[mutant.base](POLICY), part)
            wrong = getattr(mutant.policy(POLICY), part)
            found |= {f.name for f in fields(kind) if getattr(right, f.name) != getattr(wrong, f.name)}
    return found


def test_every_decision_of_the_authorization_server_has_an_attack_or_a_mutant() -> None:
    decided = {each.name for each in fields(AuthorizationPolicy)} - VARIANTS
    shown = {attack.name for attack in AUTHORIZATION} | _seeded("authorization", AuthorizationPolicy)
    assert not decided - shown
    assert not {attack.name for attack in AUTHORIZATION} - decided - VARIANTS


def test_every_decision_of_the_account_services_has_an_attack_or_a_mutant() -> None:
    decided = {each.name for each in fields(AccountPolicy)}
    shown = {attack.name for attack in attacks_account.ATTACKS} | _seeded("accounts", AccountPolicy)
    assert not decided - shown
