"""The signature of an instruction, wrong in one way at a time and then right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

from conformance import jose
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Request
from conformance.oauth.grant import told
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.writing.agreement import finding
from conformance.writing.payments import Payments, refused
from conformance.writing.sealing import unknown_key
from conformance.writing.signature import BODY_HASH, RIGHT, Twist, components

After = Callable[[Request], Request]
Wrong = tuple[str, Twist, After]


def _same(request: Request) -> Request:
    return request


def _refuses(payments: Payments, operation: Operation, wrong: Iterable[Wrong], at: str) -> Findings:
    """Gives an instruction with wrong signatures, and then with a right one."""
    payments.signing  # noqa: B018 - raises where the bank wants no signatures
    agreed = payments.agreed(operation.id)
    for what, twist, after in wrong:
        answer = payments.sent(agreed, twist=twist, after=after)
        if not refused(answer):
            yield finding(f"a refusal of {what}", answer, at)
            return
    payments.paid(agreed)


def _kind(payments: Payments, *kinds: str) -> None:
    if payments.signing.kind not in kinds:
        raise NotApplicable(f"the bank's signatures are not of the kind {' or '.join(kinds)}")


@check(writes=True, requests=9, creates=1)
def signature_is_needed(payments: Payments, operation: Operation) -> Findings:
    """Refuses an instruction without a signature."""
    wrong: list[Wrong] = [("an instruction without a signature", Twist(absent=True), _same)]
    yield from _refuses(payments, operation, wrong, "signature")


@check(writes=True, requests=9, creates=1)
def key_is_registered(payments: Payments, operation: Operation) -> Findings:
    """Refuses a signature by a key that the bank does not know, under the name of one that it knows."""
    payments.signing  # noqa: B018 - raises where the bank wants no signatures
    unknown = unknown_key(payments.signing_key(payments.access.client))
    wrong: list[Wrong] = [("a signature by an unknown key", Twist(key=unknown), _same)]
    yield from _refuses(payments, operation, wrong, "signature")


@check(writes=True, requests=9, creates=1)
def key_is_of_the_tsp(payments: Payments, operation: Operation) -> Findings:
    """Refuses a signature by another TSP's key."""
    other = payments.access.second
    twist = Twist(key=other.signing_key, key_id=other.key_id)
    yield from _refuses(payments, operation, [("another TSP's signature", twist, _same)], "signature")


@check(writes=True, requests=9, creates=1)
def body_is_signed(payments: Payments, operation: Operation) -> Findings:
    """Refuses a body that is not the one that was signed."""
    signed = b'{"amount":"0.01"}'
    wrong: list[Wrong] = [
        ("a signature over another body", Twist(body=signed), _same),
        (
            "a JWS that brings its own payload, which is another body",
            Twist(body=signed, attached=True),
            _same,
        ),
    ]
    if payments.signing.kind != "jws":
        name = "Content-Digest" if payments.signing.kind == "http-message" else "Digest"
        wrong = [(f"a {name} that is not that of the body", Twist(body=signed), _same)]
    yield from _refuses(payments, operation, wrong, "body")


@check(writes=True, requests=9, creates=1)
def signature_is_verified(payments: Payments, operation: Operation) -> Findings:
    """Refuses a signature of which one bit was changed."""
    rule = payments.signing
    carrier = rule.header if rule.kind == "jws" else "Signature"

    def spoilt(request: Request) -> Request:
        value = request.header(carrier) or ""
        at = len(value) - 12
        other = "A" if value[at] != "A" else "B"
        return request.with_header(carrier, value[:at] + other + value[at + 1 :])

    yield from _refuses(payments, operation, [("a changed signature", RIGHT, spoilt)], "signature")


@check(writes=True, requests=9, creates=1)
def old_signature_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a signature that is older than the bank says it may be."""
    age = payments.signing.max_age
    wrong: list[Wrong] = [(f"a signature {age * 2 + 60:.0f} s old", Twist(age=age * 2 + 60), _same)]
    yield from _refuses(payments, operation, wrong, "signature")


@check(writes=True, requests=9, creates=1)
def future_signature_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a signature that was made in the future."""
    wrong: list[Wrong] = [("a signature of the next hour", Twist(age=-3600), _same)]
    yield from _refuses(payments, operation, wrong, "signature")


@check(writes=True, requests=10, creates=2)
def signature_is_taken_once(payments: Payments, operation: Operation) -> Findings:
    """Refuses a request that comes again byte for byte, with its signature."""
    rule = payments.signing
    if not rule.replay_refused:
        raise NotApplicable("the bank's file says that a signature may come again (writes.signature)")
    agreed = payments.agreed(operation.id)
    request = payments.signed(payments.request(agreed), agreed.client)
    first = payments.given(agreed, request)
    if not first.ok:
        raise Inconclusive(f"control request refused: {told(first)}")
    again = payments.given(agreed, request)
    if not refused(again):
        yield finding("a refusal of a signature that was used before", again, "signature")


