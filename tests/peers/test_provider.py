"""oidc-provider, a certified server written by others, with its own pages, through its bank file alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.model import Verdict
from tests.peers.install import HERE
from tests.peers.judged import judged
from tests.peers.provider import provider

PAGES = {"OA-PAG-002", "OA-PAG-003", "OA-PAG-012"}
"""What its pages for developers lack."""
ALWAYS = {*PAGES, "OA-TOK-015", "P3-INT-003"}
ASSERTIONS = {"JWT-CLI-012", "JWT-CLI-023"}
FOUND = {
    "fapi2": {*ALWAYS, *ASSERTIONS, "JWT-CLI-014", "JWT-REQ-010", "P3-DPOP-008"},
    "fapi2-certificate": ALWAYS,
    "fapi1": {*ALWAYS, *ASSERTIONS, "JWT-REQ-010", "F1-AS-012"},
    "openid": {*ALWAYS, "REG-005", "REG-007", "REG-008"},
}
"""Every finding on each kind of bank, by requirement; NOTE.md says of each why it is true."""
PASSES = {"fapi2": 215, "fapi2-certificate": 155, "fapi1": 185, "openid": 138}
"""Cases that pass at least."""


@pytest.mark.parametrize("preset", FOUND)
def test_the_peer_has_exactly_the_findings_of_the_note(preset: str, tmp_path: Path) -> None:
    with provider(preset, tmp_path) as bank:
        found = judged(bank)
    assert not found.undecided
    assert found.requirements == FOUND[preset], found.findings
    assert {r.case.requirement for r in found.results if r.verdict is Verdict.FAIL} == {"OA-PAG-012"}
    assert found.count(Verdict.PASS) >= PASSES[preset]


def test_the_note_explains_every_finding_and_no_other() -> None:
    text = (HERE / "NOTE.md").read_text(encoding="utf-8")
    section = text.split("\n## oidc-provider")[1].split("\n### ")[0]
    explained = set(re.findall(r"^\| `([A-Z0-9-]+)`", section, re.M))
    assert explained == set().union(*FOUND.values())
