"""A sslyze report is read as a second opinion, and its differences are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import ConfigurationError
from conformance.tls.facts import Endpoint, TlsFacts, VersionFacts
from conformance.tls.imported import differences, read_sslyze


def report(place: Path, **accepted: list[str]) -> Path:
    result: dict[str, Any] = {
        f"{version}_cipher_suites": {
            "status": "COMPLETED",
            "result": {"accepted_cipher_suites": [{"cipher_suite": {"name": name}} for name in names]},
        }
        for version, names in accepted.items()
    }
    scan = {"server_location": {"hostname": "localhost", "port": 443}, "scan_result": result}
    unreached = {"server_location": {"hostname": "gone", "port": 443}, "scan_result": None}
    file = place / "report.json"
    file.write_text(json.dumps({"server_scan_results": [scan, unreached]}))
    return file


def seen(*suites: int) -> TlsFacts:
    return TlsFacts(Endpoint("localhost", 443), versions=(VersionFacts(0x0303, suites),))


def test_the_same_suites_make_no_difference(tmp_path: Path) -> None:
    (host,) = read_sslyze(report(tmp_path, tls_1_2=["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]))
    assert (host.host, host.port) == ("localhost", 443)
    assert not list(differences(seen(0xC02F), host))


def test_each_suite_that_only_one_saw_is_told(tmp_path: Path) -> None:
    (host,) = read_sslyze(
        report(tmp_path, tls_1_2=["TLS_RSA_WITH_RC4_128_SHA"], tls_1_0=["TLS_RSA_WITH_RC4_128_SHA"])
    )
    assert list(differences(seen(0xC02F), host)) == [
        "TLSv1.0 with RSA_WITH_RC4_128_SHA was seen by the report and not here",
        "TLSv1.2 with ECDHE_RSA_WITH_AES_128_GCM_SHA256 was seen here and not by the report",
        "TLSv1.2 with RSA_WITH_RC4_128_SHA was seen by the report and not here",
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"server_scan_results": [1]}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(ConfigurationError, match="no report of sslyze"):
        read_sslyze(tmp_path / "report.json")
