"""What a code is good for: one redemption, by its client, as its request promised (RFC 6749, 4.1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.checks.token.experiment import gave_token, redemptions
from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Request
from conformance.oauth import pkce
from conformance.oauth.access import Access
from conformance.oauth.client import revealed
from conformance.oauth.grant import Grant, error_of, members_of, told
from conformance.operation import Operation
from conformance.registry import Findings, check


def promised(access: Access) -> None:
    """Raises ``NotApplicable`` for a server that does not say that it supports PKCE."""
    if (
        not access.server.listed("code_challenge_methods_supported")
        and "pkce" not in access.target.capabilities
    ):
        raise NotApplicable("the authorization server does not list PKCE (code_challenge_methods_supported)")


def _refused(access: Access, name: str, expected: str, at: str) -> Findings:
    answer = redemptions(access).of(name)
    if answer is not None and gave_token(answer):
        yield Finding(expected, "an access token", at, answer.exchange)


@check(requests=20, logins=("redemptions",))
def wrong_verifier_refused(access: Access) -> Findings:
    """Refuses a code with a verifier that does not match its challenge."""
    promised(access)
    yield from _refused(access, "wrong verifier", "a wrong code_verifier refused", "code_verifier")


@check(requests=2, logins=(1, "redemptions"))
def short_verifier_refused(access: Access) -> Findings:
    """Refuses a code with a verifier that is shorter than a verifier can be."""
    promised(access)
    if gave_token(redemptions(access).of("wrong verifier")):
        return  # wrong_verifier_refused tells of it
    verifier = pkce.verifier()[:42]
    code = access.code(access.ask(code_challenge=pkce.challenge(verifier)))
    answer = access.redeem(code, code_verifier=verifier)
    if gave_token(answer):
        expected = "a code_verifier of 42 characters refused"
        yield Finding(expected, "an access token", "code_verifier", answer.exchange)


@check(requests=2, logins=("redemptions",))
def verifier_needed(access: Access) -> Findings:
    """Refuses a code without the verifier of its challenge."""
    promised(access)
    yield from _refused(access, "no verifier", "a redemption without code_verifier refused", "code_verifier")


@check(requests=2, logins=("redemptions",))
def redirect_uri_bound(access: Access) -> Findings:
    """Refuses a code with another redirect URI than that of its request."""
    yield from _refused(access, "other redirect_uri", "another redirect_uri refused", "redirect_uri")


@check(requests=2, logins=("redemptions",))
def client_bound(access: Access) -> Findings:
    """Refuses a code to a client that it was not made for."""
    yield from _refused(access, "other client", "another client's code refused", "client_id")


@check(requests=2, logins=("redemptions",))
def parameter_repeated(access: Access) -> Findings:
    """Refuses a token request in which a parameter stands twice."""
    yield from _refused(access, "repeated parameter", "a repeated parameter refused", "code")


@check(requests=2, logins=("redemptions",))
def get_refused(access: Access) -> Findings:
    """Gives tokens to POST only."""
    yield from _refused(access, "GET", "a token request by GET refused", "method")


@check(requests=2, logins=("redemptions",))
def query_refused(access: Access) -> Findings:
    """Reads no parameter of a token request from the URL, where it would be logged."""
    if gave_token(redemptions(access).of("GET")):
        return
    yield from _refused(access, "query", "a code in the URL not read", "query")


@check(requests=2, logins=("redemptions",))
def possession_needed(access: Access) -> Findings:
    """Gives no token to a client that shows nothing, neither certificate nor proof, to bind it to."""
    fapi = {"fapi1", "fapi2"} & set(access.target.capabilities)
    if access.constraint == "none" or not (access.configured.sender_constraint or fapi):
        raise NotApplicable("the bank does not say that every token is bound to its holder")
    if access.constraint == "mtls" and access.client.method.endswith("tls_client_auth"):
        raise NotApplicable("the certificate authenticates the client as well; see client authentication")
    expected = f"a token request without {access.constraint} proof of possession refused"
    yield from _refused(access, "no proof of possession", expected, "token request")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a code gave when it came again, by seconds; ``good``: whether its token still opens data."""

    answers: Mapping[int, Answer]
    good: bool | None


def replayed(access: Access, operations: tuple[Operation, ...]) -> Replayed:
    """A code redeemed three times, made once in a round."""

    def fetch() -> Replayed:
        code = access.code()
        first = access.redeem(code)
        if not gave_token(first):
            raise Inconclusive(f"control request refused: a right redemption was answered {told(first)}")
        tokens = access.tokens(first, code.client)
        answers = {0: access.redeem(code)}
        access.tsp.wait(1.0)
        answers[1] = access.redeem(code)
        return Replayed(answers, _still_good(access, operations, Grant(code, tokens)))

    found: Replayed = access.memory.once(("token", "replayed"), fetch)
    return found


def _still_good(access: Access, operations: tuple[Operation, ...], grant: Grant) -> bool | None:
    """Whether a token opens the customer's data; None where that cannot be seen."""
    for operation in operations:
        if operation.function.permission and operation.reads and "{" not in operation.path:
            headers = (("Accept", "application/json"),)
            request = Request(operation.method, access.tsp.url(operation.path), headers, operation.body)
            return access.call(grant, request).ok
    if access.server.has("introspection_endpoint"):
        answer = access.introspect(grant.access_token, client=grant.client)
        return members_of(answer).get("active") is True if answer.ok else None
    return None


