"""Functions that are asked for one object, with an identifier that is not the customer's."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.path_values import filled, places_in, plain
from conformance.probe import has_rows
from conformance.protected import Protected, texts, tried
from conformance.registry import Findings, check

_VARYING = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]{4,}|[0-9a-f]{16,}")
_IDENTITY_CARD = re.compile(r"\b[A-Z]{1,2}[0-9]{6}\([0-9A]\)")
LONGEST_COUNTER = 8
"""Digits of an identifier that can be counted through."""


def _own(protected: Protected, operation: Operation, customer: int = 0) -> Mapping[str, str]:
    """Identifiers of one customer for the places of an operation, the first of which is the object's."""
    if not operation.reads or not places_in(operation):
        raise NotApplicable("the function is no read that is asked for an object")
    found = {}
    for name in places_in(operation):
        known = protected.identifiers(name, customer)
        if not known:
            raise NotApplicable(f"no object of customer {customer + 1} is known for {{{name}}}")
        found[name] = known[0]
    return found


def nobodys(identifier: str) -> str:
    """An identifier of the same form that is, as good as certainly, nobody's."""
    turned = dict(zip("0123456789abcdef", "f0e1d2c3b4a59687", strict=True))
    digits = identifier.isdecimal()
    changed = "".join(str((int(c) * 7 + 3) % 10) if digits else turned.get(c, c) for c in identifier[::-1])
    return changed if changed != identifier else identifier[:-1] + ("1" if identifier[-1] != "1" else "2")


def _asked(
    protected: Protected, operation: Operation, values: Mapping[str, str], *, raw: bool = False
) -> Answer | None:
    """The answer to the first customer's call for an object."""
    request = protected.request(filled(operation, values, raw=raw))
    return tried(lambda: protected.access.call(protected.tokens(operation), request))


def _with(values: Mapping[str, str], identifier: str) -> Mapping[str, str]:
    """The values with another object's identifier in the first place."""
    return {**values, next(iter(values)): identifier}


def _shows(operation: Operation, answer: Answer | None) -> Answer | None:
    return answer if answer is not None and answer.ok and has_rows(operation, answer) else None


def _control(protected: Protected, operation: Operation, values: Mapping[str, str]) -> None:
    protected.control(filled(operation, values), protected.tokens(operation))


@check(requests=5, logins=("grant of all", "grant of all, customer 2"))
def foreign_refused(protected: Protected, operation: Operation) -> Findings:
    """Shows a customer nothing of another customer's objects."""
    own, foreign = _own(protected, operation), _own(protected, operation, 1)
    identifier = next(iter(foreign.values()))
    if (answer := _shows(operation, _asked(protected, operation, _with(own, identifier)))) is not None:
        yield Finding(
            "no data of another customer's object", f"status {answer.status} with rows",
            f"path value {next(iter(own))}", answer.exchange,
        )  # fmt: skip
    _control(protected, operation, own)


@check(requests=5, logins=("grant of all", "grant of all, customer 2"))
def foreign_like_unknown(protected: Protected, operation: Operation) -> Findings:
    """Answers for another customer's object as for one that does not exist."""
    own, theirs = _own(protected, operation), _own(protected, operation, 1)
    identifier = next(iter(theirs.values()))
    unknown = nobodys(next(iter(own.values())))
    foreign = _asked(protected, operation, _with(own, identifier))
    nothing = _asked(protected, operation, _with(own, unknown))
    if foreign is not None and nothing is not None and not foreign.ok and nothing.status < 500:
        if foreign.status != nothing.status:
            said = f"status {foreign.status}, not {nothing.status}"
            yield Finding("the answer for an unknown object", said, "status", foreign.exchange)
        elif _bare(foreign, identifier) != _bare(nothing, unknown):
            yield Finding("the answer for an unknown object", "another body", "body", foreign.exchange)
    _control(protected, operation, own)


def _bare(answer: Answer, identifier: str) -> str:
    """The body of a refusal without what differs from call to call."""
    return _VARYING.sub("#", answer.text().replace(identifier, "#"))


def _empty_instead(protected: Protected, operation: Operation, own: Mapping[str, str]) -> bool:
    """Whether no rows are no answer for an object that is unknown: it is a resource, and its like has some.

    A list that is searched by a query parameter has no rows of what is not there.
    """
    resource = f"{{{next(iter(own))}}}" in operation.path
    return resource and _shows(operation, _asked(protected, operation, own)) is not None


