"""Faults of the wire change what an application has answered."""

from __future__ import annotations

from dataclasses import replace

from werkzeug.test import Client

from conformance.bank.app import Bank
from conformance.bank.rewriting import rewritten


def test_a_body_is_cut_while_its_length_stays() -> None:
    app = rewritten(Bank(), lambda sent, _: replace(sent, body=sent.body[:10]))
    response = Client(app).get("/atms")
    assert response.data == b'{"data":[{'
    assert int(response.headers["Content-Length"]) > 10


def test_a_body_is_set_with_its_length() -> None:
    app = rewritten(Bank(), lambda sent, _: sent.with_body(b"[]") if sent.has_data else sent)
    assert Client(app).get("/atms").headers["Content-Length"] == "2"
    assert Client(app).get("/x").data.startswith(b'{"error"')


def test_headers_and_status_are_set_by_what_was_asked() -> None:
    app = rewritten(
        Bank(),
        lambda sent, environ: (
            replace(sent, status=599).with_header("etag", "").with_header("X-Path", environ["PATH_INFO"])
        ),
    )
    response = Client(app).get("/atms")
    assert response.status_code == 599
    assert response.headers["X-Path"] == "/atms"
    assert "ETag" not in response.headers
    assert response.headers["Content-Type"] == "application/json"
