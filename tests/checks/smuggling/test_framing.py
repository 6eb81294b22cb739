"""Requests that could be read in two ways: what a server lets pass is found, a right one is not blamed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from conformance.conduct import Scope, prepare
from conformance.model import Result, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from tests.checks.smuggling.lax import DEFECTS, lax
from tests.limiters import haproxy, nginx, running
from tests.ports import free_port

Server = Callable[[], AbstractContextManager[str]]


def judged(url: str) -> tuple[Result, ...]:
    """The results of the checks of framing at a server where GET /x is answered and POST is not."""
    target = Target.model_validate(
        {
            "bank": {"name": "Framing"},
            "base_url": url,
            "allow": ["intrusive"],
            "limits": {"requests_per_second": 5000},
            "functions": {"other.fx-rate": {"request": {"path": "/fx-rates"}}},
        }
    )
    plan, profiles = prepare(target, Scope(phases=("1",)))
    plan = replace(plan, cases=tuple(c for c in plan.cases if c.check.startswith("smuggling.")))
    with open_session(target, profiles, plan) as session:
        return judge(plan, session)


def found(results: tuple[Result, ...]) -> set[str]:
    return {result.case.check.partition(".")[2] for result in results if result.findings}


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_a_server_lets_pass_is_found_by_the_check_for_it_and_by_no_other(defect: str) -> None:
    with lax(defect) as url:
        assert found(judged(url)) == {DEFECTS[defect]}


def test_a_server_that_closes_every_connection_leaves_nothing_on_it() -> None:
    with nginx(1, limit=False, keep=0) as url:
        results = judged(url.removesuffix("/fx-rates"))
    assert not found(results)


@contextmanager
def node() -> Iterator[str]:
    port = free_port()
    script = (
        "require('http').createServer((q, s) => { q.on('data', () => {}); q.on('end', () => {"
        "s.writeHead(q.method == 'GET' ? 200 : 404, {'Content-Type': 'application/json'}); s.end('[]') }) })"
        f".listen({port}, '127.0.0.1')"
    )
    with running(["node", "-e", script], port) as url:
        yield url


@contextmanager
def apache() -> Iterator[str]:
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="apache-"))
    folder.chmod(0o755)
    (folder / "fx-rates").write_text("[]")
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in ("mpm_event", "authz_core", "headers")
    )
    (folder / "conf").write_text(
        f"""ServerRoot {folder}
        PidFile {folder}/pid
        ErrorLog {folder}/error
        ServerName localhost
        Listen 127.0.0.1:{port}
        {modules}
        DocumentRoot {folder}
        Header set Content-Type application/json
        <Directory {folder}>
        Require all granted
        </Directory>"""
    )
    try:
        with running(["apache2", "-DFOREGROUND", "-f", str(folder / "conf")], port) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


RIGHT: dict[str, Server] = {
    "lax, with no defect": lax,
    "nginx": partial(nginx, 1, limit=False),
    "HAProxy": partial(haproxy, 1_000_000),
    "apache2": apache,
    "node": node,
}


@pytest.mark.parametrize("name", RIGHT)
def test_no_right_server_is_blamed_for_its_framing(name: str) -> None:
    program = name.lower() if " " not in name else ""
    if program and not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    with RIGHT[name]() as url:
        results = judged(url.removesuffix("/fx-rates"))
    assert not found(results)
    assert not [(r.case.id, r.reason, r.traceback) for r in results if r.verdict is Verdict.ERROR]
    assert any(r.verdict is Verdict.PASS for r in results)
