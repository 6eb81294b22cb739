"""What is judged against a description: its operations, where they lie, and who already judges which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from conformance.errors import NotApplicable
from conformance.generate.call import Call
from conformance.model import SAFE_METHODS, Request
from conformance.openapi import ApiDescription, ApiOperation, describe
from conformance.operation import Operation


@dataclass(frozen=True, slots=True)
class Scoped:
    """An operation with the description that it stands in.

    ``function`` is the function whose plain read it is, which the requirements of its phase judge.
    """

    operation: ApiOperation
    api: ApiDescription
    function: Operation | None = None

    @property
    def name(self) -> str:
        return f"{self.operation.method} {self.operation.path}"

    @property
    def reads(self) -> bool:
        """Whether calling it changes nothing: as the bank's file says of a function, else by its method."""
        if self.function is not None:
            return self.function.reads
        return self.operation.method in SAFE_METHODS

    @property
    def document(self) -> Any:
        return self.api.document


@dataclass(frozen=True, slots=True)
class Contract:
    """The descriptions that a bank answers for. ``writes`` says whether calls may change its state."""

    apis: tuple[ApiDescription, ...]
    operations: tuple[Scoped, ...]
    base: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False
    canonical: bool = False
    headers: Callable[[], Iterable[tuple[str, str]]] = field(default=lambda: (), compare=False)

    def request(self, call: Call, scoped: Scoped) -> Request:
        """A call as a request with the constant header fields of the bank, without credentials."""
        headers = {"Accept": "application/json", **dict(self.headers())}
        for name, value in call.headers:
            headers = {k: v for k, v in headers.items() if k.lower() != name.lower()} | {name: value}
        if call.media_type and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = call.media_type
        url = self.base[scoped.api.name] + call.target()
        return Request(call.verb, url, tuple(headers.items()), call.content())

    def item_of(self, collection: Scoped, method: str) -> Scoped | None:
        """The operation of a method on the single members of a collection."""
        for other in self.operations:
            rest = other.operation.path.removeprefix(collection.operation.path)
            if (
                other.operation.method == method
                and other.api is collection.api
                and rest != other.operation.path
                and rest.startswith("/{")
                and rest.endswith("}")
                and rest.count("/") == 1
            ):
                return other
        return None

    def named(self, method: str, path: str) -> Scoped | None:
        """The operation of a method and a path template."""
        return next(
            (o for o in self.operations if o.operation.method == method and o.operation.path == path), None
        )


def contract(
    base_url: str,
    own: ApiDescription | None,
    canonical: Sequence[Mapping[str, Any]],
    functions: Sequence[Operation],
    *,
    writes: bool,
    headers: Callable[[], Iterable[tuple[str, str]]] = lambda: (),
) -> Contract:
    """The contract of a bank: its own description, or those of the profiles whose canonical API it speaks.

    Raises ``NotApplicable`` where there is none.
    """
    if own is not None:
        base = _base(base_url, own)
        scoped = tuple(Scoped(o, own, _function(o, functions)) for o in own.operations)
        return Contract((own,), scoped, {own.name: base}, writes, headers=headers)
    found: list[Scoped] = []
    apis: list[ApiDescription] = []
    offered = [f for f in functions if f.canonical]
    for number, document in enumerate(canonical):
        api = describe(document, f"canonical API {number + 1}")
        mine = [
            Scoped(o, api, _function(o, offered))
            for o in api.operations
            if not _needs_token(o, api)
            and any(o.path == f.path or o.path.startswith(f"{f.path}/") for f in offered)
        ]
        if mine:
            apis.append(api)
            found += mine
    if not found:
        raise NotApplicable("the bank's file names no API description")
    return Contract(
        tuple(apis),
        tuple(found),
        {api.name: base_url for api in apis},
        writes,
        canonical=True,
        headers=headers,
    )


def _needs_token(operation: ApiOperation, api: ApiDescription) -> bool:
    """Whether only a token that a customer grants opens an operation; its phase's own checks have one."""
    kinds = {
        name: scheme.get("type")
        for name, scheme in api.security_schemes.items()
        if isinstance(scheme, Mapping)
    }
    given = operation.security
    return bool(given) and all(any(kinds.get(name) == "oauth2" for name in one) for one in given or ())


def _base(base_url: str, api: ApiDescription) -> str:
    """Where the paths of a description begin: its server's path below the bank's address, once."""
    given = base_url.rstrip("/")
    own = api.bases[0] if api.bases else ""
    return given if not own or urlsplit(given).path.endswith(own) else given + own


def _function(operation: ApiOperation, functions: Sequence[Operation]) -> Operation | None:
    for function in functions:
        path = function.path.partition("?")[0]
        if function.method == operation.method and (
            path == operation.path or (path.endswith(operation.path) and "{" not in operation.path)
        ):
            return function
    return None
