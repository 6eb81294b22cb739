"""Applications that are signed and encrypted on their way: what was altered is refused."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.errors import NotApplicable
from conformance.registry import Findings, check
from conformance.writing import jwe
from conformance.writing.agreement import finding, refused
from conformance.writing.applications import Applications
from conformance.writing.applying import Seal
from conformance.writing.sealing import Flaw, unknown_key


def _tried(applications: Applications, seal: Seal, wrong: Iterator[tuple[str, Flaw]], at: str) -> Findings:
    """Each flaw must be refused, and then the same application without one be taken."""
    function = applications.chosen
    for what, flaw in wrong:
        answer = applications.sent(function, seal=seal, flaw=flaw)
        if not refused(answer):
            yield finding(f"a refusal of {what}", answer, at)
            return
    applications.made(function, seal=seal)


def _signers(applications: Applications, seal: Seal) -> Iterator[tuple[str, Flaw]]:
    """Signatures that are wrong; the key of each kind is one that nobody has registered."""
    own = applications.keys(seal).own
    yield "a signature over something else", Flaw(signed='{"other":"payload"}')
    yield "a signature by an unknown key", Flaw(key=unknown_key(own))


@check(writes=True, requests=7)
def altered_ciphertext_is_refused(applications: Applications) -> Findings:
    """Refuses an application whose encryption was altered by one bit in any of its parts."""
    for seal in applications.seals():
        wrong = ((f"an altered {part} of the encryption", Flaw(part=part)) for part in jwe.PARTS)
        yield from _tried(applications, seal, wrong, seal.token if seal.kind == "form" else "body")


@check(writes=True, requests=6)
def altered_signature_is_refused(applications: Applications) -> Findings:
    """Refuses an encrypted application whose signature is not the TSP's over it."""
    for seal in applications.seals("jwe"):
        if not seal.signed:
            raise NotApplicable("the bank's file says that encrypted applications are not signed")
        unsigned = [("an application that is not signed", Flaw(algorithm="none"))]
        yield from _tried(applications, seal, iter((*_signers(applications, seal), *unsigned)), "signature")


@check(writes=True, requests=3)
def signature_is_the_callers(applications: Applications) -> Findings:
    """Refuses a sealed application that another registered TSP has signed."""
    for seal in applications.seals():
        if seal.signed or seal.kind == "form":
            key, key_id = applications.caller.other(seal)
            wrong = iter([("an application that another TSP has signed", Flaw(key=key, key_id=key_id))])
            yield from _tried(applications, seal, wrong, "signature")


@check(writes=True, requests=4)
def altered_checksum_is_refused(applications: Applications) -> Findings:
    """Refuses three fields whose checksum is of something else, or absent."""
    for seal in applications.seals("form"):
        wrong = [
            ("a checksum of something else", Flaw(checksum=True)),
            ("fields without a checksum", Flaw(without=seal.checksum)),
        ]
        yield from _tried(applications, seal, iter(wrong), seal.checksum)


@check(writes=True, requests=5)
def altered_digest_is_refused(applications: Applications) -> Findings:
    """Refuses three fields whose digest is not the TSP's signature, or absent."""
    for seal in applications.seals("form"):
        absent = [("fields without a digest", Flaw(without=seal.digest))]
        yield from _tried(applications, seal, iter((*_signers(applications, seal), *absent)), seal.digest)


@check(writes=True, requests=3)
def unsealed_is_refused(applications: Applications) -> Findings:
    """Refuses an application as plain JSON where it is to be sealed."""
    for seal in applications.seals():
        answer = applications.sent(applications.chosen, seal=seal, content=applications.plain())
        if not refused(answer):
            yield finding("a refusal of an application in the clear", answer, "body")
            return
        applications.made(applications.chosen, seal=seal)
