"""A wrong bank file is told for what it is, with a server of others, before a refusal is taken for proof."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.conduct import Scope, prepare
from conformance.model import Verdict
from conformance.oauth.access import Access
from conformance.oauth.health import examined
from conformance.registry import all_checks
from conformance.session import open_session
from conformance.target import load_target
from conformance.tsp import Tsp
from tests.peers.judged import Judged, judged
from tests.peers.provider import provider

CLIENT = ("client.*", "token.*", "par.*", "resource.*", "dpop.*", "authorize.challenge_needed")
"""Checks whose refusals would all look right to one whom the server does not let in."""
CUSTOMER = (
    "authorize.redirect_uri_exact",
    "authorize.challenge_needed",
    "token.replay_refused",
    "resource.*",
)
"""Checks whose refusals would all look right to one who never gets to the customer."""


@pytest.fixture(scope="module")
def banks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Running peers by preset, started when asked for."""
    running: dict[str, Path] = {}
    with ExitStack() as stack:

        def bank(preset: str) -> Path:
            if preset not in running:
                folder = tmp_path_factory.mktemp(preset)
                running[preset] = stack.enter_context(provider(preset, folder))
            return running[preset]

        yield bank


def changed(bank: Path, old: str, new: str) -> Path:
    """The bank file with one thing wrong, beside the right one."""
    text = bank.read_text()
    assert old in text
    wrong = bank.with_name("wrong.yaml")
    wrong.write_text(text.replace(old, new, 1))
    return wrong


def proved(found: Judged) -> set[str]:
    """The checks of refusals that passed; what is seen without being let in may pass."""
    passed = {r.case.check for r in found.results if r.verdict is Verdict.PASS}
    return {check for check in passed if all_checks()[check].purpose.startswith("Refuses")}


def lines(bank: Path, clock: Callable[[], float] = time.time) -> dict[str, tuple[bool, str]]:
    """What the doctor says of the authorization section."""
    target = load_target(bank)
    plan, profiles = prepare(target, Scope(profiles=("phase3",)))
    with open_session(target, profiles, plan, clock=clock) as session:
        memory = session.memory(0)
        access = Access(Tsp(session.traffic, "doctor", memory), target, memory)
        return {subject: (well, said) for subject, well, said in examined(access)}


WRONG = {
    "client id": (
        "fapi2",
        ("client_id: tsp-one", "client_id: tsp-unknown"),
        ("invalid_client", "authorization.client_id"),
        CLIENT,
    ),
    "key": (
        "fapi2",
        ("client_key: file:tsp-one.key", "client_key: file:stranger.key"),
        ("invalid_client", "client_key"),
        CLIENT,
    ),
    "secret": (
        "openid",
        ("client_secret: file:tsp-one.secret", "client_secret: file:tsp-two.secret"),
        ("invalid_client", "client_secret"),
        CLIENT,
    ),
    "certificate": (
        "fapi2-certificate",
        (
            "client_certificate: tsp-one-certificate.pem\n  certificate_key: file:tsp-one-certificate.key",
            "client_certificate: stranger.pem\n  certificate_key: file:stranger.key",
        ),
        ("invalid_client", "client certificate"),
        CLIENT,
    ),
    "redirect URI": (
        "fapi2",
        ("https://tsp-one.example/callback", "https://tsp-one.example/other"),
        ("redirect_uri", "has not registered it"),
        CUSTOMER,
    ),
    "redirect URI without pushing": (
        "openid",
        ("https://tsp-one.example/callback", "https://tsp-one.example/other"),
        ("redirect_uri",),
        CUSTOMER,
    ),
    "first login step": (
        "openid",
        ("fill: {login:", "fill: {HKID:"),
        ("login.settings.steps", "login (Enter any login)", "password (and password)", "'Sign-in'", "Cancel"),
        CUSTOMER,
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_proved(what: str, banks: Callable[[str], Path]) -> None:
    preset, (old, new), words, checks = WRONG[what]
    wrong = changed(banks(preset), old, new)
    well, said = lines(wrong)["TSP"]
    assert not well
    assert all(word in said for word in words), said
    found = judged(wrong, checks=checks)
    assert not found.findings
    assert not proved(found)
    told = set(found.undecided.values())
    assert any(all(word in reason for word in words) for reason in told), told


def test_a_later_login_step_that_does_not_match_tells_what_the_page_offers(
    banks: Callable[[str], Path],
) -> None:
    wrong = changed(banks("openid"), "press: Continue", "press: Agree")
    assert lines(wrong)["TSP"][0]
    found = judged(wrong, checks=("token.replay_refused", "resource.token_required"))
    assert not found.findings
    for reason in found.undecided.values():
        assert "login step 2 does not match" in reason
        assert "no button 'Agree'" in reason
        assert "'Continue'" in reason
    assert set(found.undecided) == {"token.replay_refused", "resource.token_required"}


@pytest.mark.parametrize("seconds", [-600.0, 600.0])
def test_a_wrong_clock_is_told_by_how_much(seconds: float, banks: Callable[[str], Path]) -> None:
    def clock() -> float:
        return time.time() + seconds

    bank = banks("fapi2")
    well, said = lines(bank, clock)["authorization server"]
    assert not well
    apart = re.search(r"this machine's clock differs from the bank's by ([+-]\d+) s; set", said)
    assert apart is not None
    assert abs(int(apart[1]) - seconds) <= 3
    found = judged(bank, checks=("client.*", "dpop.*", "authorize.*"), clock=clock)
    assert not found.findings
    assert not proved(found)


def test_the_right_file_is_well(banks: Callable[[str], Path]) -> None:
    for preset in ("fapi2", "openid"):
        assert all(well for well, _ in lines(banks(preset)).values()), lines(banks(preset))
