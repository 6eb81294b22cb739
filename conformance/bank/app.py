"""The bank as one WSGI application."""

from __future__ import annotations

import itertools
import random
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from conformance.bank import gateway, http, throttle
from conformance.bank.accounts.service import AccountService
from conformance.bank.applications.asking import AskingService
from conformance.bank.applications.service import ApplicationService
from conformance.bank.authorization.fixture import AuthorizationFixture, authorization_fixture
from conformance.bank.authorization.service import AuthorizationService
from conformance.bank.payments.service import PaymentService
from conformance.bank.policy import Policy
from conformance.bank.products.service import ProductService
from conformance.bank.products.tokens import TokenService
from conformance.bank.publication.service import PublicationService
from conformance.bank.service import Handler, Service

SERVICES: tuple[Service, ...] = (
    ProductService(),
    TokenService(),
    PublicationService(),
    AuthorizationService(),
    AccountService(),
    PaymentService(),
    ApplicationService(),
    AskingService(),
)
CONFORMANT = Policy()

Store = TypeVar("Store")


class State:
    """What the services of one bank remember: one store per type, made on first use, once."""

    def __init__(self) -> None:
        self._stores: dict[type, Any] = {}
        self._lock = threading.RLock()

    def of(self, kind: type[Store], make: Callable[[], Store] | None = None) -> Store:
        """Give the bank's store of this type; `make` (or the type itself, without arguments) makes it."""
        with self._lock:
            if kind not in self._stores:
                self._stores[kind] = (make or kind)()
            store: Store = self._stores[kind]
            return store


class Bank:
    """The WSGI callable. `clock` gives seconds since 1970; `seed` varies the synthetic data, nothing else."""

    def __init__(
        self, policy: Policy = CONFORMANT, clock: Callable[[], float] = time.time, seed: int = 0
    ) -> None:
        self.policy = policy
        self.seed = seed
        self.state = State()
        self._clock = clock
        self._requests = itertools.count(1)
        self.opened = clock()

    @property
    def authorization_fixture(self) -> AuthorizationFixture:
        """The synthetic TSPs and customers of this bank; made on first use, once per process."""
        return authorization_fixture(self.policy.authorization.client_authentication)

    def now(self) -> float:
        """Seconds since 1970 on the bank's clock; all times that the bank writes come from here."""
        return self._clock()

    def rest(self, seconds: float) -> None:
        """Let time pass on the bank's clock, where that can be told to, or on the machine's."""
        sleep: Callable[[float], None] = getattr(self._clock, "sleep", time.sleep)
        sleep(seconds)

    def count(self) -> int:
        """Count one request; the first is 1."""
        return next(self._requests)

    def random(self, *purpose: object) -> random.Random:
        """Give numbers that depend on seed and purpose alone: for synthetic data, never for a secret."""
        return random.Random(f"{self.seed}/{'/'.join(map(str, purpose))}")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; a fault of the bank's own code is a 500 with its traceback on `wsgi.errors`."""
        request = Request(environ)
        try:
            throttle.admit(self, request)
            response = gateway.before(self, request) or self._dispatch(request)
        except http.Refusal as refusal:
            response = http.error(self, request, refusal)
        except Exception:
            environ["wsgi.errors"].write(traceback.format_exc())
            response = http.error(self, request, http.Refusal(500, "internal_error", "The bank has a fault."))
        response = throttle.finish(self, request, response)
        return gateway.finish(self, request, response)(environ, start_response)

    def _dispatch(self, request: Request) -> Response:
        urls = _routes().bind_to_environ(request.environ)
        try:
            endpoint, values = urls.match()
        except MethodNotAllowed as refused:
            return gateway.other_method(self, request, tuple(refused.valid_methods or ()))
        except HTTPException:
            return gateway.unknown_path(self, request)
        handler: Handler = endpoint
        return handler(self, request, **values)


@cache
def _routes() -> Map:
    """Compile the routes of all services once per process: a bank must cost nothing to make."""
    rules = [
        Rule(route.rule, methods=route.methods, endpoint=route.handler)
        for service in SERVICES
        for route in service.routes()
    ]
    return Map(rules, strict_slashes=True, merge_slashes=False, redirect_defaults=False)
