"""The reference bank with its other ways to take applications and payments has no finding either."""

from __future__ import annotations

import pytest

from conformance.model import Verdict
from tests.matrix import fired, results

BASES = {"application-strict": "phase2", "payment-approval": "phase4", "payment-named": "phase4"}


@pytest.mark.parametrize("base", BASES)
def test_no_conformant_bank_that_is_written_to_in_another_way_has_a_finding(base: str) -> None:
    found = results(None, 0, (BASES[base],), base)
    assert not fired(found)
    assert not [(r.case.id, r.reason) for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]
