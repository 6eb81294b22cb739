"""The suite judges a bank that it has never met, by its bank file alone."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from conformance.conduct import Output, Scope, conduct, prepare
from conformance.load.timeline import Timeline
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import load_target
from conformance.verdict import ExitCode
from conformance.wire import MemoryWire
from tests.second_bank import data
from tests.second_bank.app import SecondBank
from tests.second_bank.faults import FAULTS, Fault

HERE = Path(__file__).parent
CLIENT = ("lotus-tsp-17", "not-a-secret-but-long-enough")


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTUS_CLIENT_ID", CLIENT[0])
    monkeypatch.setenv("LOTUS_CLIENT_SECRET", CLIENT[1])


make = partial(SecondBank, CLIENT)


def judged(app: WSGIApplication, scope: frozenset[str] | None = None) -> tuple[Result, ...]:
    """The results of Phase I, or those of its cases that concern the functions in ``scope``.

    The bank has no limit of requests, which is rightly observed and no defect that is seeded here.
    """
    target = load_target(HERE / "bank.yaml")
    plan, profiles = prepare(target, Scope())
    kept = tuple(
        case
        for case in plan.cases
        if (scope is None or case.function in scope) and not case.check.startswith("rate_limit.")
    )
    with open_session(target, profiles, plan, wire=MemoryWire(app, clock=Timeline())) as session:
        return judge(replace(plan, cases=kept), session)


def fired(results: tuple[Result, ...]) -> set[str]:
    return {r.case.check for r in results if r.findings}


def said(results: tuple[Result, ...]) -> str:
    return "\n".join(
        f"{r.case.id} {r.verdict} {r.reason}: expected {f.expected}, got {f.actual} at {f.at}"
        for r in results
        for f in r.findings[:3]
    )


def test_the_clean_bank_conforms_and_nothing_is_found() -> None:
    results = judged(make())
    assert not fired(results), said(results)
    assert {r.verdict for r in results} == {Verdict.PASS, Verdict.NOT_APPLICABLE}
    passed = {r.case.function for r in results if r.verdict is Verdict.PASS}
    assert len(passed - {""}) == 11
    assert "other.atm" not in passed
    assert sum(r.verdict is Verdict.PASS for r in results) > 500


def test_it_has_more_than_two_hundred_products_in_three_languages() -> None:
    products = [record for path in data.PRODUCTS for record in data.products(path)]
    assert len(products) == 3 * 216
    assert {record["language"] for record in products} == set(data.LANGUAGES)


def test_there_are_fifteen_defects_or_more_each_with_its_checks() -> None:
    assert len(FAULTS) >= 15
    assert all(fault.checks for fault in FAULTS)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_defect_is_found_by_the_checks_that_it_names_and_no_other(fault: Fault) -> None:
    whole = {""} if fault.wire else set()
    results = judged(fault.apply(make), frozenset({fault.function, *whole}))
    assert not [r.traceback for r in results if r.verdict is Verdict.ERROR]
    assert fired(results) == fault.checks, said(results)
    for result in results:
        if result.findings and result.case.function:
            assert result.case.function == fault.function
            assert all(f.seen > 1 or f.tried == 1 for f in result.findings)


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """The base URL of the bank on a loopback socket."""

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: object) -> None:
            pass

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_over_a_socket_the_report_says_conformant_and_keeps_the_secrets(tmp_path: Path) -> None:
    with served(make(plain=True)) as url:
        text = (HERE / "bank.yaml").read_text().replace("https://sandbox.lotus-bank.example", url)
        (tmp_path / "bank.yaml").write_text(text)
        target = load_target(tmp_path / "bank.yaml")
        done = conduct(target, Scope(), Output(tmp_path / "report"))
    assert done.code is ExitCode.CONFORMANT
    for file in (tmp_path / "report").iterdir():
        assert CLIENT[1] not in file.read_text()


def test_it_shares_no_code_with_the_suite() -> None:
    own: Callable[[Path], set[str]] = lambda path: {  # noqa: E731
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
    }
    for name in ("data", "app", "faults"):
        assert not [module for module in own(HERE / f"{name}.py") if module.startswith("conformance")]
