"""A sslyze report is read as a second opinion, and its differences are told; another file is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import main
from conformance.errors import ConfigurationError
from conformance.tls.facts import Endpoint, TlsFacts, VersionFacts
from conformance.tls.imported import Scan, differences, elsewhere, read_sslyze, second_opinion
from tests.tls import stacks
from tests.tls.authority import ROOT

REAL = Path(__file__).with_name("sslyze.json.gz")
"""Written by sslyze 6.3.1 of the test servers python-rsa (8443) and openssl-tls10 (9443), and of a closed
port (7443); the ports were changed."""


@contextmanager
def real(folder: Path, **ports: int) -> Iterator[Path]:
    data = json.loads(gzip.decompress(REAL.read_bytes()))
    known = {"right": 8443, "old": 9443, "closed": 7443}
    for scan in data["server_scan_results"]:
        place = scan["server_location"]
        place["port"] = next((ports[n] for n, p in known.items() if p == place["port"] and n in ports), 1)
    file = folder / "report.json"
    file.write_text(json.dumps(data))
    yield file


NAMELESS = (
    '{"server_scan_results": [{"server_location": {"hostname": "a", "port": 443}, "scan_result": '
    '{"tls_1_2_cipher_suites": {"result": {"accepted_cipher_suites": [{}]}}}}]}'
)


def seen(*suites: int, address: str = "127.0.0.1", port: int = 8443) -> TlsFacts:
    return TlsFacts(Endpoint("localhost", port, address), versions=(VersionFacts(0x0303, suites),))


def test_a_real_report_is_read_whole(tmp_path: Path) -> None:
    with real(tmp_path, right=8443, old=9443, closed=7443) as file:
        scan = read_sslyze(file)
    hosts = {one.port: one for one in scan.hosts}
    assert scan.tool == "sslyze 6.3.1"
    assert scan.made == "2026-11-22"
    assert set(hosts[8443].suites) == {"TLSv1.2", "TLSv1.3"}
    assert "ECDHE_RSA_WITH_AES_128_GCM_SHA256" in hosts[8443].suites["TLSv1.2"]
    assert "TLSv1.0" in hosts[9443].suites
    assert ("Heartbleed", "no") in hosts[8443].told
    assert hosts[7443].problem == "error no connectivity"


def test_each_suite_that_only_one_saw_is_told(tmp_path: Path) -> None:
    with real(tmp_path, right=8443) as file:
        scan = read_sslyze(file)
    found = scan.of(seen(0xC02F, 0x0005))
    assert found is not None
    told = list(differences(seen(0xC02F, 0x0005), found))
    assert "TLSv1.2 with RSA_WITH_RC4_128_SHA was seen here and not by the report" in told
    assert "TLSv1.3 with AES_128_GCM_SHA256 was seen by the report and not here" in told
    assert not [one for one in told if "ECDHE_RSA_WITH_AES_128_GCM_SHA256" in one]


def test_an_address_that_the_report_did_not_look_at_is_compared_with_nothing(tmp_path: Path) -> None:
    with real(tmp_path, right=8443) as file:
        scan = read_sslyze(file)
    assert second_opinion(seen(0xC02F, address="127.0.0.2"), scan) == {}
    assert second_opinion(seen(0xC02F, port=8444), scan) == {}
    assert second_opinion(seen(0xC02F), Scan()) == {}
    assert elsewhere(scan, [seen(0xC02F)]) == ("localhost:1",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "report.json:1:1: no report of sslyze, since no JSON"),
        ('{\n "a": }', "report.json:2:7: no report of sslyze, since no JSON"),
        (
            "[]",
            "report.json: no report of sslyze: /server_scan_results: a list is expected, and it is absent",
        ),
        ('{"server_scan_results": [1]}', "/server_scan_results/0/server_location: an object is expected"),
        (
            '{"server_scan_results": [{"server_location": {"hostname": "a", "port": "443"}}]}',
            "/server_scan_results/0/server_location/port: a number is expected, and it is of type str",
        ),
        (
            NAMELESS,
            "/scan_result/tls_1_2_cipher_suites/result/accepted_cipher_suites/0/cipher_suite: an object",
        ),
        ('[{"id": "service", "finding": "HTTP"}]', "a report of testssl.sh, which is not read here"),
        ("[" * 100_000, "no report of sslyze"),
    ],
)
def test_another_file_is_refused_with_its_place_and_a_way_out(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        read_sslyze(tmp_path / "report.json")
    assert told in str(refused.value)
    assert "sslyze --json_out=FILE HOST:PORT" in str(refused.value)


def judged(folder: Path, port: int, report: Path) -> tuple[dict[str, Any], str, int]:
    bank = folder / "bank.yaml"
    bank.write_text(
        f"bank: {{name: B}}\nbase_url: https://localhost:{port}\ntls: {{ca: {ROOT.file}}}\n"
        "limits: {requests_per_second: 10000}\n"
    )
    arguments = ["run", str(bank), "--profile", "tls", "--check", "tls.offered", "--quiet"]
    arguments += [
        "--tls-report",
        str(report),
        "--output-dir",
        str(folder),
        "--format",
        f"json={folder}/r.json",
    ]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    data = json.loads((folder / "r.json").read_text())
    assert isinstance(ended.value.code, int)
    return data, (folder / "report.html").read_text(), ended.value.code


def test_the_report_of_a_run_shows_the_same_findings_of_both(tmp_path: Path) -> None:
    with stacks.python(lambda: stacks.context()) as port, real(tmp_path, right=port) as file:
        data, html, _ = judged(tmp_path, port, file)
    (host,) = data["tls"]
    assert host["second"]["by"] == "sslyze 6.3.1"
    assert host["second"]["differences"] == []
    assert "Beside it: sslyze 6.3.1" in html
    assert "the same versions and suites as here" in html
    assert "TLS of the other report only" in html


def test_the_report_of_a_run_shows_what_only_the_other_saw_and_changes_no_verdict(tmp_path: Path) -> None:
    with stacks.python(lambda: stacks.context()) as port, real(tmp_path, old=port) as file:
        data, html, _ = judged(tmp_path, port, file)
    (host,) = data["tls"]
    told = "TLSv1.0 with ECDHE_RSA_WITH_AES_128_CBC_SHA was seen by the report and not here"
    assert told in host["second"]["differences"]
    assert told in html
    assert {line["id"]: line["verdict"] for line in data["requirements"]}["TLS-001"] == "pass"


def test_a_wrong_report_ends_the_command_before_any_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    with pytest.raises(SystemExit) as ended:
        main(["run", "--base-url", "https://127.0.0.1:1", "--tls-report", str(wrong)])
    assert ended.value.code == 2
    assert f"{wrong}: no report of sslyze: /server_scan_results" in capsys.readouterr().err
