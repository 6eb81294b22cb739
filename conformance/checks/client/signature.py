"""Whose signature a client assertion needs (RFC 7515, RFC 8725; FAPI 2.0, 5.4)."""

from __future__ import annotations

import base64

from conformance import jose
from conformance.checks.client.place import control, places, signs, tried, unverified, wrong_assertion
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.oauth.client import asserted, assertion, assertion_claims, header_of
from conformance.registry import Findings, check


@check(requests=4)
def signature_verified(access: Access) -> Findings:
    """Refuses a client assertion in which one bit of signature or claims was changed."""
    client = signs(access)
    for part, what in ((2, "signature"), (1, "claims")):
        text = assertion(client, access.audience, access.now())
        # In the claims a digit of a time is changed, so that they stay JSON.
        wrong = jose.flipped(text, part) if part == 2 else _later(text)
        found = list(wrong_assertion(access, f"with one bit of its {what} changed", wrong))
        yield from found
        if found:
            return


def _later(token: str) -> str:
    """The token with the last digit of a time in its claims changed."""
    parts = token.split(".")
    text = jose.decoded(parts[1]).decode()
    at = text.rindex('"exp":') + 15
    digit = str((int(text[at]) + 1) % 10)
    parts[1] = jose.encoded(text[:at] + digit + text[at + 1 :])
    return ".".join(parts)


@check(requests=8)
def none_refused(access: Access) -> Findings:
    """Refuses an unsigned client assertion, however its alg none is written."""
    if unverified(access):
        return
    for spelling in ("none", "None", "NONE", "nOnE"):
        made = {"header": {"alg": spelling}, "algorithm": "none"}
        found = list(wrong_assertion(access, f"with alg {spelling}", made))
        yield from found
        if found:
            return


@check(requests=8)
def public_key_no_secret(access: Access) -> Findings:
    """Refuses a client assertion with a MAC that is keyed with the client's public key."""
    if unverified(access):
        return
    client = signs(access)
    pem = jose.public_pem(client.signing_key)
    jwk = jose.compact(jose.jwk_of(client.signing_key))
    for secret in (pem, pem.strip(), jwk):
        made = {"header": {"alg": "HS256"}, "key": secret, "algorithm": "HS256"}
        found = list(wrong_assertion(access, "with HS256 and the public key as secret", made))
        yield from found
        if found:
            return


@check(requests=4)
def other_key_refused(access: Access) -> Findings:
    """Refuses a client assertion that another client's key signed."""
    if unverified(access):
        return
    signs(access)
    other = access.second
    if other.key is None:
        raise NotApplicable("the second TSP has no key to sign with")
    header = {"alg": other.algorithm}
    yield from wrong_assertion(
        access, "signed with another client's key", {"key": other.key, "header": header}
    )
    if other.key_id:
        header["kid"] = other.key_id
        what = "signed with another client's key and naming it"
        yield from wrong_assertion(access, what, {"key": other.key, "header": header})


@check(requests=6)
def header_key_refused(access: Access) -> Findings:
    """Trusts no key that the assertion itself brings: jwk, jku, x5u, x5c."""
    if unverified(access):
        return
    key = jose.fresh_key()
    own = jose.jwk_of(key)
    tries: tuple[tuple[str, object, dict[str, str | None]], ...] = (
        ("jwk", own, {"kid": None}),
        ("jwk", own, {}),  # beside the key identifier that the bank knows
        ("jku", "https://elsewhere.example/jwks", {"kid": "x"}),
        ("x5u", "https://elsewhere.example/certificate", {"kid": "x"}),
        ("x5c", [base64.b64encode(b"conformance").decode()], {"kid": "x"}),
    )
    for name, value, key_id in tries:
        made = {"key": key, "header": {"alg": "ES256", name: value, **key_id}}
        found = list(wrong_assertion(access, f"signed with the key of its own {name}", made))
        yield from found
        if found:
            return


@check(requests=6)
def strange_key_id(access: Access) -> Findings:
    """Answers an assertion with an unknown, odd or long key identifier with a refusal, not with a fault."""
    client = signs(access)
    place = places(access)[-1]
    for what, kid in {
        "unknown": "conformance-unknown",
        "like a path": "../../../../dev/null",
        "with a quote": "conformance' OR '1'='1",
        "of 4,000 characters": "k" * 4000,
    }.items():
        made = assertion(client, access.audience, access.now(), header={"kid": kid}, key=jose.fresh_key(),
                         algorithm="ES256")  # fmt: skip
        answer = tried(access, place, asserted(made))
        if answer is not None and answer.status >= 500:
            at = f"kid at {place}"
            yield Finding(f"a kid that is {what} refused with 4xx", str(answer.status), at, answer.exchange)
    control(access, place)


@check(requests=4)
def weak_algorithm_refused(access: Access, *, algorithm: str = "RS256") -> Findings:
    """Refuses a client assertion with an algorithm that the profile bars."""
    if unverified(access):
        return
    for client in (access.client, access.second):
        rsa = client.key is not None and jose.jwk_of(client.key)["kty"] == "RSA"
        if client.method == "private_key_jwt" and rsa:
            made = {"header": {"alg": algorithm}}
            yield from wrong_assertion(access, f"signed with {algorithm}", made, client=client)
            return
    raise NotApplicable(f"no TSP has an RSA key to sign with {algorithm}")


@check(requests=4)
def critical_understood(access: Access) -> Findings:
    """Refuses a client assertion with a critical header member that it does not know."""
    made = {"header": {"crit": ["conformance"], "conformance": True}}
    yield from wrong_assertion(access, "with an unknown critical header", made)


@check(requests=8)
def encoding_strict(access: Access) -> Findings:
    """Refuses a client assertion that is not exactly three parts of base64url without padding."""
    client = signs(access)
    for what, (front, back) in {
        "with a fourth part": ("", ".AAAA"),
        "with padding": ("", "="),
        "with a line break": ("\n", ""),
    }.items():
        text = assertion(client, access.audience, access.now())
        found = list(wrong_assertion(access, what, front + text + back))
        yield from found
        if found:
            return


@check(requests=4)
def size_bounded(access: Access, *, kilobytes: int = 512) -> Findings:
    """Refuses a client assertion of half a megabyte."""
    client = signs(access)
    claims = {**assertion_claims(client, access.audience, access.now()), "padding": "x" * (kilobytes * 1024)}
    made = jose.signed(claims, client.signing_key, header_of(client))
    yield from wrong_assertion(access, f"of {kilobytes} kB", made)
