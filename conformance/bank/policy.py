"""The decisions of the reference bank, one frozen part per service, conformant by default."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from conformance.bank.accounts.policy import AccountPolicy
from conformance.bank.applications.policy import ApplicationPolicy
from conformance.bank.authorization.policy import AuthorizationPolicy
from conformance.bank.hkma.policy import HkmaPolicy
from conformance.bank.http_policy import HttpPolicy
from conformance.bank.limits import LimitPolicy
from conformance.bank.payments.policy import PaymentPolicy
from conformance.bank.products.policy import Edit, ListEdit, ProductPolicy, RowEdit
from conformance.bank.publication.policy import PublicationPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """All decisions of one bank. `Policy()` is the conformant bank; a change seeds a defect or a variant."""

    http: HttpPolicy = field(default_factory=HttpPolicy)
    products: ProductPolicy = field(default_factory=ProductPolicy)
    authorization: AuthorizationPolicy = field(default_factory=AuthorizationPolicy)
    accounts: AccountPolicy = field(default_factory=AccountPolicy)
    payments: PaymentPolicy = field(default_factory=PaymentPolicy)
    applications: ApplicationPolicy = field(default_factory=ApplicationPolicy)
    limits: LimitPolicy = field(default_factory=LimitPolicy)
    publication: PublicationPolicy = field(default_factory=PublicationPolicy)
    hkma: HkmaPolicy = field(default_factory=HkmaPolicy)

    def evolve(self, path: str, value: Any) -> Policy:
        """Give a copy with one decision changed: `policy.evolve("products.total_wrong", True)`.

        A path may go deeper where a part is itself a frozen dataclass. Raises AttributeError for a decision
        that does not exist, with the names that do.
        """
        changed: Policy = _evolve(self, path.split("."), path, value)
        return changed

    def edit_rows(self, function: str, edit: RowEdit) -> Policy:
        """Give a copy whose rows of `function` pass `edit(row, language) -> row` just before the wire.

        `function` is an id (`other.fx-rate`) or a pattern (`deposits.*`). The row is a copy: edit it freely.
        """
        return self._edited(Edit(function, row=edit))

    def edit_list(self, function: str, edit: ListEdit) -> Policy:
        """Give a copy whose list of `function` passes `edit(rows, language) -> rows` before paging."""
        return self._edited(Edit(function, rows=edit))

    def _edited(self, edit: Edit) -> Policy:
        return replace(self, products=replace(self.products, edits=(*self.products.edits, edit)))


def _evolve(part: Any, names: list[str], path: str, value: Any) -> Any:
    known = [each.name for each in fields(part)] if is_dataclass(part) else []
    name, rest = names[0], names[1:]
    if name not in known:
        has = ", ".join(known) or "no parts"
        raise AttributeError(f"no decision {path!r}: {type(part).__name__} has {has}")
    return replace(part, **{name: _evolve(getattr(part, name), rest, path, value) if rest else value})
