"""A consent in the hands of others: another TSP, another customer, whoever knows its identifier."""

from __future__ import annotations

import re

from conformance.answer import Answer
from conformance.checks.consent.rule import HEADERS, rule_of, sent
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.protected import Protected, tried
from conformance.registry import Findings, check


@check(requests=5)
def not_shown_to_others(protected: Protected) -> Findings:
    """Shows a consent to the TSP that made it, and to no other."""
    rule = rule_of(protected)
    other = protected.access.second
    consent = protected.access.consent(protected.permissions)
    answer = tried(sent, protected, rule.read, consent, other)
    if answer is not None and answer.ok:
        yield Finding(
            "a refusal of another TSP's consent", f"status {answer.status}", "consent", answer.exchange
        )
    _control(protected, consent)


@check(requests=5)
def not_listed_to_others(protected: Protected) -> Findings:
    """Lists to a TSP its own consents, and no other's."""
    rule, operation = rule_of(protected), protected.operation("accounts.consents")
    access = protected.access
    consent = access.consent(protected.permissions)
    token = access.machine(rule.scope or None, client=access.second)
    answer = tried(lambda: access.call(token, protected.request(operation)))
    if answer is not None and answer.ok and consent in answer.text():
        yield Finding("the TSP's own consents only", "another TSP's", "list of consents", answer.exchange)
    _control(protected, consent)


@check(requests=14, logins=(1, "grant of all"))
def not_revoked_by_others(protected: Protected) -> Findings:
    """Lets no other TSP revoke a consent."""
    rule = rule_of(protected)
    other, operation = protected.access.second, protected.probe()
    grant = protected.fresh()
    protected.control(operation, grant.tokens)
    answer = tried(sent, protected, rule.revoke, grant.consent, other)
    after = tried(lambda: protected.access.call(grant, protected.request(operation)))
    if after is None or not after.ok:
        said = f"refused after another TSP's request was answered {answer.status if answer else 'nothing'}"
        yield Finding("the consent to open on", said, "consent", after.exchange if after else None)


@check(requests=6)
def foreign_like_unknown(protected: Protected) -> Findings:
    """Answers a TSP that asks for another one's consent as if there were none."""
    rule = rule_of(protected)
    other = protected.access.second
    consent = protected.access.consent(protected.permissions)
    foreign = sent(protected, rule.read, consent, other)
    if not foreign.ok:
        nobodys = _changed(consent)
        unknown = sent(protected, rule.read, nobodys, other)
        if (foreign.status, _plain(foreign, consent)) != (unknown.status, _plain(unknown, nobodys)):
            yield Finding(
                "the answer to an unknown consent", f"{foreign.status}, not {unknown.status}"
                if foreign.status != unknown.status else "another body", "consent", foreign.exchange,
            )  # fmt: skip
    _control(protected, consent)


@check(requests=22, logins=(1,))
def not_approved_twice(protected: Protected) -> Findings:
    """Lets no second customer approve a consent that a first one has approved."""
    rule_of(protected)
    access = protected.access
    access.customer(1)
    consent = protected.fresh().consent
    try:
        code = access.code(access.ask(consent=consent), customer=1)
        answer = access.redeem(code)
    except Inconclusive:
        return
    if answer.ok:
        yield Finding(
            "a refusal of a consent that is another customer's", f"status {answer.status}", "consent",
            answer.exchange,
        )  # fmt: skip


@check(requests=4, logins=("grant of all",))
def identifier_opens_nothing(protected: Protected) -> Findings:
    """Opens nothing to whoever knows the identifier of a consent."""
    rule_of(protected)
    operation = protected.probe()
    grant = protected.grant()
    headers = tuple((name, grant.consent) for name in HEADERS)
    request = protected.request(operation, headers=headers)
    answer = tried(protected.access.call, "", request, scheme="", proof=None)
    if answer is not None and answer.ok:
        yield Finding(
            "a refusal without a token", f"status {answer.status}", "header with the consent's identifier",
            answer.exchange,
        )  # fmt: skip
    protected.control(operation)


@check(requests=14, logins=("grant of all", "grant of all, customer 2"))
def token_decides(protected: Protected) -> Findings:
    """Shows a customer's data by the token, whatever consent a header names."""
    rule_of(protected)
    operation = protected.probe()
    foreign = protected.grant(1).consent
    theirs = _data(protected, operation, 1)
    headers = tuple((name, foreign) for name in HEADERS)
    request = protected.request(operation, headers=headers)
    answer = tried(lambda: protected.access.call(protected.grant(), request))
    if answer is not None and answer.ok and _strings(answer) & theirs:
        yield Finding(
            "the data of the token's customer", "another customer's", "header with the consent's identifier",
            answer.exchange,
        )  # fmt: skip
    protected.control(operation)


def _data(protected: Protected, operation: Operation, customer: int) -> frozenset[str]:
    """Long texts that only this customer's answer has: identifiers."""
    theirs = _strings(protected.call(operation, customer))
    own = theirs - _strings(protected.call(operation, 0))
    if not own:
        raise NotApplicable("nothing tells the two customers' answers apart")
    return own


def _strings(answer: Answer) -> frozenset[str]:
    return frozenset(re.findall(r'"([^"\\]{6,200})"', answer.text()))


def _control(protected: Protected, consent: str) -> None:
    answer = sent(protected, rule_of(protected).read, consent)
    if not answer.ok:
        raise Inconclusive(f"control request refused: the TSP's own consent was answered {answer.status}")


def _changed(identifier: str) -> str:
    """An identifier of the same form that is nobody's."""
    return "".join("0" if c != "0" and c.isdigit() else "a" if c.isalpha() else c for c in identifier)


def _plain(answer: Answer, consent: str) -> str:
    """The body of an answer without what differs from call to call."""
    text = answer.text().replace(consent, "#")
    return re.sub(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]{4,}|[0-9a-f]{16,}", "#", text)
