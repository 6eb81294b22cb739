"""The table of an address says of each suite what its weaknesses are worth."""

from __future__ import annotations

import pytest

from conformance.tls.codes import VERSION_CODES
from conformance.tls.facts import Endpoint, TlsFacts, VersionFacts
from conformance.tls.policy import policies
from conformance.tls.suites import by_name
from conformance.tls.table import table


@pytest.mark.parametrize(
    ("suite", "judgement"),
    [
        ("ECDHE_RSA_WITH_AES_128_GCM_SHA256", "good"),
        ("ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "good"),
        ("RSA_WITH_AES_128_CBC_SHA", "weak"),
        ("RSA_WITH_RC4_128_SHA", "bad"),
        ("RSA_WITH_3DES_EDE_CBC_SHA", "bad"),
    ],
)
def test_a_suite_is_judged_by_what_is_wrong_with_it(suite: str, judgement: str) -> None:
    version = VersionFacts(VERSION_CODES["TLSv1.2"], suites=(by_name()[suite],))
    facts = TlsFacts(Endpoint("bank.example", 443), reached=True, speaks_tls=True, versions=(version,))
    shown = table(facts, policies()["rfc9325"])["versions"][0]["suites"][0]
    assert (shown["name"], shown["judgement"]) == (suite, judgement)


def test_an_old_version_is_bad_whatever_its_suites() -> None:
    version = VersionFacts(VERSION_CODES["TLSv1.0"], suites=())
    facts = TlsFacts(Endpoint("bank.example", 443), reached=True, speaks_tls=True, versions=(version,))
    assert table(facts, policies()["rfc9325"])["versions"][0]["judgement"] == "bad"
