"""The place that tells whether a bank follows an address: it hears who comes, and is gone afterwards."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request

import pytest

from conformance.listener import listening, reachable


def test_whoever_comes_gets_the_content_and_is_heard_under_the_name_that_was_asked_for() -> None:
    with listening(b'{"keys": []}') as listener:
        assert not listener.heard("keys")
        with urllib.request.urlopen(listener.url("keys"), timeout=5) as answer:
            assert (answer.status, answer.read()) == (200, b'{"keys": []}')
        assert listener.heard("keys")
        assert not listener.heard("other")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(listener.url("keys"), timeout=1)


def test_a_listener_without_content_says_so() -> None:
    with listening() as listener, urllib.request.urlopen(listener.url("canary-1"), timeout=5) as answer:
        assert (answer.status, answer.read()) == (204, b"")


def test_who_comes_late_is_waited_for_and_who_does_not_come_is_not_heard() -> None:
    def come(url: str) -> None:
        urllib.request.urlopen(url, timeout=5).close()

    with listening() as listener:
        late = threading.Timer(0.05, come, (listener.url("late"),))
        late.start()
        assert listener.heard("late", patience=30)
        late.join()
        assert not listener.heard("nobody", patience=0.05)


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
