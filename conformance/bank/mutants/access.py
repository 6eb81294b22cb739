"""Defects of the gate that lets registered clients in, and of how it spells paths."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import unquote
from wsgiref.types import WSGIApplication

from werkzeug.wrappers import Request, Response

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy
from conformance.bank.products.access import ID, SECRET
from conformance.bank.products.policy import ProductPolicy
from conformance.bank.products.tokens import PATH as TOKENS
from conformance.bank.proxy import answering, fetch, intercepting, raw_path

CLIENT, SECRET_VALUE = ProductPolicy().clients[0]


def _let_in(request: Request, path: str = "") -> None:
    """Put right credentials into the request, as a gateway does that trusts its own path rules."""
    environ = request.environ
    environ[f"HTTP_{ID.upper()}"], environ[f"HTTP_{SECRET.upper()}"] = CLIENT, SECRET_VALUE
    if path:
        environ["PATH_INFO"] = path


@mutant("access.credentials_required", base="gated")
def one_function_is_open(policy: Policy) -> Policy:
    """One function asks for no credentials."""
    return policy.evolve("products.unprotected", ("loans.mortgage-product",))


@mutant("access.each_credential_required", base="gated")
def secret_may_be_missing(app: WSGIApplication) -> WSGIApplication:
    """A client that names itself needs no secret; a secret that is sent is compared."""

    def intercept(request: Request) -> None:
        if request.headers.get(ID) == CLIENT and SECRET not in request.headers:
            _let_in(request)

    return intercepting(app, intercept)


@mutant("access.wrong_credentials_refused", base="gated")
def credentials_need_only_be_there(policy: Policy) -> Policy:
    """Any id and any secret will do."""
    return policy.evolve("products.credentials_unchecked", True)


@mutant("access.wrong_credentials_refused", base="gated")
def id_is_not_compared(policy: Policy) -> Policy:
    """Any id will do with a right secret."""
    return policy.evolve("products.client_unchecked", True)


@mutant("access.wrong_credentials_refused", base="gated")
def start_of_the_secret_suffices(app: WSGIApplication) -> WSGIApplication:
    """A secret that is cut short passes."""

    def intercept(request: Request) -> None:
        secret = request.headers.get(SECRET, "")
        if len(secret) >= 8 and SECRET_VALUE.startswith(secret) and request.headers.get(ID) == CLIENT:
            _let_in(request)

    return intercepting(app, intercept)


@mutant("access.refusals_alike", base="gated")
def refusal_tells_which_is_wrong(policy: Policy) -> Policy:
    """The refusal says whether the id or the secret was wrong."""
    return policy.evolve("products.refusal_tells_which", True)


@mutant("access.credentials_not_in_query", base="gated")
def credentials_in_the_address(policy: Policy) -> Policy:
    """Id and secret may stand in the address."""
    return policy.evolve("products.credentials_in_query_accepted", True)


@mutant("access.other_methods_gated", base="gated")
def head_is_open(policy: Policy) -> Policy:
    """HEAD asks for no credentials."""
    return policy.evolve("products.head_unprotected", True)


@mutant("access.conditional_request_gated", base="gated")
def not_modified_for_strangers(app: WSGIApplication) -> WSGIApplication:
    """A cache before the gate answers 304 to everybody who knows the ETag."""

    def intercept(request: Request) -> Response | None:
        if "If-None-Match" not in request.headers or ID in request.headers:
            return None
        environ = {**request.environ, f"HTTP_{ID.upper()}": CLIENT, f"HTTP_{SECRET.upper()}": SECRET_VALUE}
        own = fetch(app, environ)
        return own if own.status_code == 304 else None

    return intercepting(app, intercept)


@mutant("access.refusal_carries_no_data", base="gated")
def refusal_with_the_data(app: WSGIApplication) -> WSGIApplication:
    """The refusal of a stranger has the data as its body."""

    def amend(request: Request, response: Response) -> None:
        if response.status_code == 401 and request.method == "GET" and ID not in request.headers:
            body = json.loads(response.get_data() or b"{}")
            _let_in(request)
            rows = json.loads(fetch(app, request.environ).get_data() or b"{}")
            response.set_data(json.dumps({**rows, **body}))

    return answering(app, amend)


@mutant("access.refusal_status", base="gated")
def stranger_finds_nothing(policy: Policy) -> Policy:
    """A stranger is told that the path does not exist."""
    return policy.evolve("products.refusal_status", 404)


@mutant("access.refusal_status", base="gated")
def stranger_meets_a_fault(policy: Policy) -> Policy:
    """A stranger is answered 500."""
    return policy.evolve("products.refusal_status", 500)


@mutant("access.refusal_challenges", base="gated")
def challenge_absent(policy: Policy) -> Policy:
    """A 401 does not say how to authenticate."""
    return policy.evolve("products.challenge_absent", True)


@mutant("path.case_gated", base="gated")
def gate_minds_the_case(app: WSGIApplication) -> WSGIApplication:
    """The gate compares letters, the application behind it does not."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if path != path.lower() and "%" not in path:
            _let_in(request, path.lower())

    return intercepting(app, intercept)


