"""The same bank over real mutual TLS: the certificate that counts is the one of the connection."""

from __future__ import annotations

import json
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from conformance.bank.app import Bank
from conformance.bank.authorization.presets import preset
from conformance.bank.policy import Policy
from conformance.bank.serve import serve
from conformance.bank.tls import Tls

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Bank, Tls, str]]:
    bank = Bank(Policy().evolve("authorization", preset("fapi2_mtls_mtls")))
    tls = replace(Tls.fresh("optional"), trusted_clients=(bank.authorization_fixture.client_trust,))
    with serve(bank, tls=tls) as url:
        bank.policy = bank.policy.evolve("authorization.issuer", url)
        yield bank, tls, url


def asked(
    served: tuple[Bank, Tls, str], path: str, pair: str = "", **form: str
) -> tuple[int, dict[str, Any]]:
    _, tls, url = served
    context = ssl.create_default_context(cadata=tls.authority.certificate)
    if pair:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(pair)
            file.flush()
            context.load_cert_chain(Path(file.name))
    place = urlsplit(url)
    connection = HTTPSConnection(place.hostname or "", place.port, context=context)
    try:
        connection.request("POST" if form else "GET", path, urlencode(form) or None, FORM)
        answered = connection.getresponse()
        told: dict[str, Any] = json.loads(answered.read())
    finally:
        connection.close()
    return answered.status, told


def test_both_providers_authenticate_by_their_certificates(served: tuple[Bank, Tls, str]) -> None:
    for tsp in served[0].authorization_fixture.tsps:
        pair = tsp.certificate_key + tsp.certificate
        status, told = asked(
            served, "/oauth/token", pair, grant_type="client_credentials", client_id=tsp.client_id
        )
        assert (status, told["token_type"]) == (200, "Bearer")


def test_no_certificate_and_the_other_certificate_are_refused(served: tuple[Bank, Tls, str]) -> None:
    one, two = served[0].authorization_fixture.tsps
    for pair in ("", two.certificate_key + two.certificate):
        status, told = asked(
            served, "/oauth/token", pair, grant_type="client_credentials", client_id=one.client_id
        )
        assert (status, told["error"]) == (401, "invalid_client")


def test_the_issuer_is_the_fixed_one(served: tuple[Bank, Tls, str]) -> None:
    told = asked(served, "/.well-known/oauth-authorization-server")[1]
    assert told["issuer"] == served[2]
    assert told["mtls_endpoint_aliases"]["token_endpoint"] == f"{served[2]}/oauth/token"
