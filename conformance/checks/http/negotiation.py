"""What is answered to an Accept, or an Accept-Language, that cannot be met."""

from __future__ import annotations

from conformance import probe
from conformance.document import shown
from conformance.model import Finding
from conformance.operation import LanguageCarrier, Operation
from conformance.reading import Reading
from conformance.registry import Findings, check
from conformance.tsp import Tsp

ODD_LANGUAGES = ("tlh", "*", "en;q=abc", "zh-Hant-HK-x-conformance, , en", "en'", "x" * 300, "EN_us.UTF-8")
"""Languages that no bank has, and values that are no list of languages (RFC 9110, 12.5.4)."""
EACH = 2
"""Of these that one function is sent; the functions take them in turns."""


@check(requests=1)
def unacceptable_type(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Answers a request for an unknown media type with 406 or with its JSON, without a fault."""
    plain = probe.read(reading)
    answer = probe.asked(tsp, probe.unacceptable(tsp, operation))
    if answer.status >= 500:
        actual = f"status {answer.status}"
    elif answer.ok and answer.media_type != plain.media_type and not answer.is_json:
        actual = f"status {answer.status} with Content-Type {shown(answer.media_type or 'absent')}"
    else:
        return
    yield Finding(
        expected="406, or the same media type as ever",
        actual=actual,
        at=f"header Accept: {probe.UNKNOWN_TYPE}",
        exchange=answer.exchange,
    )


@check(requests=EACH)
def odd_language(tsp: Tsp, operation: Operation, reading: Reading) -> Findings:
    """Answers an Accept-Language that it cannot meet or read in a language that it has, without a fault."""
    probe.read(reading)
    if any(tsp.call(operation, language).status >= 500 for language in operation.languages):
        return  # a language of its own fails the server, which is said elsewhere
    rule = operation.language
    name = rule.name if rule is not None and rule.carrier is LanguageCarrier.HEADER else "Accept-Language"
    first = int(probe.word("language", operation.id)[1:], 16)
    faults = 0
    for index in range(EACH):
        value = ODD_LANGUAGES[(first + index * 3) % len(ODD_LANGUAGES)]
        answer = tsp.send(tsp.request(operation, headers=((name, value),)))
        if answer.status >= 500:
            faults += 1
            yield Finding(
                expected="an answer in a language of the bank's, or a refusal with a 4xx status",
                actual=f"status {answer.status}",
                at=f"header {name}: {value[:40]}",
                exchange=answer.exchange,
            )
    if not faults:
        probe.control(tsp, operation)
