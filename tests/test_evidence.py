"""What a check has not been shown it does not pass."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Response

from conformance.model import Verdict
from tests.checks.other_bank import judge, rates, serving

JUDGED = ("fx.*", "text.*", "shape.*", "caching.date_true", "availability.*")


def _verdicts(body: str) -> dict[str, set[Verdict]]:
    application = serving(lambda _: Response(body, content_type="application/json"))
    judged = judge(application, JUDGED)
    return {result.case.check: judged.verdicts(result.case.check) for result in judged.results}


@pytest.mark.parametrize("body", ["{}", '{"rates": null}', '{"rates": [{"code": 7}]}'])
def test_rows_that_cannot_be_read_leave_every_check_of_rows_open(body: str) -> None:
    found = _verdicts(body)
    assert found["availability.rows_found"] == {Verdict.FAIL}
    assert found["fx.buy_not_above_sell"] == {Verdict.INCONCLUSIVE}
    assert found["fx.prices_are_positive"] == {Verdict.INCONCLUSIVE}
    assert found["availability.list_not_empty"] == {Verdict.INCONCLUSIVE}


def test_an_empty_list_is_told_once_and_leaves_nothing_to_judge() -> None:
    found = _verdicts("[]")
    assert found["availability.list_not_empty"] == {Verdict.OBSERVATION}
    assert found["availability.answers"] == {Verdict.PASS}
    assert found["fx.buy_not_above_sell"] == {Verdict.NOT_APPLICABLE}
    assert found["text.no_markup"] == {Verdict.NOT_APPLICABLE}
    assert found["shape.names_have_one_style"] == {Verdict.NOT_APPLICABLE}


def test_rows_are_judged_where_there_are_any() -> None:
    judged = judge(serving(lambda _: rates()), ("fx.prices_are_positive", "text.no_markup"))
    assert {result.verdict for result in judged.results} == {Verdict.PASS}