@mutant("path.parameters_gated", base="gated")
def gate_looks_how_a_path_begins(app: WSGIApplication) -> WSGIApplication:
    """The gate is for paths that begin as the function's do; the application drops path parameters."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if ";" in path.split("/")[1]:
            _let_in(request, re.sub(r";[^/]*", "", path))

    return intercepting(app, intercept)


@mutant("path.encoding_gated", base="gated")
def gate_sees_a_beginning_encoded_twice(app: WSGIApplication) -> WSGIApplication:
    """The gate is for paths that begin as the function's do; the application decodes them again."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if "%25" in path.split("/")[1]:
            _let_in(request, unquote(unquote(path)))

    return intercepting(app, intercept)


@mutant("host.claims_gated", base="gated")
def who_is_inside_needs_no_credentials(app: WSGIApplication) -> WSGIApplication:
    """A client that says of itself that it is in the bank's network is let in."""

    def intercept(request: Request) -> None:
        if request.headers.get("X-Forwarded-For", "").startswith("127."):
            _let_in(request)

    return intercepting(app, intercept)


@mutant("host.claims_gated", base="gated")
def path_taken_from_a_header(app: WSGIApplication) -> WSGIApplication:
    """The gate looks at the path of the request, the application at X-Original-URL."""

    def intercept(request: Request) -> None:
        wanted = request.headers.get("X-Original-URL")
        if wanted and raw_path(request) == "/":
            _let_in(request, wanted)

    return intercepting(app, intercept)


@mutant("path.slashes_gated", base="gated")
def gate_minds_a_slash(app: WSGIApplication) -> WSGIApplication:
    """The gate knows the path without a slash at its end, the application takes both."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if path.endswith("/") and path != "/":
            _let_in(request, path.rstrip("/"))

    return intercepting(app, intercept)


@mutant("path.slashes_gated", base="gated")
def gate_minds_two_slashes(app: WSGIApplication) -> WSGIApplication:
    """The application takes several slashes for one, the gate does not."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if "//" in path and not path.endswith("/"):
            _let_in(request, re.sub("/{2,}", "/", path))

    return intercepting(app, intercept)


@mutant("path.every_function_gated", base="gated")
def gate_minds_a_slash_of_one_function(app: WSGIApplication) -> WSGIApplication:
    """The gate knows one function without a slash at its end, the application takes both."""

    def intercept(request: Request) -> None:
        if raw_path(request) == "/products/mortgages/":
            _let_in(request, "/products/mortgages")

    return intercepting(app, intercept)


