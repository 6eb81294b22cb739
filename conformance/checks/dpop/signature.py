"""The signature of a proof and the header that tells about it (RFC 9449, 4.3)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import jose
from conformance.checks.dpop.proofs import refused
from conformance.checks.dpop.sending import Sender
from conformance.protected import Protected
from conformance.registry import Findings, check


@check(requests=7, logins=("grant of all",))
def signature_verified(protected: Protected) -> Findings:
    """Verifies the signature of a proof with the key that the proof shows."""
    sender = Sender.of(protected)
    proofs = _badly_signed(sender)
    yield from refused(sender, "a refusal of a proof whose signature does not hold", proofs)


def _badly_signed(sender: Sender) -> Iterator[tuple[str, str]]:
    yield "with a bit of its signature changed", jose.flipped(sender.proof(), 2)
    yield "signed by a key that it does not show", sender.proof(signing_key=jose.fresh_key())
    parts = sender.proof().split(".")
    known = jose.algorithm_of(sender.key)
    for member in ("jwk", "alg"):
        yield f"without {member}", sender.proof(header={member: None}, algorithm=known)
    yield "with claims put in after signing", ".".join((parts[0], sender.proof().split(".")[1], parts[2]))


@check(requests=5, logins=("grant of all",))
def unsigned_refused(protected: Protected) -> Findings:
    """Refuses a proof without a signature, however ``none`` is spelt."""
    sender = Sender.of(protected)
    forged = sender.sent(jose.flipped(sender.proof(), 2))
    if forged is not None and forged.ok:
        return
    proofs = (
        (f"with alg {word}", sender.proof(header={"alg": word}, algorithm="none"))
        for word in ("none", "None", "nOnE")
    )
    yield from refused(sender, "a refusal of a proof that is not signed", proofs)


@check(requests=3, logins=("grant of all",))
def type_compared(protected: Protected) -> Findings:
    """Refuses a JWT as a proof that does not say that it is one."""
    sender = Sender.of(protected)
    proofs = ((f"with typ {word}", sender.proof(header={"typ": word})) for word in (None, "JWT", "at+jwt"))
    yield from refused(sender, "a refusal of a proof whose typ is not dpop+jwt", proofs)


@check(requests=2, logins=("grant of all",))
def private_key_refused(protected: Protected) -> Findings:
    """Refuses a proof that gives its private key away."""
    sender = Sender.of(protected)
    proofs = [("with the private key in jwk", sender.proof(header={"jwk": jose.private_jwk(sender.key)}))]
    yield from refused(sender, "a refusal of a proof that shows a private key", proofs)


@check(requests=2, logins=("grant of all",))
def critical_header_refused(protected: Protected) -> Findings:
    """Refuses a proof with a critical header member that it does not understand."""
    sender = Sender.of(protected)
    unknown = {"crit": ["conformance-unknown"], "conformance-unknown": True}
    proofs = [("with an unknown critical member", sender.proof(header=unknown))]
    yield from refused(sender, "a refusal of a proof with an unknown critical member (crit)", proofs)


@check(requests=6, logins=("grant of all",))
def encoding_strict(protected: Protected) -> Findings:
    """Refuses a proof that is no compact JWS to the letter."""
    sender = Sender.of(protected)
    proofs = _misshapen(sender)
    yield from refused(sender, "a refusal of a proof that is no compact JWS", proofs)


def _misshapen(sender: Sender) -> Iterator[tuple[str, str]]:
    yield "with a fourth part", sender.proof() + ".AAAA"
    head, claims, signature = sender.proof().split(".")
    yield "with padding", f"{head}.{claims}.{signature}=="
    head, claims, signature = sender.proof().split(".")
    yield "with a stray character", f"{head}.{claims[:9]}!{claims[9:]}.{signature}"


@check(requests=2, logins=("grant of all",))
def single_header(protected: Protected) -> Findings:
    """Refuses a call with two proofs."""
    sender = Sender.of(protected)
    proofs = [("beside another proof", f"{sender.proof()}, {sender.proof()}")]
    yield from refused(sender, "a refusal of a call with two proofs", proofs)