@check(requests=4, logins=("grant of all",))
def unknown_refused_in_order(protected: Protected, operation: Operation) -> Findings:
    """Refuses an object that does not exist without failing, and shows neither another nor an empty one."""
    own = _own(protected, operation)
    answer = _asked(protected, operation, _with(own, nobodys(next(iter(own.values())))))
    if answer is not None and answer.status >= 500:
        yield Finding("a refusal with a status of 4xx", f"status {answer.status}", "status", answer.exchange)
    elif _shows(operation, answer) is not None and answer is not None:
        yield Finding("no rows for an unknown object", f"status {answer.status}", "body", answer.exchange)
    elif answer is not None and answer.ok and _empty_instead(protected, operation, own):
        said = f"status {answer.status}, as for an object without rows"
        yield Finding("a refusal with a status of 4xx", said, "status", answer.exchange)
    _control(protected, operation, own)


@check(requests=6, logins=("grant of all",))
def mangled_refused(protected: Protected, operation: Operation) -> Findings:
    """Shows nothing for an identifier that is nearly right."""
    own = _own(protected, operation)
    right = next(iter(own.values()))
    unknown = _asked(protected, operation, _with(own, nobodys(right)))
    if _shows(operation, unknown) is None:
        mangled = {
            "with a tail": f"{right}x",
            "cut short": right[:-1],
            "with a tail after NUL": f"{right}\0x",
        }
        for how, identifier in mangled.items():
            if identifier in protected.identifiers(next(iter(own))):
                continue
            answer = _shows(operation, _asked(protected, operation, _with(own, identifier)))
            if answer is not None:
                yield Finding("a refusal of an identifier " + how, f"status {answer.status} with rows",
                              f"path value {next(iter(own))}", answer.exchange)  # fmt: skip
                break
    _control(protected, operation, own)


@check(requests=7, logins=("grant of all", "grant of all, customer 2"))
def identifier_elsewhere_ignored(protected: Protected, operation: Operation) -> Findings:
    """Shows the object of the path, whatever a parameter or a header field names besides."""
    own, theirs = _own(protected, operation), _own(protected, operation, 1)
    name, foreign = next(iter(own)), next(iter(theirs.values()))
    straight = _asked(protected, operation, _with(own, foreign))
    if _shows(operation, straight) is None:
        read = filled(operation, own)
        camel = "".join(part.capitalize() for part in re.split(r"[_-]", name))
        dashed = "-".join(part.capitalize() for part in re.split(r"[_-]", name))
        for at, query, headers in (
            (f"parameter {name}", ((name, foreign),), ()),
            (f"parameter {camel}", ((camel[0].lower() + camel[1:], foreign), (camel, foreign)), ()),
            (f"header X-{dashed}", (), ((f"X-{dashed}", foreign), (dashed, foreign))),
        ):
            request = protected.request(read, query=query, headers=headers)
            answer = tried(protected.access.call, protected.tokens(operation), request)
            if answer is not None and answer.ok and _tells(answer, foreign):
                yield Finding("the object of the path", "another customer's", at, answer.exchange)
                break
    _control(protected, operation, own)


def _tells(answer: Answer, identifier: str) -> bool:
    """Whether an answer holds an identifier, but for the query of an address, where the request is echoed."""
    try:
        told = texts(answer.json())
    except NotJson:
        return identifier in answer.text()
    return any(identifier in text.partition("?")[0] for text in told)


@check(requests=4, logins=("grant of all",))
def identifiers_not_countable(protected: Protected, operation: Operation) -> Findings:
    """Names objects by identifiers that cannot be counted through."""
    own = _own(protected, operation)
    name = next(iter(own))
    known = protected.identifiers(name)
    if all(each.isdecimal() and len(each) <= LONGEST_COUNTER for each in known):
        yield Finding(
            "identifiers that cannot be guessed", f"numbers of {len(known[0])} digits", f"field {plain(name)}"
        )


@check(requests=5, logins=("grant of all",))
def refusals_name_nobody(protected: Protected, operation: Operation) -> Findings:
    """Names in a refusal no customer: no name, no login, no identity card."""
    own = _own(protected, operation)
    configured = protected.access.configured.customers
    names = {person.name for person in configured if len(person.name) > 3}
    names |= {str(p.username) for p in configured if isinstance(p.username, str) and len(p.username) > 5}
    names |= {part for name in names for part in name.split() if not part.isascii() and len(part) > 1}
    answer = _asked(protected, operation, _with(own, nobodys(next(iter(own.values())))))
    if answer is not None and not answer.ok:
        text = answer.text()
        if any(name in text for name in names) or _IDENTITY_CARD.search(text):
            yield Finding("a refusal without personal data", "a customer's name or number", "body",
                          answer.exchange)  # fmt: skip
    _control(protected, operation, own)
