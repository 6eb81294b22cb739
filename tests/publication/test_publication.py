"""The profile of what a bank publishes, on the reference bank and on addresses that lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from conformance.conduct import Scope, prepare
from conformance.dictionary import reads
from conformance.errors import NotApplicable
from conformance.model import Result, Verdict
from conformance.offer import operations
from conformance.profile import all_profiles
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from tests.matrix import fired, results

OPENAPI = "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\n"


@pytest.mark.parametrize("seed", range(2))
def test_the_reference_bank_has_no_finding(seed: int) -> None:
    found = results(None, seed, ("publication",))
    assert not fired(found)
    assert not [(r.case.id, r.reason) for r in found if r.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)]


def judged(serve: Callable[[Request], Response], **section: Any) -> dict[str, Result]:
    """Every case of the profile, by its check, for a bank with this section and these pages."""
    target = Target.model_validate(
        {
            "bank": {"name": "Harbour Bank"},
            "base_url": "https://bank.example",
            "limits": {"requests_per_second": 5000},
            "functions": {"other.fx-rate": "offered", "accounts.balances": "offered"},
            "publication": section,
        }
    )
    plan, chosen = prepare(target, Scope(profiles=("publication",)))
    with open_session(target, chosen, plan, wire=MemoryWire(Request.application(serve))) as session:
        found = judge(plan, session)
    assert not [result.traceback for result in found if result.verdict is Verdict.ERROR]
    return {result.case.check: result for result in found if result.case.check}


def page(text: str) -> Callable[[Request], Response]:
    return lambda _: Response(f"<html><body>{text}</body></html>", content_type="text/html")


def test_what_the_file_does_not_name_is_inconclusive_and_never_blamed() -> None:
    rates = '{"data": [{"currency": "USD"}]}'
    found = judged(lambda _: Response(rates, content_type="application/json"))
    assert not {c: r.findings for c, r in found.items() if r.verdict is Verdict.FAIL}
    assert found["portal.reachable"].verdict is Verdict.INCONCLUSIVE
    assert found["dictionary.published"].verdict is Verdict.INCONCLUSIVE


def test_a_portal_that_scripts_draw_is_for_a_person() -> None:
    found = judged(
        page("<script src='/app.js'></script><div id=root></div>"), portal="https://bank.example/dev"
    )
    assert found["portal.reachable"].verdict is Verdict.PASS
    assert found["portal.says_how_to_engage"].verdict is Verdict.REVIEW


def test_redirects_are_followed_within_the_named_hosts_only() -> None:
    asked: list[str] = []

    def away(request: Request) -> Response:
        asked.append(request.host)
        return Response(status=302, headers={"Location": "https://elsewhere.example/"})

    found = judged(away, portal="https://bank.example/dev")
    assert found["portal.reachable"].verdict is Verdict.INCONCLUSIVE
    assert "elsewhere.example" in found["portal.reachable"].reason
    assert set(asked) == {"bank.example"}


def test_a_redirect_to_plain_http_is_not_followed() -> None:
    def plain(_: Request) -> Response:
        return Response(status=301, headers={"Location": "http://bank.example/"})

    found = judged(plain, portal="https://bank.example/dev")
    assert found["portal.reachable"].verdict is Verdict.INCONCLUSIVE


def test_a_dictionary_in_another_format_is_for_a_person() -> None:
    raml = Response("#%RAML 1.0\ntitle: Rates\n", content_type="application/raml+yaml")
    found = judged(lambda _: raml, dictionary="https://bank.example/api.raml")
    assert found["dictionary.readable"].verdict is Verdict.REVIEW
    assert found["dictionary.describes_every_function"].verdict is Verdict.INCONCLUSIVE


def test_a_description_without_a_server_is_read_below_the_banks_own_path() -> None:
    described = OPENAPI.replace(
        "paths: {}",
        "paths: {/fx-rates: {get: {operationId: fx, responses: {'200': {description: Rates.}}}}}",
    )
    answer = Response(described, content_type="application/yaml")
    found = judged(lambda _: answer, dictionary="https://bank.example/openapi.yaml")
    missing = found["dictionary.describes_every_function"].findings
    assert [finding.at for finding in missing] == ["accounts.balances"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Last updated: 1 January 2021", Verdict.OBSERVATION),
        ("As of 2021-01-01", Verdict.OBSERVATION),
        ("更新日期 2021年1月1日", Verdict.OBSERVATION),
        ("Since 1975 we serve Hong Kong", Verdict.REVIEW),
    ],
)
def test_the_date_of_a_list_is_read_where_it_is_given(text: str, verdict: Verdict) -> None:
    table = "<table><tr><th>Partner</th><th>Product</th></tr><tr><td>Peak</td><td>App</td></tr></table>"
    found = judged(page(f"<p>{text}</p>{table}"), partners="https://bank.example/partners")
    assert found["partners.kept_current"].verdict is verdict
    assert found["partners.products_named"].verdict is Verdict.PASS


def test_a_bank_of_phase_1_alone_need_list_no_partners() -> None:
    target = Target.model_validate(
        {
            "bank": {"name": "Harbour Bank"},
            "base_url": "https://bank.example",
            "functions": {"other.fx-rate": "offered"},
            "publication": {"partners": "https://bank.example/partners"},
        }
    )
    plan, chosen = prepare(target, Scope(profiles=("publication",)))
    wire = MemoryWire(Request.application(page("no such thing")))
    with open_session(target, chosen, plan, wire=wire) as session:
        found = {r.case.check: r.verdict for r in judge(plan, session)}
    assert found["partners.published"] is Verdict.NOT_APPLICABLE
    assert found["liability.published"] is Verdict.NOT_APPLICABLE


def test_gaps_are_never_a_nonconformity() -> None:
    found = judged(page("nothing"))
    assert found["coverage.gaps_explained"].verdict is Verdict.OBSERVATION
    gaps = {finding.at: "planned for next year" for finding in found["coverage.gaps_explained"].findings}
    assert judged(page("nothing"), gaps=gaps)["coverage.gaps_explained"].verdict in (
        Verdict.OBSERVATION, Verdict.PASS,
    )  # fmt: skip


def test_a_language_in_the_path_hides_no_function_from_the_dictionary() -> None:
    entry: dict[str, Any] = {"rows": ["$[*]"], "fields": {"name": "$.name"}}
    entry["request"] = {"path": "/{lang}/branches"}
    given = {
        "bank": {"name": "B"},
        "base_url": "https://bank.example",
        "language": {"placeholder": "lang", "values": {"en": "en", "tc": "tc"}},
        "functions": {"other.branch": entry},
    }
    target = Target.model_validate(given)
    offered = operations(target, (all_profiles()["phase1"],))
    assert [operation.id for operation in reads(tuple(offered.values()))] == ["other.branch"]
    entry["request"] = {"path": "/{branch}/{lang}"}
    other = operations(Target.model_validate(given), (all_profiles()["phase1"],))
    with pytest.raises(NotApplicable):
        reads(tuple(other.values()))
