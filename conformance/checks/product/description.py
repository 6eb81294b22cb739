"""Answers against the bank's own description of its API."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from conformance.checks.product.schema import violations
from conformance.errors import Inconclusive
from conformance.model import Finding, Language
from conformance.openapi import ApiDescription, ApiSchema, BadSchema
from conformance.reading import Reading
from conformance.registry import Findings, check

_INDEX = re.compile("/[0-9]+")


@check()
def matches_own_description(reading: Reading, api: ApiDescription) -> Findings:
    """Answers in every language, on every page, with what the bank's own published description states."""
    answer = reading.success()
    found = api.match(answer.request.method, urlsplit(answer.request.url).path)
    if found is None:
        said = f"nothing for {answer.request.method} {reading.operation.path}"
        yield Finding("the function in the description", said[:160])
        return
    if found[0].response_for(answer.status) is None:
        yield Finding(f"a response {answer.status} in the description", "none", found[0].pointer)
        return
    for language in reading.languages:
        schema = _schema(reading, api, language)
        if schema is None:
            continue
        try:
            validator = schema.validator()
        except BadSchema as error:
            raise Inconclusive(f"the bank's description has a schema that cannot be used: {error}") from error
        rows = reading.first_rows(language)
        if not rows.rows and rows.problems:
            continue
        judged = {problem.at for problem in rows.problems}
        judged |= {row.place(found.instance_pointer) for row, found in violations(reading, language)}
        known: set[tuple[str, str]] = set()
        for number, page in enumerate(reading.pages(language)):
            found_here = [
                v
                for v in validator.findings(reading.document_of(page).value)
                if v.instance_pointer not in judged
            ]
            kinds = {(_INDEX.sub("/*", v.instance_pointer), v.expected) for v in found_here}
            for violation in found_here:
                if (
                    not number
                    or (_INDEX.sub("/*", violation.instance_pointer), violation.expected) not in known
                ):
                    yield violation.finding()
            known |= kinds


def _schema(reading: Reading, api: ApiDescription, language: Language) -> ApiSchema | None:
    answer = reading.success(language)
    found = api.match(answer.request.method, urlsplit(answer.request.url).path)
    response = found[0].response_for(answer.status) if found else None
    return response.schema_for(answer.media_type) if response else None
