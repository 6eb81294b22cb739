"""Links that are right, and what is wrong with others."""

from __future__ import annotations

import pytest

from tests.checks.asked import findings, rows

CHECKS = ("links_are_https", "links_are_complete", "links_carry_no_secret", "links_lead_outside")


def fired(link: str, field: str = "product_url") -> list[str]:
    payload = rows({"id": "1", "name": "A", field: link})
    return [check for check in CHECKS if findings(f"link.{check}", payload)]


@pytest.mark.parametrize(
    "link",
    [
        "https://www.bank.example/cards?lang=en&token_type=none",
        "https://other-company.example/terms.pdf#page=2",
        "HTTPS://BANK.EXAMPLE/",
        "https://bank.example:8443/%E9%8A%80",
        "https://銀行.example/",
        "https://8.8.8.8/a",
    ],
)
def test_a_complete_https_link_to_any_public_host_is_right(link: str) -> None:
    assert not fired(link)


@pytest.mark.parametrize(
    ("link", "check"),
    [
        ("http://bank.example/", "links_are_https"),
        ("www.bank.example", "links_are_complete"),
        ("/cards", "links_are_complete"),
        ("https://", "links_are_complete"),
        ("https://bank.example/a b", "links_are_complete"),
        ("https://bank.example:99999/", "links_are_complete"),
        ("https://[::1", "links_are_complete"),
        ("javascript:alert(1)", "links_are_complete"),
        ("N/A", "links_are_complete"),
        ("https://a:b@bank.example/", "links_carry_no_secret"),
        ("https://bank.example/?client_secret=x", "links_carry_no_secret"),
        ("https://192.168.1.4/", "links_lead_outside"),
        ("https://web01.corp/", "links_lead_outside"),
        ("https://localhost/", "links_lead_outside"),
        ("https://[::1]/", "links_lead_outside"),
        ("https://intranet/", "links_lead_outside"),
    ],
)
def test_each_fault_is_found_by_one_check(link: str, check: str) -> None:
    assert fired(link) == [check]


def test_a_sentence_that_begins_with_a_link_is_no_link() -> None:
    assert not fired("https://bank.example has more", "description")


def test_a_finding_shows_no_password() -> None:
    payload = rows({"id": "1", "name": "A", "product_url": "http://user:hunter2@bank.example/?token=abc"})
    told = [str(found) for check in CHECKS for found in findings(f"link.{check}", payload)]
    assert told
    assert not [text for text in told if "hunter2" in text or "abc" in text]
