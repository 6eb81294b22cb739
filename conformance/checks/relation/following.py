"""Laws of lists that lead on by links and cursors, and of the totals that lists state."""

from __future__ import annotations

from conformance.generate.cause import Sighting, told
from conformance.generate.following import Followed, counted, followed
from conformance.generate.survey import Survey, needs
from conformance.registry import Findings, check


def _walked(survey: Survey) -> list[Followed]:
    found = list(followed(survey))
    needs(bool(found), "no described list leads from page to page by a link or a cursor")
    return found


@check(requests=16)
def links_lead_to_pages(survey: Survey) -> Findings:
    """Serves the page that a link or a cursor of the page before it leads to."""
    seen = [
        Sighting(one.place, one.lost, one.place, one.pages[-1].answer.exchange)
        for one in _walked(survey)
        if one.lost
    ]
    yield from told("the page that follows", seen)


@check(requests=16)
def linked_pages_are_disjoint(survey: Survey) -> Findings:
    """Gives no row on two pages of a list that leads on by links or cursors."""
    seen = []
    for one in _walked(survey):
        twice = one.twice()
        if one.steady and twice:
            said = f"{len(twice)} rows on two pages"
            seen.append(Sighting(one.place, said, one.place, one.pages[-1].answer.exchange))
    yield from told("each row on one page", seen)


@check(requests=16)
def linked_pages_make_the_whole(survey: Survey) -> Findings:
    """Gives behind its links or cursors every row that the list has when it comes at once."""
    found = [one for one in _walked(survey) if one.whole]
    needs(bool(found), "no list that leads on by links or cursors comes at once as well")
    seen = []
    for one in found:
        lost = one.lacking()
        if one.steady and one.ended and lost:
            said = f"{len(lost)} of {len(one.whole.rows) if one.whole else 0} rows on no page"
            seen.append(Sighting(one.place, said, one.place, one.pages[-1].answer.exchange))
    yield from told("every row on a page", seen)


@check(requests=16)
def totals_are_true(survey: Survey) -> Findings:
    """States as the total of a list the number of rows that it has."""
    found = list(counted(survey))
    needs(bool(found), "no described list that was seen whole states its total")
    seen = [
        Sighting(place, f"a total of {stated} with {came} rows", place, answer.exchange)
        for place, answer, stated, came in found
        if stated != came
    ]
    yield from told("the number of rows as the total", seen)
