"""What showed a finding is sent again as it was, signed anew, and only where it may be."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from cheroot.wsgi import Server
from click.testing import CliRunner

from conformance import replay, results
from conformance.cli.replay_command import command
from conformance.conduct import Output, Scope, conduct
from conformance.errors import ConfigurationError
from conformance.model import Plan
from conformance.plan import Selection
from conformance.session import open_session
from conformance.target import load_target
from tests.hostile import answer, peer
from tests.third_bank.app import ThirdBank
from tests.third_bank.faults import FAULTS, together
from tests.third_bank.judged import HERE, KEYS

SEEDED = (
    "unchecked PayeeData/properties/name/maxLength",
    "nul_crashes",
    "total_missing",
    "any_key_works",
)
CHECKS = (
    "negative.lengths_are_checked",
    "contract.input_never_fails_the_server",
    "contract.header_fields_are_as_described",
    "identity.credentials_are_checked",
)
JSON = ("Content-Type: application/json", "Connection: close")
Heard = list[tuple[str, bytes, str]]


@contextmanager
def serving(bank: ThirdBank, heard: Heard) -> Iterator[str]:
    """The bank on a socket; ``heard`` receives method and path, body and key of every request."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        heard.append(
            (
                f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}",
                body,
                environ.get("HTTP_X_API_KEY", ""),
            )
        )
        return bank({**environ, "wsgi.input": BytesIO(body)}, start_response)

    server = Server(("127.0.0.1", 0), app, numthreads=2)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a run against the bank with three defects, with the bank's file beside them."""
    folder = tmp_path_factory.mktemp("replay")
    with pytest.MonkeyPatch.context() as patch, serving(_faulty(), []) as url:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        text = (HERE / "bank.yaml").read_text().replace("https://api.junk-bay.example", url)
        (folder / "bank.yaml").write_text(text)
        (folder / "openapi.yaml").write_text((HERE / "openapi.yaml").read_text())
        scope = Scope(selection=Selection(CHECKS))
        return conduct(load_target(folder / "bank.yaml"), scope, Output(folder / "out")).results


def _faulty() -> ThirdBank:
    return together([fault for fault in FAULTS if fault.name in SEEDED])


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def _exchanges(run: Path) -> dict[str, int]:
    """The exchange behind the finding of each check."""
    read = results.read(run)
    return {r.case.check: f.exchange or 0 for r in read.results for f in r.findings}


@pytest.mark.usefixtures("keys")
def test_the_same_bytes_are_sent_again_under_the_key_of_the_file(run: Path) -> None:
    heard: Heard = []
    number = _exchanges(run)["contract.input_never_fails_the_server"]
    with serving(_faulty(), heard) as url:
        done = CliRunner().invoke(command, [str(run), str(number), "--base-url", url], standalone_mode=False)
    assert "same" in done.output
    assert done.return_value == 1
    body = b'{"name":"a\\u0000b","bank":"111","account":"111111"}'
    assert heard == [("POST /v2/payees", body, KEYS["JUNK_BAY_KEY"])]


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("check", CHECKS)
def test_a_bank_that_was_mended_answers_otherwise(run: Path, check: str) -> None:
    number = _exchanges(run)[check]
    with serving(ThirdBank(), []) as url:
        done = CliRunner().invoke(command, [str(run), str(number), "--base-url", url], standalone_mode=False)
    assert "changed" in done.output, done.output
    assert done.return_value == 0


@pytest.mark.usefixtures("keys")
def test_a_requirement_stands_for_all_of_its_findings(run: Path) -> None:
    read = results.read(run)
    [result] = [
        r for r in read.results if r.findings and r.case.check == "contract.header_fields_are_as_described"
    ]
    by_requirement = replay.wanted(read, result.case.requirement)
    assert [shown.exchange.id for shown in by_requirement] == [
        shown.exchange.id for shown in replay.wanted(read, result.case.id)
    ]


def rates(sells: str) -> bytes:
    return json.dumps({"asOf": sells, "items": [{"ccy": "GBP", "buy": "10.11", "sell": sells}]}).encode()


