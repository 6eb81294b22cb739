"""Gates of every kind that banks have are recognised, and banks without one are left alone."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import BASES, Mutant
from conformance.model import Verdict
from tests.checks.other_bank import FIELDS, gated, judge, rates, serving
from tests.matrix import fired, results

CHECKS = ["access.*", "path.*"]
PAIR = gated(X_Client_Id="registered-id", X_Client_Secret="registered-secret")


def pair(request: Request, refusal: Response) -> Response:
    sent = request.headers.get("X-Client-Id"), request.headers.get("X-Client-Secret")
    return rates() if sent == ("registered-id", "registered-secret") else refusal


def test_a_bank_that_declares_no_credentials_is_not_asked_for_any() -> None:
    judged = judge(serving(lambda _: rates()), CHECKS)
    assert {result.verdict for result in judged.results} == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("elsewhere", [401, 404, 400])
def test_a_gate_that_refuses_is_not_blamed(status: int, elsewhere: int) -> None:
    challenge = {"WWW-Authenticate": 'ApiKey realm="x"'}
    bank = serving(
        lambda request: pair(request, Response(status=status, headers=challenge)),
        lambda _: Response(status=elsewhere, headers=challenge),
    )
    assert not judge(bank, CHECKS, **PAIR).found


def test_a_400_is_an_observation_and_no_nonconformity() -> None:
    page = "<html>No required SSL certificate was sent</html>"
    bank = serving(lambda request: pair(request, Response(page, status=400, content_type="text/html")))
    judged = judge(bank, CHECKS, **PAIR)
    assert set(judged.found) == {"access.refusal_status"}
    assert judged.verdicts("access.refusal_status") == {Verdict.OBSERVATION}


def test_an_open_bank_that_declares_credentials_fails_once() -> None:
    judged = judge(serving(lambda _: rates()), CHECKS, **PAIR)
    assert set(judged.found) == {"access.credentials_required"}
    assert judged.verdicts("access.credentials_required") == {Verdict.FAIL}


def test_refusals_prove_nothing_when_the_right_credentials_are_refused_too() -> None:
    judged = judge(serving(lambda _: Response(status=401)), CHECKS, **PAIR)
    assert not set(judged.found) - {"access.refusal_challenges"}
    assert judged.verdicts("access.credentials_required") == {Verdict.INCONCLUSIVE}


def test_a_bearer_token_may_not_stand_in_the_query() -> None:
    def read(request: Request) -> Response:
        token = request.args.get("access_token") or request.headers.get("Authorization", "").removeprefix(
            "Bearer "
        )
        refusal = Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        return rates() if token == "a-token-of-the-tsp" else refusal

    judged = judge(serving(read), CHECKS, **gated(Authorization="Bearer a-token-of-the-tsp"))
    assert set(judged.found) == {"access.credentials_not_in_query"}
    assert judged.verdicts("access.each_credential_required") == {Verdict.NOT_APPLICABLE}


def test_refusals_that_differ_in_ids_and_times_alone_are_alike() -> None:
    numbers = iter(range(10**6))

    def read(request: Request) -> Response:
        client = request.headers.get("X-Client-Id")
        body = f'{{"code":"401","trace":"{next(numbers):08x}-4f5e","client":"{client}"}}'
        headers = {"WWW-Authenticate": "ApiKey"}
        return pair(request, Response(body, status=401, headers=headers, content_type="application/json"))

    assert not judge(serving(read), ["access.refusals_alike"], **PAIR).found


@pytest.mark.parametrize("seed", range(1, 3))
def test_the_gated_reference_bank_has_no_finding(seed: int) -> None:
    right = Mutant("none", "Nothing is wrong.", ("none",), "access", lambda app: app, True, base="gated")
    found = results(right, seed)
    assert "gated" in BASES
    assert not fired(found)
    run = [r for r in found if r.case.settled is None]
    assert not [r for r in run if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]
    judged = {r.case.check for r in found if r.verdict is Verdict.PASS}
    assert {"access.credentials_required", "path.encoding_gated", "access.refusals_alike"} <= judged


def test_a_function_at_the_root_has_no_other_spelling() -> None:
    @Request.application
    def bank(request: Request) -> Response:
        return pair(request, Response(status=401)) if request.path == "/" else Response(status=404)

    entry = {"request": {"path": "/"}, "rows": ["$[*]"], "fields": FIELDS}
    judged = judge(bank, ["path.*"], **PAIR, functions={"other.fx-rate": entry})
    assert {result.verdict for result in judged.results} == {Verdict.NOT_APPLICABLE}
