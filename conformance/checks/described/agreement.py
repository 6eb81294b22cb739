"""The running API against the dictionary that describes it (framework, paragraph 28, B10)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from conformance import probe
from conformance.answer import Answer
from conformance.dictionary import Dictionaries, Dictionary, reads
from conformance.document import NotJson, parse, shown
from conformance.errors import Inconclusive, Unreachable
from conformance.model import Finding, Request
from conformance.openapi import ApiOperation, ApiSchema
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.schema import BadSchema
from conformance.tsp import Tsp
from conformance.undescribed import undescribed

MOST = 8
"""Findings of one function that are told."""
MOST_PATHS = 60
"""Described paths that are asked for."""


@check(requests=17)
def answers_fit(tsp: Tsp, dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Findings:
    """Answers what the dictionary describes: members, types, formats and bounds."""
    for _, _, answer, schema in _answers(tsp, dictionaries, offered):
        try:
            validator, value = schema.validator(), parse(answer.body).value
        except (BadSchema, NotJson):
            continue  # said of the dictionary, or of the answer, elsewhere
        found = [
            v
            for v in validator.findings(value)
            if v.keyword not in ("additionalProperties", "unevaluatedProperties")
        ]
        for violation in found[:MOST]:
            yield Finding(violation.expected, violation.actual, violation.instance_pointer, answer.exchange)


@check(requests=17)
def no_undocumented_members(tsp: Tsp, dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Findings:
    """Answers with no member that the dictionary does not describe."""
    for one, _, answer, schema in _answers(tsp, dictionaries, offered):
        assert one.description is not None
        try:
            value = parse(answer.body).value
        except NotJson:
            continue
        told: set[str] = set()
        for place, name in undescribed(one.description.document, schema.schema, value):
            kind = "/".join("*" if part.isdigit() else part for part in place.split("/"))
            if kind not in told and len(told) < MOST:
                told.add(kind)
                yield Finding("a member that the dictionary describes", shown(name), place, answer.exchange)


@check(requests=40)
def statuses_described(tsp: Tsp, dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Findings:
    """Answers with statuses that the dictionary describes, to right requests and to a wrong one."""
    for operation in reads(offered):
        found = dictionaries.described(operation)
        if found is None:
            continue
        requests = [tsp.request(operation)]
        if operation.paging is not None:
            requests.append(tsp.request(operation, query=((operation.paging.parameter, "none"),)))
        for request in requests:
            answer = _asked(tsp, request)
            if answer is None or (answer.ok and not any(s[:1] == "2" for s in found[1].responses)):
                continue  # that no success is described is said of the dictionary
            if found[1].response_for(answer.status) is None:
                described = ", ".join(found[1].responses)
                yield Finding(f"one of the statuses {described}", str(answer.status),
                              f"{operation.method} {operation.path}", answer.exchange)  # fmt: skip


@check(requests=17)
def media_types_described(tsp: Tsp, dictionaries: Dictionaries, offered: tuple[Operation, ...]) -> Findings:
    """Answers in a media type that the dictionary describes."""
    for operation in reads(offered):
        found = dictionaries.described(operation)
        if found is None:
            continue
        answer = tsp.call(operation)
        response = found[1].response_for(answer.status)
        if response is None or not response.content or not answer.ok:
            continue
        kinds = {name.split(";")[0].strip().lower() for name in response.content}
        fits = {answer.media_type, f"{answer.media_type.partition('/')[0]}/*", "*/*"}
        if answer.media_type and not kinds & fits:
            yield Finding(f"one of {', '.join(sorted(kinds))}", answer.media_type,
                          f"{operation.method} {operation.path}", answer.exchange)  # fmt: skip


@check(requests=40)
def paths_exist(tsp: Tsp, dictionaries: Dictionaries) -> Findings:
    """Serves every path that the dictionary describes and that needs no value of the caller's."""
    for one, operation in _plain(dictionaries):
        url = _url(tsp, one, operation.path)
        if not tsp.knows(url):
            continue
        answer = _asked(tsp, tsp.authorized(Request("GET", url, (("Accept", "application/json"),))))
        if answer is not None and answer.status in (404, 405, 501):
            yield Finding("an answer at a path that the dictionary describes", f"status {answer.status}",
                          f"GET {operation.path}", answer.exchange)  # fmt: skip


def _plain(dictionaries: Dictionaries) -> Iterator[tuple[Dictionary, ApiOperation]]:
    """Reads that are described and need neither a value in the path nor a parameter."""
    count = 0
    for one in dictionaries.readable():
        assert one.description is not None
        for operation in one.description.operations:
            needed = any(p.required and p.place != "header" for p in operation.parameters)
            if operation.method == "GET" and "{" not in operation.path and not needed and count < MOST_PATHS:
                count += 1
                yield one, operation


def _url(tsp: Tsp, one: Dictionary, path: str) -> str:
    """A described path below the bank's base URL, without saying the path of the server twice."""
    assert one.description is not None
    base = urlsplit(tsp.base_url).path.rstrip("/")
    server = next((b for b in one.description.bases), "")
    whole = path if base == server else f"{server.removeprefix(base)}{path}"
    return tsp.url(whole)


def _asked(tsp: Tsp, request: Request) -> Answer | None:
    try:
        return probe.asked(tsp, request)
    except Unreachable:
        return None


def _answers(
    tsp: Tsp, dictionaries: Dictionaries, offered: tuple[Operation, ...]
) -> Iterator[tuple[Dictionary, Operation, Answer, ApiSchema]]:
    shown_any = False
    for operation in reads(offered):
        found = dictionaries.described(operation)
        if found is None:
            continue
        answer = tsp.call(operation)
        response = found[1].response_for(answer.status)
        schema = response.schema_for(answer.media_type) if response else None
        if answer.ok and answer.is_json and schema is not None:
            shown_any = True
            yield found[0], operation, answer, schema
    if not shown_any:
        raise Inconclusive("no answer was found whose schema the dictionary gives")
