"""Codes bound to the key of a proof (RFC 9449, 10): by its thumbprint, or by the pushed request's proof."""

from __future__ import annotations

from dataclasses import replace

from conformance import jose
from conformance.answer import Answer
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding
from conformance.oauth import dpop
from conformance.oauth.access import Access
from conformance.oauth.grant import Asked, Code, members_of, told
from conformance.protected import tried
from conformance.registry import Findings, check

NONCE = frozenset(map(chr, (0x21, *range(0x23, 0x5C), *range(0x5D, 0x7F))))
"""Characters of a nonce (RFC 9449, 8.1)."""


def _own(access: Access) -> str:
    """The thumbprint of the TSP's own key; raises ``NotApplicable`` where tokens are not bound by DPoP."""
    if access.constraint != "dpop":
        raise NotApplicable("tokens are not bound by DPoP")
    return jose.thumbprint(access.client.proof_key)


def _pushed(access: Access, asked: Asked, proof: bool | str) -> Answer:
    if not access.pushes():
        raise NotApplicable("requests are not pushed")
    form = dict(asked.parameters)
    if access.signs():
        form = {"client_id": asked.client.client_id, "request": access.request_object(asked)}
    return access.push(form, client=asked.client, proof=proof or None)


def _code(access: Access, asked: Asked, *, proof: bool) -> Code:
    """A code by a login whose pushed request came with a proof, or without one."""
    answer = _pushed(access, asked, proof)
    uri = members_of(answer).get("request_uri")
    if not answer.ok or not isinstance(uri, str):
        raise Inconclusive(f"control request refused: a right pushed request was answered {told(answer)}")
    window = access.browser(asked)
    attempt = access.opened(asked, [("client_id", asked.client.client_id), ("request_uri", uri)], window)
    landing = access.decide(attempt, window)
    parameters = access.response_of(landing)
    if not parameters.get("code"):
        raise Inconclusive("the login did not end with a code")
    return Code(parameters["code"], asked, landing, parameters, tuple(window.trail))


def _bound(access: Access, asked: Asked, *, proof: bool) -> Findings:
    """A finding for a code that another key redeems; then the right key must redeem it."""
    code = _code(access, asked, proof=proof)
    other = replace(access.client, proof_key=jose.fresh_key())
    answer = tried(access.redeem, code, client=other)
    if answer is not None and answer.ok and members_of(answer).get("access_token"):
        expected = "a code refused that comes with another key's proof"
        yield Finding(expected, "an access token", "DPoP proof", answer.exchange)
        return
    right = access.redeem(code)
    if not right.ok:  # a code may be given up after a wrong try
        again = access.ask(dpop_jkt=asked.parameters.get("dpop_jkt"))
        right = access.redeem(_code(access, again, proof=proof))
    if not right.ok:
        raise Inconclusive(f"control request refused: a right redemption was answered {told(right)}")


@check(requests=14, logins=(1,))
def code_bound_by_name(access: Access) -> Findings:
    """Refuses a code with the proof of another key than the one that its request named (dpop_jkt)."""
    yield from _bound(access, access.ask(dpop_jkt=_own(access)), proof=False)


@check(requests=14, logins=(1,))
def code_bound_by_proof(access: Access) -> Findings:
    """Refuses a code with the proof of another key than the one that its pushed request was proved with."""
    _own(access)
    yield from _bound(access, access.ask(), proof=True)


@check(requests=4)
def keys_named_agree(access: Access) -> Findings:
    """Refuses a pushed request that names another key than the one of its proof."""
    own, other = _own(access), jose.thumbprint(jose.fresh_key())
    answer = _pushed(access, access.probe(dpop_jkt=other), proof=True)
    if answer.ok:
        expected = "a dpop_jkt refused that is not of the proof's key"
        yield Finding(expected, told(answer), "dpop_jkt", answer.exchange)
    control = _pushed(access, access.probe(dpop_jkt=own), proof=True)
    if not control.ok:
        raise Inconclusive(f"control request refused: a right pushed request was answered {told(control)}")


@check(requests=3)
def key_on_curve(access: Access) -> Findings:
    """Binds no token to a key that is no point of its curve."""
    _own(access)
    if not access.offers("client_credentials"):
        raise NotApplicable("the TSP gets no tokens in its own name")
    access.machine()
    key = access.client.proof_key
    jwk = jose.jwk_of(key)
    off = {**jwk, "y": jwk["x"]}
    url = access.server.endpoint("token_endpoint", mutual=access.shown_by(access.client) is not None)
    nonce = next(iter(access.nonces.values()), None)
    proof = dpop.proof(key, "POST", url, access.now(), nonce=nonce, header={"jwk": off})
    form = {"grant_type": "client_credentials", "scope": access.settings.machine_scope or None}
    answer = tried(access.token, form, proof=proof)
    if answer is not None and (answer.ok or answer.status >= 500):
        expected = "a proof refused whose key is no point of its curve"
        yield Finding(expected, told(answer), "jwk of the proof", answer.exchange)
    control = access.token(form)
    if not control.ok:
        raise Inconclusive(f"control request refused: a right token request was answered {told(control)}")


@check(requests=3)
def nonce_characters(access: Access) -> Findings:
    """Makes nonces of the characters that a TSP can send back in a proof."""
    _own(access)
    form = {"grant_type": "client_credentials", "scope": access.settings.machine_scope or None}
    answer = access.token(form)
    wrong = sorted(set(answer.header("DPoP-Nonce") or "") - NONCE)
    if wrong:
        expected = "visible ASCII without space, quotes and backslash"
        yield Finding(expected, f"U+{ord(wrong[0]):04X}", "header DPoP-Nonce", answer.exchange)
