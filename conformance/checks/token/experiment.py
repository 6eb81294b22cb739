"""One login, many wrong ways to redeem its code: what the token endpoint said to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.errors import Inconclusive, Unreachable
from conformance.oauth import pkce
from conformance.oauth.access import Access
from conformance.oauth.grant import Code, members_of, told
from conformance.wire import UNCERTIFIED

Try = Callable[[Access, Code], Answer]


def gave_token(answer: Answer | None) -> bool:
    """Whether a token response has an access token."""
    return answer is not None and answer.ok and bool(members_of(answer).get("access_token"))


def _other_redirect(access: Access, code: Code) -> Answer:
    others = code.client.other_redirect_uris
    wrong = others[0] if others else "https://elsewhere.example/callback"
    return access.redeem(code, redirect_uri=wrong)


def _repeated(access: Access, code: Code) -> Answer:
    form = [
        ("grant_type", "authorization_code"),
        ("code", code.value),
        ("code", code.value),
        ("redirect_uri", code.asked.redirect_uri),
        ("code_verifier", code.asked.verifier),
    ]
    return access.token(form, client=code.client)


def _by_get(access: Access, code: Code) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code.value,
        "redirect_uri": code.asked.redirect_uri,
        "code_verifier": code.asked.verifier,
    }
    return access.token(form, client=code.client, method="GET")


def _in_query(access: Access, code: Code) -> Answer:
    form = {"grant_type": "authorization_code", "redirect_uri": code.asked.redirect_uri}
    query = [("code", code.value), ("code_verifier", code.asked.verifier)]
    return access.token(form, client=code.client, query=query)


def _unproved(access: Access, code: Code) -> Answer:
    if access.constraint == "mtls":
        return access.redeem(code, _certified=UNCERTIFIED)
    return access.redeem(code, _proof=None)


TRIES: Mapping[str, Try] = {
    "wrong verifier": lambda access, code: access.redeem(code, code_verifier=pkce.verifier()),
    "no verifier": lambda access, code: access.redeem(code, code_verifier=None),
    "other redirect_uri": _other_redirect,
    "no redirect_uri": lambda access, code: access.redeem(code, redirect_uri=None),
    "other client": lambda access, code: access.redeem(code, client=access.second),
    "repeated parameter": _repeated,
    "GET": _by_get,
    "query": _in_query,
    "no proof of possession": _unproved,
}


@dataclass(frozen=True, slots=True)
class Redemptions:
    """The answers to wrong redemptions by name, and the one to the right redemption at the end.

    A try that could not be made is a text that says why.
    """

    tries: Mapping[str, Answer | str]
    right: Answer
    code: Code

    def of(self, name: str) -> Answer | None:
        """The answer to a try; None when the connection was refused. Raises ``Inconclusive`` if not made."""
        found = self.tries[name]
        if isinstance(found, str):
            if found == REFUSED:
                return None
            raise Inconclusive(found)
        return found


REFUSED = "the connection was refused"


def redemptions(access: Access) -> Redemptions:
    """The experiment, made once in a round.

    All tries use one code and are followed by its right redemption. Where a bank gives up a code after a
    wrong try, which it may, every further try gets a code, and so a login, of its own.
    """
    found: Redemptions = access.memory.once(("token", "redemptions"), lambda: _made(access))
    return found


def _made(access: Access) -> Redemptions:
    code = access.code()
    answers: dict[str, Answer | str] = {}
    clean: list[str] = []
    for name, attempt in TRIES.items():
        answers[name] = _tried(access, code, attempt)
        if gave_token(_answer(answers[name])):
            code, clean = access.code(), []
        else:
            clean.append(name)
    right = access.redeem(code)
    if gave_token(right):
        return Redemptions(answers, right, code)
    for name in clean:
        answers[name] = _tried(access, access.code(), TRIES[name])
    code = access.code()
    right = access.redeem(code)
    if not gave_token(right):
        raise Inconclusive(f"control request refused: a right redemption was answered {told(right)}")
    return Redemptions(answers, right, code)


def _tried(access: Access, code: Code, attempt: Try) -> Answer | str:
    try:
        return attempt(access, code)
    except Unreachable:
        return REFUSED
    except Inconclusive as reason:
        return reason.reason


def _answer(found: Answer | str) -> Answer | None:
    return None if isinstance(found, str) else found
