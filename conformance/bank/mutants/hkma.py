"""Defects of HKMA's Open API, seeded into its stand-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.bank.hkma.policy import Record
from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy

MONTHLY, QUARTERLY = "monetary-statistics", "capital-adequacy"
REGISTER, MACHINES, TENDERS = "register-ais-lros", "banks-atm-locator", "tender-results-gov-bonds-ibip"
Body = dict[str, Any]


def answered(policy: Policy, name: str, edit: Callable[[Body], Any]) -> Policy:
    """The policy whose answers of a dataset are changed."""

    def changed(body: Body, _: Mapping[str, str]) -> Any:
        return edit(body)

    return policy.evolve("hkma.answer_edits", (*policy.hkma.answer_edits, (name, changed)))


def headed(policy: Policy, **members: object) -> Policy:
    """The policy whose header of the monthly series has other members."""
    return answered(policy, MONTHLY, lambda body: {**body, "header": {**body["header"], **members}})


def recorded(policy: Policy, name: str, edit: Callable[[Record], Record]) -> Policy:
    """The policy whose records of a dataset are changed."""
    return listed(policy, name, lambda found: [edit(record) for record in found])


def listed(policy: Policy, name: str, edit: Callable[[list[Record]], list[Record]]) -> Policy:
    """The policy whose list of a dataset is changed before anything is chosen from it."""

    def changed(found: list[Record], _: str) -> list[Record]:
        return edit(found)

    return policy.evolve("hkma.record_edits", (*policy.hkma.record_edits, (name, changed)))


def ignoring(policy: Policy, *parameters: str) -> Policy:
    """The policy in which parameters have no effect."""
    return policy.evolve("hkma.ignores", parameters)


@mutant("hkma.reachable")
def hkma_dataset_gone(policy: Policy) -> Policy:
    """A documented dataset answers 404."""
    return policy.evolve("hkma.missing", (MONTHLY,))


@mutant("hkma.json_sent")
def hkma_page_under_200(policy: Policy) -> Policy:
    """A dataset answers with a page of HTML under the status 200."""
    return answered(policy, MONTHLY, lambda _: b"<html><body>System maintenance</body></html>")


@mutant("hkma.json_sent")
def hkma_json_as_text(policy: Policy) -> Policy:
    """Answers say that they are HTML."""
    return policy.evolve("hkma.media_type", "text/html")


@mutant("hkma.enveloped")
def hkma_envelope_bare(policy: Policy) -> Policy:
    """A dataset answers with its records alone."""
    return answered(policy, MONTHLY, lambda body: {"records": body["result"]["records"]})


@mutant("hkma.header_tells_success")
def hkma_success_as_text(policy: Policy) -> Policy:
    """The header says success in words."""
    return headed(policy, success="true")


@mutant("hkma.header_tells_success")
def hkma_code_as_number(policy: Policy) -> Policy:
    """The code of success is a number, so that its zeros are lost."""
    return headed(policy, err_code=0)


@mutant("hkma.records_listed")
def hkma_dataset_empty(policy: Policy) -> Policy:
    """A dataset has no record."""
    return listed(policy, MONTHLY, lambda _: [])


@mutant("hkma.records_listed")
def hkma_record_a_list(policy: Policy) -> Policy:
    """A record is a list of values instead of an object."""
    return answered(policy, QUARTERLY, _with_a_list)


def _with_a_list(body: Body) -> Body:
    found = body["result"]["records"]
    if len(found) > 10:  # the whole list alone, so that pages and choices stay what they are
        found = [*found, list(found[-1].values())]
    return {**body, "result": {"datasize": len(found), "records": found}}


@mutant("hkma.datasize_true")
def hkma_datasize_of_everything(policy: Policy) -> Policy:
    """datasize is the number of records in the dataset and not in the answer."""

    def whole(body: Body) -> Body:
        return {**body, "result": {**body["result"], "datasize": 4711}}

    return answered(policy, MONTHLY, whole)


@mutant("hkma.documented_fields")
def hkma_field_gone(policy: Policy) -> Policy:
    """A documented field is gone from every record."""
    return recorded(policy, MONTHLY, lambda record: {k: v for k, v in record.items() if k != "m1_total"})


@mutant("hkma.no_undocumented_fields")
def hkma_field_unannounced(policy: Policy) -> Policy:
    """Records have a field that is not documented."""
    return recorded(policy, MONTHLY, lambda record: {**record, "m4_total": 1})


@mutant("hkma.types_documented")
def hkma_number_as_text(policy: Policy) -> Policy:
    """A number is written as text."""
    return recorded(policy, MONTHLY, lambda record: {**record, "m1_total": str(record["m1_total"])})


@mutant("hkma.absence_is_null")
def hkma_absence_as_dash(policy: Policy) -> Policy:
    """A number that is absent is written as a dash."""
    return recorded(policy, MONTHLY, lambda r: {k: "-" if v is None else v for k, v in r.items()})


@mutant("hkma.absence_is_null")
def hkma_absence_as_empty_text(policy: Policy) -> Policy:
    """A number that is absent is written as an empty text."""
    return listed(policy, QUARTERLY, lambda found: [*found[:-1], {**found[-1], "leverage_ratio": ""}])


@mutant("hkma.period_given")
def hkma_period_null(policy: Policy) -> Policy:
    """One record has no period."""
    return listed(policy, TENDERS, lambda found: [*found[:-1], {**found[-1], "issue_date": None}])


@mutant("hkma.dates_as_documented")
def hkma_date_with_slashes(policy: Policy) -> Policy:
    """Days of maturity are written with slashes, the day first."""

    def slashed(record: Record) -> Record:
        year, month, day = record["expected_maturity_date"].split("-")
        return {**record, "expected_maturity_date": f"{day}/{month}/{year}"}

    return recorded(policy, TENDERS, slashed)


@mutant("hkma.dates_as_documented")
def hkma_month_too_many(policy: Policy) -> Policy:
    """A month is the thirteenth."""

    return listed(policy, MONTHLY, _thirteenth)


def _thirteenth(found: list[Record]) -> list[Record]:
    """The list with a month after December of the year before its oldest, which keeps its order."""
    year = int(found[-1]["end_of_month"][:4]) - 1
    return [*found, {**found[-1], "end_of_month": f"{year}-13"}]


@mutant("hkma.periods_once")
def hkma_period_twice(policy: Policy) -> Policy:
    """The oldest month comes twice."""
    return listed(policy, MONTHLY, lambda found: [*found, found[-1]])


@mutant("hkma.periods_ordered")
def hkma_periods_jumbled(policy: Policy) -> Policy:
    """Records come in no order."""
    return listed(policy, MONTHLY, lambda found: [found[-1], *found[:-1]])


@mutant("hkma.no_future_period")
def hkma_period_to_come(policy: Policy) -> Policy:
    """The newest record is of a month to come."""
    return listed(policy, MONTHLY, lambda found: [{**found[0], "end_of_month": "2999-01"}, *found])


@mutant("hkma.fresh")
def hkma_series_stopped(policy: Policy) -> Policy:
    """No dataset has had a record for two years."""
    return policy.evolve("hkma.age", 730)


@mutant("hkma.names_usual", "hkma.no_undocumented_fields", "hkma.documented_fields")
def hkma_field_renamed(policy: Policy) -> Policy:
    """A field has got a name with capitals."""

    def renamed(record: Record) -> Record:
        return {"M1 Total" if k == "m1_total" else k: v for k, v in record.items()}

    return recorded(policy, MONTHLY, renamed)


@mutant("hkma.pagesize_obeyed", "hkma.wrong_values_refused")
def hkma_pagesize_ignored(policy: Policy) -> Policy:
    """pagesize has no effect."""
    return ignoring(policy, "pagesize")


@mutant("hkma.pages_complete", "hkma.offset_past_the_end", "hkma.wrong_values_refused")
def hkma_offset_ignored(policy: Policy) -> Policy:
    """offset has no effect, so that every page is the first."""
    return ignoring(policy, "offset")


@mutant("hkma.fields_selected", "hkma.wrong_values_refused")
def hkma_fields_ignored(policy: Policy) -> Policy:
    """fields has no effect."""
    return ignoring(policy, "fields")


@mutant("hkma.filter_obeyed")
def hkma_filter_ignored(policy: Policy) -> Policy:
    """filter has no effect."""
    return ignoring(policy, "filter")


@mutant("hkma.range_obeyed", "hkma.wrong_values_refused", "hkma.range_needs_choose")
def hkma_range_ignored(policy: Policy) -> Policy:
    """choose, from and to have no effect."""
    return ignoring(policy, "choose")


@mutant("hkma.range_obeyed")
def hkma_range_open(policy: Policy) -> Policy:
    """A range reaches from its beginning to the newest record."""
    return ignoring(policy, "to")


@mutant("hkma.range_needs_choose")
def hkma_range_without_choose_ignored(policy: Policy) -> Policy:
    """from and to without choose give the whole list."""
    return policy.evolve("hkma.range_without_choose", True)


@mutant("hkma.sorted_as_asked")
def hkma_sortby_ignored(policy: Policy) -> Policy:
    """sortby has no effect."""
    return ignoring(policy, "sortby")


@mutant("hkma.language_obeyed", "hkma.language_required")
def hkma_language_ignored(policy: Policy) -> Policy:
    """Chinese is answered in English."""
    return ignoring(policy, "lang")


@mutant("hkma.scripts_differ")
def hkma_one_script(policy: Policy) -> Policy:
    """Simplified Chinese is answered in Traditional Chinese."""
    return policy.evolve("hkma.one_script", True)


@mutant("hkma.languages_agree")
def hkma_language_lacks_records(policy: Policy) -> Policy:
    """The Chinese register lacks institutions that the English one has."""

    def shorter(found: list[Record], language: str) -> list[Record]:
        return found[:-2] if language == "tc" else found

    return policy.evolve("hkma.record_edits", ((REGISTER, shorter),))


@mutant("hkma.language_required")
def hkma_language_optional(policy: Policy) -> Policy:
    """A request without the mandatory lang is answered."""
    return policy.evolve("hkma.lang_optional", True)


@mutant("hkma.segments_served")
def hkma_segment_gone(policy: Policy) -> Policy:
    """Only the first segment of a dataset is served."""
    return policy.evolve("hkma.first_segment_only", True)


@mutant("hkma.wrong_values_refused")
def hkma_wrong_pagesize_accepted(policy: Policy) -> Policy:
    """A pagesize that is no number is taken as if it were absent."""
    return policy.evolve("hkma.accepts", ("offset",))


@mutant("hkma.no_fault_on_wrong_values")
def hkma_fault_on_wrong_field(policy: Policy) -> Policy:
    """A choice by a field that does not exist is answered 500."""
    return policy.evolve("hkma.breaks_on", ("choose",))


@mutant("hkma.refusals_enveloped")
def hkma_refusal_as_page(policy: Policy) -> Policy:
    """Refusals are pages of HTML."""
    return policy.evolve("hkma.refusal", "html")


@mutant("hkma.refusals_enveloped")
def hkma_refusal_tells_success(policy: Policy) -> Policy:
    """Refusals tell success in their envelope."""
    return policy.evolve("hkma.refusal", "success")
