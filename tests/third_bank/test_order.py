"""The same seed sends the same bytes in the same order to each operation, at any number of jobs."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from cheroot.wsgi import Server

from conformance.conduct import Output, Scope, conduct
from conformance.target import load_target
from tests.third_bank.app import PATHS, ThirdBank
from tests.third_bank.judged import HERE, KEYS

Traffic = dict[str, list[str]]
FIELDS = ("HTTP_X_API_KEY", "CONTENT_TYPE", "HTTP_ACCEPT", "HTTP_IDEMPOTENCY_KEY", "HTTP_IF_MATCH")


def traffic(jobs: int, seed: int, folder: Path) -> Traffic:
    """What came over a socket of this machine, by operation in its order."""
    bank = ThirdBank(seed=7)
    lock = threading.Lock()
    came: Traffic = defaultdict(list)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with lock:  # identifiers are drawn in the order of what makes them
            said = [environ["REQUEST_METHOD"], environ["REQUEST_URI"], *(environ.get(n, "") for n in FIELDS)]
            came[operation(environ["REQUEST_METHOD"], environ["PATH_INFO"])].append(f"{said} {body!r}")
            return bank({**environ, "wsgi.input": BytesIO(body)}, start_response)

    server = Server(("127.0.0.1", 0), app, numthreads=jobs + 2)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.bind_addr[1]}"
        text = (HERE / "bank.yaml").read_text().replace("https://api.junk-bay.example", url)
        folder.mkdir()
        (folder / "bank.yaml").write_text(text)
        (folder / "openapi.yaml").write_text((HERE / "openapi.yaml").read_text())
        target = load_target(folder / "bank.yaml").limited(jobs=jobs)
        conduct(target, Scope(seed=seed), Output(folder / "out"))
    finally:
        server.stop()
        thread.join()
    issued = re.compile("|".join(map(re.escape, [*bank.owner, *bank.payees, *bank.transfers])))
    return {
        name: [re.sub(r"127\.0\.0\.1:\d+", "here", issued.sub("issued", text)) for text in texts]
        for name, texts in came.items()
    }


def operation(method: str, path: str) -> str:
    """The method and the template of a path, described or not."""
    for _, rule in PATHS.values():
        if re.fullmatch(re.sub("<[^>]+>", "[^/]+", rule), path):
            return f"{method} {rule}"
    return f"{method} {path}"


def test_each_operation_hears_the_same_in_the_same_order_at_any_number_of_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    alone = traffic(1, 3, tmp_path / "one")
    assert sum(map(len, alone.values())) > 300
    for jobs in (4, 8):
        together = traffic(jobs, 3, tmp_path / str(jobs))
        assert set(together) == set(alone)
        for name in alone:
            assert together[name] == alone[name], name
