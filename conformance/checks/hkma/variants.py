"""Languages, segments, and requests that are wrong."""

from __future__ import annotations

import re

from conformance.document import shown
from conformance.errors import NotApplicable
from conformance.feed import Feed, envelope
from conformance.model import Finding
from conformance.registry import Findings, check

_CHINESE = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile("[A-Za-z]{3}")
_WRONG = {
    "pagesize": {"pagesize": "many"},
    "offset": {"offset": "-5"},
    "sortorder": {"sortorder": "sideways"},
    "choose": {"choose": "no_such_field", "from_": "1", "to": "2"},
    "fields": {"fields": "no_such_field"},
}


@check(requests=3)
def language_obeyed(feed: Feed) -> Findings:
    """Answers in the language that lang asks for."""
    _languages(feed)
    for language in feed.dataset.languages:
        if language == "en":
            continue
        page = feed.page(lang=language)
        text = " ".join(str(value) for record in page.records for value in record.values())
        if _WORD.search(text) and not _CHINESE.search(text):
            yield Finding(f"Chinese text with lang={language}", shown(text[:80]), "parameter lang",
                          page.answer.exchange)  # fmt: skip


@check(requests=3)
def scripts_differ(feed: Feed) -> Findings:
    """Answers in Simplified Chinese otherwise than in Traditional Chinese."""
    if "sc" not in feed.dataset.languages:
        raise NotApplicable("the dataset is not known to have Simplified Chinese")
    traditional, simplified = feed.page(lang="tc"), feed.page(lang="sc")
    if traditional.records and traditional.records == simplified.records:
        text = " ".join(str(value) for record in simplified.records for value in record.values())
        if _CHINESE.search(text):
            yield Finding("another script with lang=sc", "the answer of lang=tc", "parameter lang",
                          simplified.answer.exchange)  # fmt: skip


@check(requests=3)
def languages_agree(feed: Feed) -> Findings:
    """Has as many records in each language."""
    _languages(feed)
    counts = {language: len(feed.page(lang=language).records) for language in feed.dataset.languages}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} in {language}" for language, count in counts.items())
        yield Finding("as many records in each language", told, "parameter lang")


@check(requests=2)
def language_required(feed: Feed) -> Findings:
    """Refuses a request without lang where lang is mandatory."""
    if not feed.dataset.languages:
        raise NotApplicable("the dataset has no language")
    answer = feed.answer(lang="")
    if not feed.refused(answer):
        yield Finding("a refusal without lang", f"status {answer.status} with data", "parameter lang",
                      answer.exchange)  # fmt: skip
    feed.control()


@check(requests=3)
def segments_served(feed: Feed) -> Findings:
    """Serves every segment that is documented."""
    if len(feed.dataset.segments) < 2:
        raise NotApplicable("the dataset is not known to have segments")
    for segment in feed.dataset.segments[1:]:
        answer = feed.answer(segment=segment)
        if feed.refused(answer):
            yield Finding(f"records of the segment {segment}", f"a refusal: status {answer.status}",
                          "parameter segment", answer.exchange)  # fmt: skip
            continue
        page = feed.page(segment=segment)
        if not page.records:
            yield Finding(f"records of the segment {segment}", "none", "parameter segment", answer.exchange)


@check(requests=6)
def wrong_values_refused(feed: Feed) -> Findings:
    """Refuses values of parameters that cannot be meant."""
    for name, parameters in _WRONG.items():
        answer = feed.answer(**parameters)
        if not feed.refused(answer) and answer.status < 500:
            wrong = f"{name}={next(iter(parameters.values()))}"
            yield Finding(f"a refusal of {wrong}", f"status {answer.status} with data", f"parameter {name}",
                          answer.exchange)  # fmt: skip
    feed.control()


@check(requests=6)
def no_fault_on_wrong_values(feed: Feed) -> Findings:
    """Meets values of parameters that cannot be meant without a fault of its own."""
    for name, parameters in _WRONG.items():
        answer = feed.answer(**parameters)
        if answer.status >= 500:
            yield Finding(f"a refusal of {name}={next(iter(parameters.values()))}", f"status {answer.status}",
                          f"parameter {name}", answer.exchange)  # fmt: skip
    feed.control()


@check(requests=2)
def refusals_enveloped(feed: Feed) -> Findings:
    """Refuses in the envelope of its answers: success false and a code that is not 0000."""
    answer = feed.answer(**_WRONG["pagesize"])
    if not feed.refused(answer):
        raise NotApplicable("nothing is refused, which is said once")
    found = envelope(answer)
    header = found.get("header") if found else None
    if not isinstance(header, dict):
        yield Finding("the envelope with header", "another body", "body", answer.exchange)
    elif header.get("success") is not False or header.get("err_code") in (None, "", "0000"):
        told = f"success {shown(header.get('success'))}, err_code {shown(header.get('err_code'))}"
        yield Finding("success false and an err_code of its own", told, "/header", answer.exchange)
    feed.control()


def _languages(feed: Feed) -> None:
    if len(feed.dataset.languages) < 2:
        raise NotApplicable("the dataset is not known to have a second language")