@check(writes=True, requests=9, creates=1)
def unsigned_token_is_refused(payments: Payments, operation: Operation) -> Findings:
    """Refuses a JWS whose algorithm is none."""
    _kind(payments, "jws")
    wrong: list[Wrong] = [
        (f"the algorithm {name}", Twist(algorithm=name), _same) for name in ("none", "None")
    ]
    yield from _refuses(payments, operation, wrong, "alg")


@check(writes=True, requests=9, creates=1)
def public_key_is_no_secret(payments: Payments, operation: Operation) -> Findings:
    """Refuses a JWS that is keyed with the TSP's public key as a shared secret."""
    _kind(payments, "jws")
    public = jose.public_pem(payments.access.client.signing_key)
    twist = Twist(key=public, algorithm="HS256")
    wrong: list[Wrong] = [("a message authentication code with the public key", twist, _same)]
    yield from _refuses(payments, operation, wrong, "alg")


@check(writes=True, requests=9, creates=1)
def critical_member_is_understood(payments: Payments, operation: Operation) -> Findings:
    """Refuses a JWS with a critical header member that the bank cannot know."""
    _kind(payments, "jws")
    name = "https://conformance.example/must-understand"
    twist = Twist(header={"crit": [name], name: True})
    yield from _refuses(payments, operation, [("an unknown critical member", twist, _same)], "crit")


@check(writes=True, requests=9, creates=1)
def payload_encoding_is_honoured(payments: Payments, operation: Operation) -> Findings:
    """Refuses a JWS that does not say truly whether its payload is encoded (RFC 7797)."""
    _kind(payments, "jws")
    what, twist = "b64 false over an encoded payload", Twist(header={"crit": ["b64"], "b64": False})
    if payments.signing.unencoded:
        what, twist = "no b64 over an unencoded payload", Twist(header={"crit": None, "b64": None})
    yield from _refuses(payments, operation, [(what, twist, _same)], "b64")


@check(writes=True, requests=12, creates=1)
def components_are_needed(payments: Payments, operation: Operation) -> Findings:
    """Refuses a signature that leaves one of the agreed components uncovered."""
    _kind(payments, "http-message", "cavage")
    wrong: list[Wrong] = [
        (f"a signature that does not cover {name}", Twist(without=name), _same)
        for name in components(payments.signing)
    ]
    yield from _refuses(payments, operation, wrong, "covered components")


@check(writes=True, requests=12, creates=1)
def components_are_verified(payments: Payments, operation: Operation) -> Findings:
    """Refuses a request in which a covered header field was changed after signing."""
    _kind(payments, "http-message", "cavage")

    def changed(name: str) -> After:
        def change(request: Request) -> Request:
            return request.with_header(name, payments.key())

        return change

    held = [
        name
        for name in components(payments.signing)
        if not name.startswith(("@", "("))
        and name not in (*BODY_HASH, "authorization", "date", "host", "content-type", "content-length")
    ]
    wrong: list[Wrong] = [(f"{name} changed after signing", RIGHT, changed(name)) for name in held]
    if payments.signing.kind == "http-message":
        wrong += [
            (f"{name} of the signature changed", RIGHT, _altered(name)) for name in ("created", "nonce")
        ]
    elif "date" in components(payments.signing):
        wrong.append(("Date changed after signing", RIGHT, _dated))
    yield from _refuses(payments, operation, wrong, "covered components")


def _altered(parameter: str) -> After:
    """Changes a parameter that the signature covers (RFC 9421, 2.3): a second later, another nonce."""

    def change(request: Request) -> Request:
        value = request.header("Signature-Input") or ""
        later = re.sub(r";created=(\d+)", lambda found: f";created={int(found[1]) - 1}", value)
        other = re.sub(r';nonce="[^"]*"', ';nonce="another"', value)
        return request.with_header("Signature-Input", later if parameter == "created" else other)

    return change


def _dated(request: Request) -> Request:
    """The request with the Date of a second before, which is as fresh."""
    made = parsedate_to_datetime(request.header("Date") or "")
    return request.with_header("Date", format_datetime(made - timedelta(seconds=1), usegmt=True))


@check(writes=True, requests=16, creates=1)
def token_is_signed(payments: Payments, operation: Operation) -> Findings:
    """Refuses a request in which the token was exchanged for another right one after signing."""
    _kind(payments, "http-message", "cavage")
    if "authorization" not in components(payments.signing):
        raise NotApplicable("the bank's signatures do not cover the token (writes.signature.components)")
    first, second = payments.agreed(operation.id), payments.agreed(operation.id)
    request = payments.signed(payments.request(first), first.client)
    own = payments.request(second).header("Authorization") or ""
    answer = payments.given(second, request.with_header("Authorization", own))
    if not refused(answer):
        yield finding("a refusal of a token that was not signed", answer, "Authorization")
        return
    payments.paid(second)
