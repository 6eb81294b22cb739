"""Planted secrets leave the suite in no file and in no line that it prints."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.bank.app import Bank
from conformance.bank.policy import Policy
from conformance.bank.serve import serve
from conformance.bank.tls import Tls
from conformance.cli import main
from conformance.results import read

CLIENT = "canary-client-5f1c"
SECRET = "canary-s3cret/+with=signs&more"
HKID = "A123456(3)"
CARD = "4111 1111 1111 1111"
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
PASSWORD = "canary-passw0rd-in-a-body"

CANARIES = (
    SECRET,
    urllib.parse.quote(SECRET),
    urllib.parse.quote_plus(SECRET),
    base64.b64encode(SECRET.encode()).decode(),
    base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode(),
    HKID,
    "A1234563",
    CARD,
    CARD.replace(" ", ""),
    JWT,
    PASSWORD,
)


def leaky(row: dict[str, Any], _: str) -> dict[str, Any]:
    """A row in which a careless bank publishes what it must not, and repeats what it was sent."""
    planted = f"holder {HKID}, card {CARD}, session {JWT}, key {SECRET}"
    return {
        **row,
        "name": f"{row.get('name', '')} {planted}",
        "id": planted,
        "password": PASSWORD,
        "buy": SECRET,
    }


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run with every format against a bank that leaks, with all that it printed beside the files."""
    folder = tmp_path_factory.mktemp("canary")
    policy = Policy().evolve("products.access", "header-pair").evolve("products.clients", {CLIENT: SECRET})
    policy = policy.evolve("products.refusal_echoes_secret", True).evolve("http.error_reflects_request", True)
    policy = policy.edit_rows("*", leaky)
    tls = Tls.fresh()
    with serve(Bank(policy), tls=tls) as url, pytest.MonkeyPatch.context() as patch:
        (folder / "ca.pem").write_text(tls.authority.certificate)
        patch.setenv("CANARY_ID", CLIENT)
        patch.setenv("CANARY_SECRET", SECRET)
        described = {
            "bank": {"name": "Leaky Bank"},
            "base_url": url,
            "tls": {"ca": "ca.pem"},
            "authentication": {
                "kind": "header-pair",
                "headers": {"ClientID": "env:CANARY_ID", "ClientSecret": "env:CANARY_SECRET"},
            },
            "limits": {"requests_per_second": 1000, "jobs": 4},
            "allow": ["intrusive"],
            "functions": {"other.fx-rate": "offered", "deposits.savings-account-product": "offered"},
        }
        (folder / "bank.yaml").write_text(yaml.safe_dump(described))
        yield folder


def test_no_secret_leaves_in_any_file_or_line(output: Path, capfd: pytest.CaptureFixture[str]) -> None:
    formats = ("json", "jsonl", "junit", "html", "sarif", "markdown", "csv")
    flags = [part for name in formats for part in ("--format", f"{name}={output}/out/report.{name}")]
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "run",
                str(output / "bank.yaml"),
                "--output-dir",
                str(output / "out"),
                "--format",
                "text",
                *flags,
            ]
        )
    printed = capfd.readouterr()
    assert ended.value.code == 1
    written = {
        path.name: path.read_text(encoding="utf-8") for path in (output / "out").rglob("*") if path.is_file()
    }
    assert len(written) == len(formats) + 1
    written |= {"stdout": printed.out, "stderr": printed.err}
    for name, text in written.items():
        for canary in CANARIES:
            assert canary not in text, (
                f"{canary!r} is in {name}: …{text[max(0, text.index(canary) - 200) :][:300]}"
            )
    assert any("[redacted]" in text for text in written.values())
    assert read(output / "out" / "results.jsonl").footer is not None
