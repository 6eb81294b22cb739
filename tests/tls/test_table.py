"""The table of an address says of each suite what its weaknesses are worth."""

from __future__ import annotations

import pytest

from conformance.tls.codes import VERSION_CODES
from conformance.tls.facts import Endpoint, ResumptionFacts, TlsFacts, VersionFacts
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


def test_what_else_was_seen_is_told_in_words() -> None:
    seen = TlsFacts(
        Endpoint("bank.example", 443, uses=("base_url", "token_endpoint")),
        resumption=ResumptionFacts(by_ticket=True, tls13=True, lifetime=7200, early_data=16384),
        fallback_signal=False,
    )
    told = {one["what"]: one["said"] for one in table(seen, policies()["rfc9325"])["facts"]}
    assert told == {
        "uses": "base_url, token_endpoint", "resumption": "by ticket, in TLS 1.3", "tickets": "for 2:00:00",
        "early data": "up to 16384 bytes", "compression": "no", "fallback signal": "no",
    }  # fmt: skip
