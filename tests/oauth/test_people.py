"""Logins that the suite does not follow page by page: by a person, and in a real browser."""

from __future__ import annotations

import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from conformance.authentication import Anonymous
from conformance.bank.app import CONFORMANT, Bank
from conformance.bank.serve import serve
from conformance.embedded import description
from conformance.errors import Inconclusive
from conformance.model import Request
from conformance.oauth.access import Access
from conformance.oauth.manual import landed
from conformance.pace import Limits
from conformance.secret import Vault
from conformance.target import Target
from conformance.traffic import Traffic
from conformance.tsp import Memory, Tsp
from conformance.wire import NetworkWire
from tests.oauth.reference import policy_of
from tests.ports import free_port

CHROMIUM = shutil.which("chromium")


def returning(url: str) -> threading.Thread:
    """A browser that comes back by itself, as soon as somebody waits for it, first to a wrong place."""

    def go() -> None:
        for place in (url.split("?")[0] + "-wrong", url):
            for _ in range(400):
                try:
                    urllib.request.urlopen(place, timeout=20).read()
                except urllib.error.HTTPError:
                    break
                except OSError:
                    time.sleep(0.05)
                else:
                    break

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_a_person_is_waited_for_on_loopback(capsys: pytest.CaptureFixture[str]) -> None:
    uri = f"http://127.0.0.1:{free_port()}/callback"
    thread = returning(f"{uri}?code=abc&state=s")
    landing = landed("https://bank.example/authorize?x=1", uri, "Chan Tai Man", "approve", 60)
    thread.join()
    assert landing.parameters == {"code": "abc", "state": "s"}
    said = capsys.readouterr()
    assert "https://bank.example/authorize?x=1" in said.err
    assert "Chan Tai Man and approve" in said.err
    assert not said.out


def test_nobody_is_waited_for_longer_than_told() -> None:
    uri = f"http://127.0.0.1:{free_port()}/callback"
    began = time.monotonic()
    with pytest.raises(Inconclusive, match="nobody came back"):
        landed("https://bank.example/", uri, "Chan Tai Man", "deny", 0.3)
    assert time.monotonic() - began < 20


def test_a_redirect_uri_that_nobody_can_catch_is_told() -> None:
    with pytest.raises(Inconclusive, match=r"127\.0\.0\.1"):
        landed("https://bank.example/", "https://tsp.example/callback", "Chan Tai Man", "approve", 1)


@pytest.fixture
def served() -> Iterator[Access]:
    policy = policy_of("openid").evolve("http.plain_http", CONFORMANT.http.plain_http)
    for life in ("par_lifetime", "code_lifetime"):  # a browser may take a minute to start or to end
        policy = policy.evolve(f"authorization.{life}", 3600)
    with serve(Bank(policy)) as url:
        data = description(url, policy=policy)
        section = data["authorization"]
        assert isinstance(section, dict)
        section["login"]["strategy"] = "browser"
        section["login"].setdefault("settings", {})["patience"] = 60
        target = Target.model_validate(data)
        vault = Vault()
        traffic = Traffic(
            NetworkWire(target.tls.context(), timeout=60),
            target.base_url,
            vault=vault,
            credentials=Anonymous().flow(vault),
            limits=Limits(requests_per_second=1000),
            record=lambda _: None,
            hosts=target.authorities,
        )
        memory = Memory()
        yield Access(Tsp(traffic, "test", memory), target, memory)
        traffic.close()


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")
def test_the_same_steps_log_in_with_a_real_browser(served: Access) -> None:
    grant = served.fresh()
    request = Request("GET", served.tsp.url("/accounts"), (("Accept", "application/json"),))
    assert served.call(grant, request).status == 200
    with pytest.raises(Inconclusive, match="access_denied"):
        served.code(decision="deny")