@check(requests=12, logins=("replayed",))
def replay_refused(access: Access, operations: tuple[Operation, ...]) -> Findings:
    """Refuses a code that was redeemed before, at once and after a second."""
    for seconds, answer in replayed(access, operations).answers.items():
        if gave_token(answer):
            yield Finding(
                f"a used code refused after {seconds} s", "an access token", "code", answer.exchange
            )
            return


@check(requests=12, logins=("replayed",))
def replay_ends_grant(access: Access, operations: tuple[Operation, ...]) -> Findings:
    """Ends the tokens of a code that somebody tried to redeem a second time."""
    found = replayed(access, operations)
    if any(map(gave_token, found.answers.values())):
        return  # replay_refused tells of it
    if found.good is None:
        raise Inconclusive("there is no function to see what a token is still good for")
    if found.good:
        exchange = found.answers[1].exchange
        yield Finding(
            "the token of a replayed code ended", "it still opens the customer's data", "code", exchange
        )


@check(requests=12, confirm=False, logins=(2,))
def redeemed_once(access: Access, *, rounds: int = 2) -> Findings:
    """Gives tokens to one of two redemptions of a code that arrive together."""
    for _ in range(rounds):
        code = access.code()
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="redeem") as pool:
            both = [pool.submit(access.redeem, code) for _ in range(2)]
            answers = [each.result() for each in both]
        won = [answer for answer in answers if gave_token(answer)]
        if not won and not gave_token(redemptions(access).right):
            raise Inconclusive("control request refused: a right redemption")
        if len(won) == 2:
            if gave_token(access.redeem(code)):
                return  # a code is simply good for more than once, as replay_refused tells
            actual = "both gave an access token"
            yield Finding("one of two redemptions at once refused", actual, "code", won[1].exchange)
            return


@check(requests=10, logins=(1, "redemptions"))
def code_expires(access: Access, *, longest: int = 60) -> Findings:
    """Refuses a code after its lifetime, which is no longer than the profile admits."""
    lifetime = min(access.settings.code_lifetime, float(longest))
    code = access.code()
    access.tsp.wait(lifetime + 2)
    answer = access.redeem(code)
    if gave_token(answer):
        yield Finding(f"a code refused after {lifetime:.0f} s", "an access token", "code", answer.exchange)
    if not gave_token(redemptions(access).right):
        raise Inconclusive("control request refused: a right redemption")


@check(requests=12, logins=("redemptions",))
def refusal_code(access: Access) -> Findings:
    """Refuses a code that is not good with invalid_grant and status 400."""
    answer = redemptions(access).of("wrong verifier")
    if answer is None or gave_token(answer):
        return
    error = error_of(answer)
    if answer.status != 400:
        yield Finding("status 400", told(answer), "status", answer.exchange)
    elif error != "invalid_grant":
        yield Finding("error invalid_grant", error or "none", "/error", answer.exchange)


@check(requests=4, logins=("redemptions",))
def nothing_echoed(access: Access) -> Findings:
    """Repeats no code and no verifier in its error answers."""
    found = redemptions(access)
    for name in ("wrong verifier", "other redirect_uri"):
        answer = found.of(name)
        if answer is not None and not gave_token(answer) and found.code.value.encode() in answer.body:
            yield Finding("no secret in an error answer", "the code stands in it", "body", answer.exchange)
            return


@check(requests=4, logins=("grant",))
def password_refused(access: Access) -> Findings:
    """Gives no token for a customer's password (grant type password)."""
    customer = access.customer(0)
    secret = customer.password.reveal() if customer.password else "password"
    form = {"grant_type": "password", "username": revealed(customer.username), "password": secret}
    answer = access.token(form)
    if gave_token(answer):
        yield Finding("the grant type password refused", "an access token", "grant_type", answer.exchange)
    access.grant()


@check(requests=6, logins=("grant",))
def unknown_grant_refused(access: Access) -> Findings:
    """Refuses a grant type that does not exist, and a request without any."""
    for what, kind in {"an unknown grant_type": "conformance", "no grant_type": None}.items():
        answer = access.token({"grant_type": kind})
        if answer.ok:
            yield Finding(f"a token request with {what} refused", told(answer), "grant_type", answer.exchange)
    access.grant()


@check(requests=4, logins=(1, "redemptions"))
def challenge_not_dropped(access: Access) -> Findings:
    """Refuses a verifier for a code whose request had no challenge (PKCE downgrade)."""
    promised(access)
    asked = access.ask(code_challenge=None, code_challenge_method=None)
    if not access.attempt(access.probe(code_challenge=None, code_challenge_method=None)).accepted:
        access.control()
        return
    code = access.code(asked)
    answer = access.redeem(code, code_verifier=asked.verifier)
    if gave_token(answer):
        expected = "a code_verifier without code_challenge refused"
        yield Finding(expected, "an access token", "code_verifier", answer.exchange)
    if not gave_token(redemptions(access).right):
        raise Inconclusive("control request refused: a right redemption")
