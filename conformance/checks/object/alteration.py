"""Changes to objects that are not the customer's."""

from __future__ import annotations

from conformance.checks.object.identifier import nobodys
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.path_values import filled, places_in
from conformance.probe import has_rows
from conformance.protected import Protected, tried
from conformance.registry import Findings, check


@check(writes=True, requests=8, logins=("grant of all", "grant of all, customer 2"))
def foreign_write_refused(protected: Protected, operation: Operation) -> Findings:
    """Changes nothing of another customer's objects, nor of one that does not exist."""
    places = places_in(operation)
    if operation.reads or len(places) != 1 or not operation.function.permission:
        raise NotApplicable("the function is no change to one object")
    (name,) = places
    own, theirs = protected.identifiers(name), protected.identifiers(name, 1)
    if not own or not theirs:
        raise NotApplicable(f"no object of both customers is known for {{{name}}}")
    access, tokens = protected.access, protected.tokens(operation)
    wrong = {"another customer's object": theirs[0], "an unknown object": nobodys(own[0])}
    for what, identifier in wrong.items():
        request = protected.request(protected.written(filled(operation, {name: identifier})))
        answer = tried(access.call, tokens, request)
        if answer is not None and answer.ok and (has_rows(operation, answer) or not answer.body):
            at = f"path value {name}"
            yield Finding(f"a refusal of {what}", f"status {answer.status}", at, answer.exchange)
            return
    right = access.call(tokens, protected.request(protected.written(filled(operation, {name: own[0]}))))
    if not right.ok:
        raise Inconclusive(f"control request refused: a right change was answered {told(right)}")
