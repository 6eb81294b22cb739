"""The place that tells whether a bank follows an address: it counts who comes, and is gone afterwards."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from conformance.oauth.listener import listening, reachable


def test_whoever_comes_gets_the_key_set_and_is_counted() -> None:
    with listening({"keys": []}) as listener:
        assert not listener.came
        with urllib.request.urlopen(listener.url, timeout=5) as answer:
            assert answer.read() == b'{"keys": []}'
        assert listener.asked()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(listener.url, timeout=1)


def test_nobody_is_counted_who_does_not_come() -> None:
    with listening({"keys": []}) as listener:
        assert not listener.asked()


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("https://127.0.0.1:8443/token", True),
        ("https://localhost/token", True),
        ("https://bank.example/token", True),
        ("https://api.bank.com.hk/token", False),
        ("https://127.0.0.1.evil.hk/token", False),
        ("no address", False),
    ],
)
def test_only_a_bank_on_this_machine_reaches_it(url: str, here: bool) -> None:
    assert reachable(url) is here
