"""What a proof has to say for itself, and what becomes of one that says something else (RFC 9449, 4.3)."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit, urlunsplit

from conformance.checks.dpop.proofs import accepted, refused
from conformance.checks.dpop.sending import Sender
from conformance.errors import NotApplicable
from conformance.oauth import dpop
from conformance.protected import Protected
from conformance.registry import Findings, check

HOUR = 3600


@check(requests=4, logins=("grant of all",))
def method_compared(protected: Protected) -> Findings:
    """Refuses a proof that was made for another method, or for none."""
    sender = Sender.of(protected)
    other = "POST" if sender.request.method != "POST" else "GET"
    proofs = ((f"with htm {word}", sender.proof(claims={"htm": word})) for word in (other, None, ""))
    yield from refused(sender, "a refusal of a proof for another method", proofs)


@check(requests=6, logins=("grant of all",))
def address_compared(protected: Protected) -> Findings:
    """Refuses a proof that was made for another address, or for none."""
    sender = Sender.of(protected)
    right = dpop.target_of(sender.request.url)
    parts = urlsplit(right)
    wrong = {
        "of another path": urlunsplit(parts._replace(path=parts.path + "/other")),
        "of another host": urlunsplit(parts._replace(netloc="other.example")),
        "of another port": urlunsplit(parts._replace(netloc=f"{parts.hostname}:4")),
        "of another scheme": urlunsplit(parts._replace(scheme="http")),
        "of the path alone": parts.path,
    }
    proofs = [(f"with htu {how}", sender.proof(claims={"htu": url})) for how, url in wrong.items()]
    proofs.append(("without htu", sender.proof(claims={"htu": None})))
    yield from refused(sender, "a refusal of a proof for another address", proofs)


@check(requests=4, logins=("grant of all",))
def age_limited(protected: Protected) -> Findings:
    """Refuses a proof that was made long ago, or will be made in time to come."""
    sender = Sender.of(protected)
    if sender.protected.access.nonces:
        raise NotApplicable("the bank's nonces bound the age of proofs instead of their iat")
    for how, shift in (("an hour old", -HOUR), ("an hour ahead", HOUR)):
        proofs = [(how, sender.proof(claims={"iat": int(sender.now) + shift}))]
        yield from refused(sender, "a refusal of a proof out of its time", proofs)


@check(requests=3, logins=("grant of all",))
def time_needed(protected: Protected) -> Findings:
    """Refuses a proof that does not say when it was made."""
    sender = Sender.of(protected)
    proofs = [("without iat", sender.proof(claims={"iat": None}))]
    yield from refused(sender, "a refusal of a proof without iat", proofs)


@check(requests=2, logins=("grant of all",))
def identifier_needed(protected: Protected) -> Findings:
    """Refuses a proof without an identifier, by which a replay would be known."""
    sender = Sender.of(protected)
    proofs = [("without jti", sender.proof(claims={"jti": None}))]
    yield from refused(sender, "a refusal of a proof without jti", proofs)


@check(requests=3, logins=("grant of all",))
def replay_refused(protected: Protected) -> Findings:
    """Refuses a proof that has been used before."""
    sender = Sender.of(protected)
    proof = sender.proof()
    first = sender.sent(proof)
    if first is not None and first.ok:
        yield from refused(sender, "a refusal of a proof that was used before", [("sent twice", proof)])
    else:
        sender.control()


@check(requests=3, logins=("grant of all",))
def token_hash_needed(protected: Protected) -> Findings:
    """Refuses a proof that does not say which token it was made for."""
    sender = Sender.of(protected)
    proofs = [("without ath", sender.proof(token=None))]
    yield from refused(sender, "a refusal of a proof without ath", proofs)


@check(requests=3, logins=("grant of all",))
def token_hash_compared(protected: Protected) -> Findings:
    """Refuses a proof that was made for another token."""
    sender = Sender.of(protected)
    proofs = [
        ("with the ath of another token", sender.proof(token=secrets.token_urlsafe(32))),
        ("with an empty ath", sender.proof(claims={"ath": ""})),
    ]
    yield from refused(sender, "a refusal of a proof for another token", proofs)


@check(requests=3, logins=("grant of all",))
def nonce_compared(protected: Protected) -> Findings:
    """Refuses a proof with a nonce that the bank did not give."""
    sender = Sender.of(protected)
    if not sender.protected.access.nonces:
        raise NotApplicable("the bank gives no nonces")
    proofs = [
        ("with an invented nonce", sender.proof(nonce=secrets.token_urlsafe(24))),
        ("without the nonce", sender.proof(nonce=None)),
    ]
    yield from refused(sender, "a refusal of a proof with another nonce", proofs)


@check(requests=5, logins=("grant of all",))
def address_normalised(protected: Protected) -> Findings:
    """Compares addresses as addresses: query, fragment, case of the host and the default port aside."""
    sender = Sender.of(protected)
    right = dpop.target_of(sender.request.url)
    parts = urlsplit(right)
    host = parts.netloc if parts.port else f"{parts.netloc}:443"
    same = {
        "with a query in htu": right + "?page=1",
        "with a fragment in htu": right + "#top",
        "with scheme and host of htu in capitals": urlunsplit(
            parts._replace(scheme="HTTPS", netloc=parts.netloc.upper())
        ),
        "with the port written out in htu": urlunsplit(parts._replace(netloc=host)),
    }
    proofs = ((how, sender.proof(claims={"htu": url})) for how, url in same.items())
    yield from accepted(sender, "a proof for the same address", proofs)


@check(requests=3, logins=("grant of all",))
def clock_tolerated(protected: Protected) -> Findings:
    """Accepts a proof of a TSP whose clock is a few seconds off."""
    sender = Sender.of(protected)
    proofs = (
        (how, sender.proof(claims={"iat": int(sender.now) + shift}))
        for how, shift in (("ten seconds old", -10), ("eight seconds ahead", 8))
    )
    yield from accepted(sender, "a proof made within ten seconds", proofs)


@check(requests=2, logins=("grant of all",))
def unknown_members_ignored(protected: Protected) -> Findings:
    """Passes over members of a proof that it does not know."""
    sender = Sender.of(protected)
    proofs = [("with an unknown claim", sender.proof(claims={"conformance": "unknown"}))]
    yield from accepted(sender, "a proof with members beyond the needed ones", proofs)
