"""The pages of a server of others, gone through by a real browser with the same steps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conformance.conduct import Scope, prepare
from conformance.oauth.access import Access
from conformance.session import open_session
from conformance.target import load_target
from conformance.tsp import Tsp
from tests.peers.provider import provider


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_a_real_browser_presses_the_buttons_and_follows_the_links_of_the_pages(tmp_path: Path) -> None:
    # A browser may take longer to end than the five seconds that codes are good for otherwise.
    with provider("openid", tmp_path, defects=("codes-for-an-hour",)) as bank:
        text = bank.read_text().replace("strategy: form", "strategy: browser")
        bank.write_text(text.replace("    settings:\n", "    settings:\n      patience: 60\n", 1))
        target = load_target(bank)
        plan, profiles = prepare(target, Scope(profiles=("phase3",)))
        with open_session(target, profiles, plan) as session:
            memory = session.memory(0)
            access = Access(Tsp(session.traffic, "browser", memory), target, memory)
            assert access.fresh().access_token
            landing, _ = access.landing(access.ask(), decision="deny")
            assert landing.error == "access_denied"