@mutant("path.dot_segments_gated", base="gated")
def gate_minds_dots(app: WSGIApplication) -> WSGIApplication:
    """The application resolves dot segments after the gate has looked."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if re.search(r"/\.\.?(/|$)", path):
            _let_in(request, re.sub(r"/[^/]+/\.\.(?=/)|/\.(?=/|$)", "", path))

    return intercepting(app, intercept)


@mutant("path.dot_segments_gated", base="gated")
def gate_minds_encoded_dots(app: WSGIApplication) -> WSGIApplication:
    """The application decodes and resolves dot segments after the gate has looked."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if "%2e" in path.lower():
            plain = re.sub("(?i)%2e", ".", path)
            _let_in(request, re.sub(r"/[^/]+/\.\.(?=/)|/\.(?=/|$)", "", plain))

    return intercepting(app, intercept)


@mutant("path.encoding_gated", base="gated")
def gate_minds_encoding(app: WSGIApplication) -> WSGIApplication:
    """The gate compares the path before percent-encoded letters are decoded."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if re.search("(?i)%[67][0-9a-f]", path) and "%25" not in path:
            _let_in(request, unquote(path))

    return intercepting(app, intercept)


@mutant("path.encoding_gated", base="gated")
def application_decodes_twice(app: WSGIApplication) -> WSGIApplication:
    """The gate decodes the path once, the application once more."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if "%25" in path:
            _let_in(request, unquote(unquote(path)))

    return intercepting(app, intercept)


@mutant("path.parameters_gated", base="gated")
def gate_minds_path_parameters(app: WSGIApplication) -> WSGIApplication:
    """The application drops what follows a semicolon, the gate does not."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if ";" in path:
            _let_in(request, re.sub(";[^/]*", "", path))

    return intercepting(app, intercept)


@mutant("path.parameters_gated", base="gated")
def gate_minds_an_extension(app: WSGIApplication) -> WSGIApplication:
    """The application takes .json after a path, the gate has no rule for it."""

    def intercept(request: Request) -> None:
        path = raw_path(request)
        if path.endswith(".json"):
            _let_in(request, path.removesuffix(".json"))

    return intercepting(app, intercept)


@mutant("access.token_lives_as_told", base="token-gated")
def life_of_a_token_in_milliseconds(policy: Policy) -> Policy:
    """A token that is good for a day tells its life in milliseconds."""
    return policy.evolve("products.token_life", 86_400).evolve("products.token_life_unit", 1000)


@mutant("access.token_lives_as_told", base="token-gated")
def token_forgotten_early(policy: Policy) -> Policy:
    """A token is refused after forty requests, long before the end that was told."""
    return policy.evolve("products.token_uses", 40)


@mutant("access.wrong_client_refused", base="token-gated")
def token_for_any_secret(policy: Policy) -> Policy:
    """A registered client gets a token whatever secret it sends."""
    return policy.evolve("products.secret_unchecked", True)


def _token_answer(app: WSGIApplication, amend: Callable[[Response], None]) -> WSGIApplication:
    """Change the answers that hold a token."""

    def given(request: Request, response: Response) -> None:
        if request.path == TOKENS and response.status_code == 200:
            amend(response)

    return answering(app, given)


@mutant("access.token_is_not_stored", base="token-gated")
def token_left_in_caches(app: WSGIApplication) -> WSGIApplication:
    """The answer with a token may be kept for an hour."""
    return _token_answer(app, lambda response: response.headers.set("Cache-Control", "max-age=3600"))


@mutant("access.token_answer_is_complete", base="token-gated")
def token_of_no_type(app: WSGIApplication) -> WSGIApplication:
    """A token comes without its type."""

    def amend(response: Response) -> None:
        told = json.loads(response.get_data())
        response.set_data(json.dumps({name: value for name, value in told.items() if name != "token_type"}))

    return _token_answer(app, amend)


@mutant("access.token_answer_is_complete", base="token-gated")
def token_life_in_quotes(app: WSGIApplication) -> WSGIApplication:
    """The life of a token is a text."""

    def amend(response: Response) -> None:
        told = json.loads(response.get_data())
        response.set_data(json.dumps(told | {"expires_in": str(told["expires_in"])}))

    return _token_answer(app, amend)
