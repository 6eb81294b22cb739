"""django-oauth-toolkit with Django's own login page, through its bank file alone."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.model import Verdict
from tests.peers.install import HERE
from tests.peers.judged import judged
from tests.peers.toolkit import toolkit

FOUND = {
    "P3-RES-004", "P3-RES-020", "OA-REQ-009", "OA-RES-005", "OA-PAG-004", "OA-COD-002", "OA-COD-008",
    "OA-TOK-001", "OA-TOK-022", "P3-REF-006",
}  # fmt: skip
"""Every finding, by requirement; NOTE.md says of each why it is true."""


def test_the_peer_has_exactly_the_findings_of_the_note(tmp_path: Path) -> None:
    with toolkit(tmp_path) as bank:
        found = judged(bank)
    assert not found.undecided
    assert found.requirements == FOUND, found.findings
    assert not [r for r in found.results if r.verdict is Verdict.FAIL]
    assert found.count(Verdict.PASS) >= 125


def test_the_note_explains_every_finding_and_no_other() -> None:
    text = (HERE / "NOTE.md").read_text(encoding="utf-8")
    section = text.split("\n## django-oauth-toolkit")[1].split("\n#")[0]
    assert set(re.findall(r"^\| `([A-Z0-9-]+)`", section, re.M)) == FOUND


WRONG = {
    "PKCE_REQUIRED": False,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": False,
    "REFRESH_TOKEN_REUSE_PROTECTION": False,
}
"""Switches of the package as they should not be."""


def test_switches_of_the_package_that_are_wrong_are_found(tmp_path: Path) -> None:
    with toolkit(tmp_path, WRONG) as bank:
        found = judged(bank, checks=("authorize.*challenge*", "refresh.*"))
    usual = {check for check, requirement in found.findings.items() if requirement in FOUND}
    assert set(found.findings) - usual == {
        "authorize.challenge_needed",
        "authorize.plain_challenge_refused",
        "refresh.reuse_ends_grant",
    }