@pytest.fixture(scope="module")
def swapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a run against a bank that buys for more than it sells for."""
    folder = tmp_path_factory.mktemp("swapped")
    functions = {
        "other.fx-rate": {
            "request": {"path": "/fx"},
            "rows": ["$.items[*]"],
            "fields": {"currency": "$.ccy", "base": {"constant": "HKD"}, "buy": "$.buy", "sell": "$.sell"},
        }
    }
    with peer(answer(rates("9.88"), *JSON)) as url:
        described = {"bank": {"name": "B"}, "base_url": url, "functions": functions}
        (folder / "bank.yaml").write_text(json.dumps(described))
        scope = Scope(selection=Selection(("fx.buy_not_above_sell",)))
        return conduct(load_target(folder / "bank.yaml"), scope, Output(folder / "out")).results


@pytest.mark.parametrize(
    ("sells", "status", "told", "code"),
    [
        ("9.88", "200 OK", "same", 1),
        ("10.20", "200 OK", "/items/0/sell 9.88, now 10.20", 0),
        ("", "401 Unauthorized", "refuses the plain request of other.fx-rate as well (401)", 4),
        ("", "503 Service Unavailable", "try again later", 4),
    ],
)
def test_a_value_that_a_finding_tells_of_is_compared_and_a_bank_that_refuses_all_is_no_mended_one(
    swapped: Path, sells: str, status: str, told: str, code: int
) -> None:
    with peer(answer(rates(sells), *JSON, status=status)) as url:
        arguments = [str(swapped), "P1-FX-001", "--base-url", url]
        done = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert told in done.output, done.output
    assert done.return_value == code


@pytest.mark.usefixtures("keys")
def test_what_changes_the_bank_is_sent_only_where_writes_are_allowed(run: Path) -> None:
    read = results.read(run)
    numbers = _exchanges(run)
    target = load_target(run.parent.parent / "bank.yaml")
    [write] = replay.wanted(read, str(numbers["negative.lengths_are_checked"]))
    [passive] = replay.wanted(read, str(numbers["contract.header_fields_are_as_described"]))
    replay.admitted(write, target)
    with pytest.raises(ConfigurationError, match="does not allow writes"):
        replay.admitted(write, target.model_copy(update={"allow": ()}))
    production = target.model_copy(
        update={"allow": (), "bank": target.bank.model_copy(update={"environment": "production"})}
    )
    with pytest.raises(ConfigurationError, match="production"):
        replay.admitted(write, production)
    replay.admitted(passive, production)


def test_what_the_results_do_not_have_is_said(run: Path) -> None:
    with pytest.raises(ConfigurationError, match="999999: neither a case"):
        replay.wanted(results.read(run), "999999")


@pytest.mark.usefixtures("keys")
def test_a_value_that_is_kept_nowhere_is_not_made_up(run: Path) -> None:
    read = results.read(run)
    [shown] = replay.wanted(read, str(_exchanges(run)["negative.lengths_are_checked"]))
    forged = replace(
        shown,
        exchange=replace(
            shown.exchange,
            curl=shown.exchange.curl.replace('"$JUNK_BAY_KEY"', "'[redacted]'"),
        ),
    )
    heard: Heard = []
    with serving(ThirdBank(), heard) as url:
        target = load_target(run.parent.parent / "bank.yaml").model_copy(update={"base_url": url})
        with (
            open_session(target, (), Plan((), (), 0, "")) as session,
            pytest.raises(ConfigurationError, match="kept nowhere"),
        ):
            replay.sent(forged, read, session)
    assert not heard


@pytest.mark.usefixtures("keys")
def test_a_body_that_was_too_long_to_be_kept_is_not_cut(run: Path) -> None:
    read = results.read(run)
    [shown] = replay.wanted(read, str(_exchanges(run)["negative.lengths_are_checked"]))
    curl = f"{shown.exchange.curl} --data-binary '@70000 bytes that are not kept'"
    long = replace(shown, exchange=replace(shown.exchange, curl=curl, request_base64=""))
    target = load_target(run.parent.parent / "bank.yaml")
    with (
        open_session(target, (), Plan((), (), 0, "")) as session,
        pytest.raises(ConfigurationError, match="too long"),
    ):
        replay.sent(long, read, session)


def test_every_card_names_the_command(run: Path) -> None:
    from conformance import report

    finished = report.build(results.read(run))
    replays = [card.replays[0] for cards in finished.cards.values() for card in cards]
    wanted = {f"conformance replay {run} {number}" for number in _exchanges(run).values()}
    assert set(replays) == wanted
