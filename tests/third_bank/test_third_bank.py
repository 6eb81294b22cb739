"""A described bank of another shape: no alarm while it is right, and each of its hundred defects found."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from conformance.model import Exchange, Verdict
from tests.third_bank.app import ThirdBank
from tests.third_bank.faults import FAULTS, Fault
from tests.third_bank.judged import judged, said

SEVERAL = frozenset(
    ("unchecked_limit", "unchecked_offset", "unchecked_q", "mass_assignment", "unchecked_Idempotency-Key")
)
"""Defects that break several rules or let several members be set, each a finding of its own."""


NOT_OF_THIS_BANK = {
    "contract.header_fields_are_as_described",
    "identity.tokens_are_verified",
    "identity.unfit_tokens_are_refused",
    "identity.functions_are_kept_apart",
    "relation.described_links_lead_on",
    "relation.links_lead_to_pages",
    "relation.linked_pages_are_disjoint",
    "relation.linked_pages_make_the_whole",
}
"""What needs signed tokens, other identities, or links from page to page: see the keyed bank; and the header
fields of refusals, of which this bank describes none."""


@pytest.mark.parametrize("seed", range(6))
def test_the_clean_bank_has_no_finding(seed: int) -> None:
    results = judged(ThirdBank(seed=seed), seed=seed)
    assert not [r for r in results if r.findings], said(results)
    absent = {r.case.check for r in results if r.verdict is Verdict.NOT_APPLICABLE}
    assert absent == NOT_OF_THIS_BANK
    assert {r.verdict for r in results} == {Verdict.PASS, Verdict.NOT_APPLICABLE}


def test_there_are_a_hundred_defects_each_with_its_checks() -> None:
    assert len(FAULTS) >= 100
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.checks for fault in FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_defect_is_found_once_by_the_checks_that_it_names(fault: Fault) -> None:
    results = judged(fault.bank())
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    found = Counter(r.case.check for r in results for _ in r.findings)
    assert set(found) == fault.checks, said(results)
    assert fault.name in SEVERAL or set(found.values()) == {1}, said(results)
    assert not [f for r in results for f in r.findings if f.intermittent], said(results)


def test_a_run_needs_few_requests() -> None:
    bank = ThirdBank()
    judged(bank)
    assert bank.served < 900


def sent(jobs: int, seed: int = 0) -> list[str]:
    """What was sent, in order; without the port of the listener, which the machine chooses."""
    heard: list[Exchange] = []
    judged(ThirdBank(), jobs=jobs, seed=seed, heard=heard)
    heard.sort(key=lambda exchange: exchange.id)
    texts = [f"{e.method} {e.url} {e.request_headers} {e.request_body}" for e in heard]
    return [re.sub(r"127\.0\.0\.1:[0-9]+", "here", text) for text in texts]


def unnamed(texts: list[str]) -> Counter[str]:
    return Counter(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", text) for text in texts)


def test_the_same_seed_sends_the_same_bytes_in_the_same_order() -> None:
    assert sent(1) == sent(1)


def test_another_number_of_jobs_sends_the_same_requests() -> None:
    assert unnamed(sent(1)) == unnamed(sent(4))


def test_another_seed_sends_other_keys() -> None:
    assert sent(1, seed=1) != sent(1, seed=2)
