"""A bank's own description of its API: OpenAPI 3.1, 3.0 or Swagger 2.0, read offline.

What a description gets wrong is a note with its JSON Pointer, never a crash; references to other files or
hosts are not followed. Reading takes time in proportion to the operations; schemas are compiled when first
asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from conformance import apifile
from conformance.errors import ConfigurationError
from conformance.route import Router
from conformance.schema import BadSchema, Direction, Validator, Version

__all__ = [
    "ApiDescription",
    "ApiHeader",
    "ApiLink",
    "ApiOperation",
    "ApiParameter",
    "ApiResponse",
    "ApiSchema",
    "BadSchema",
    "describe",
    "load_description",
]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


MOST_PARTS = 2_000
"""Subschemas in the validators of one description that are kept; a whole bank's come to fewer."""


class Compiled:
    """The validators of one description: each is made when first asked for, and the latest are kept."""

    def __init__(self, document: Any, version: Version) -> None:
        self.document = document
        self.version = version
        self._lock = Lock()
        self._made: OrderedDict[tuple[str, Direction], Validator | BadSchema] = OrderedDict()
        self._parts = 0

    def validator(self, at: str, direction: Direction) -> Validator:
        """The validator of the schema at a pointer. Raises ``BadSchema``."""
        key = at, direction
        with self._lock:
            made = self._made.get(key)
            if made is not None:
                self._made.move_to_end(key)
            else:
                try:
                    made = Validator(self.document, at=at, version=self.version, direction=direction)
                except BadSchema as error:
                    made = error
                self._made[key] = made
                self._parts += _parts(made)
                while self._parts > MOST_PARTS and len(self._made) > 1:
                    self._parts -= _parts(self._made.popitem(last=False)[1])
        if isinstance(made, BadSchema):
            raise made
        return made


def _parts(made: Validator | BadSchema) -> int:
    return made.parts if isinstance(made, Validator) else 1


@dataclass(frozen=True, slots=True)
class ApiSchema:
    """A schema by its pointer in the description. ``schema`` is as written, references and all."""

    pointer: str
    schema: Any
    compiled: Compiled = field(repr=False, compare=False)

    def validator(self, direction: Direction = Direction.RESPONSE) -> Validator:
        """The validator, compiled on first use. Raises ``BadSchema``."""
        return self.compiled.validator(self.pointer, direction)


@dataclass(frozen=True, slots=True)
class ApiParameter:
    """A parameter of a request; ``place`` is path, query, header or cookie."""

    name: str
    place: str
    required: bool = False
    schema: ApiSchema | None = None
    style: str = ""
    explode: bool | None = None
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiHeader:
    """A header field of a response."""

    name: str
    required: bool = False
    schema: ApiSchema | None = None


@dataclass(frozen=True, slots=True)
class ApiLink:
    """What a response leads to (OpenAPI 3.1, 4.8.20): an operation by its id or pointer, and values for its
    parameters, which are constants or runtime expressions such as ``$response.body#/id``."""

    name: str
    target: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A described response; ``status`` is a code, a range (``4XX``) or ``default``."""

    status: str
    content: Mapping[str, ApiSchema | None] = field(default_factory=dict)
    headers: Mapping[str, ApiHeader] = field(default_factory=dict)
    examples: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    links: tuple[ApiLink, ...] = ()

    def schema_for(self, media_type: str) -> ApiSchema | None:
        """The schema of a media type, of its range (``application/*``) or of any; parameters do not count."""
        wanted = media_type.split(";")[0].strip().lower()
        described = {name.split(";")[0].strip().lower(): schema for name, schema in self.content.items()}
        for name in (wanted, f"{wanted.partition('/')[0]}/*", "*/*"):
            if name in described:
                return described[name]
        return None


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One method on one path. ``id`` is its operationId, or method and path; ``pointer`` where it stands."""

    id: str
    method: str
    path: str
    pointer: str
    parameters: tuple[ApiParameter, ...] = ()
    bodies: Mapping[str, ApiSchema | None] = field(default_factory=dict)
    body_required: bool = False
    body_examples: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    responses: Mapping[str, ApiResponse] = field(default_factory=dict)
    security: tuple[Mapping[str, Any], ...] | None = None
    """Alternatives of required schemes; an empty one means none is needed, None that nothing is said."""
    deprecated: bool = False

    def response_for(self, status: int) -> ApiResponse | None:
        """The description of a status: its own, else of its range, else the default."""
        for name in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if name in self.responses:
                return self.responses[name]
        return None


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """A description, read. ``notes`` say what was left out, and where; ``bases`` are its servers' paths."""

    name: str
    version: Version
    title: str
    operations: tuple[ApiOperation, ...]
    bases: tuple[str, ...]
    security_schemes: Mapping[str, Any]
    notes: tuple[str, ...]
    document: Any = field(repr=False, compare=False)
    router: Router[ApiOperation] = field(repr=False, compare=False)

    def match(self, method: str, url_path: str) -> tuple[ApiOperation, Mapping[str, str]] | None:
        """The operation that a request calls, and the decoded values of its path.

        The path is read below the path of a server, or as it is when it lies below none; the most concrete
        template wins.
        """
        path = url_path.partition("?")[0]
        for base in sorted(self.bases, key=len, reverse=True):
            if base and (path == base or path.startswith(f"{base}/")):
                found = self.router.find(method, path[len(base) :] or "/")
                if found is not None:
                    return found
        return self.router.find(method, path)

    def operation(self, id: str) -> ApiOperation | None:
        """The operation with an id."""
        return next((operation for operation in self.operations if operation.id == id), None)


def load_description(path: str | Path) -> ApiDescription:
    """The description in a YAML or JSON file of at most 20 MB. Raises ``ConfigurationError``.

    A file is read again when it has changed.
    """
    file = Path(path)
    try:
        facts = file.stat()
        state = (str(file.absolute()), facts.st_mtime_ns, facts.st_size)
    except OSError:
        state = (str(file.absolute()), 0, 0)
    return _loaded(file, state)


@lru_cache(maxsize=8)
def _loaded(file: Path, state: tuple[str, int, int]) -> ApiDescription:  # noqa: ARG001 - tells contents apart
    return describe(apifile.load(file), file.name)


def describe(document: Any, name: str = "description") -> ApiDescription:
    """A description that is parsed already. Raises ``ConfigurationError`` when it is no OpenAPI."""
    # Imported here: reading builds the types above.
    from conformance.openapi_reading import Reading

    if not isinstance(document, Mapping):
        raise ConfigurationError(
            f"{name}: an API description is an object with openapi or swagger at its top"
        )
    written = str(document.get("openapi", document.get("swagger", "")))
    version = next((v for v in Version if v.value != "2020-12" and written.startswith(v.value)), None)
    if version is None:
        said = f"says {written[:20]!r}" if written else "has neither openapi nor swagger at its top"
        raise ConfigurationError(f"{name}: {said}; supported are OpenAPI 3.1, 3.0 and Swagger 2.0")
    if not isinstance(document.get("paths", {}), Mapping):
        raise ConfigurationError(f"{name}: paths is not an object; nothing can be read from it")
    reading = Reading(document, version, Compiled(document, version))
    operations = tuple(reading.operations())
    info = document.get("info")
    title = str(info.get("title", "")) if isinstance(info, Mapping) else ""
    return ApiDescription(
        name,
        version,
        title,
        operations,
        reading.bases(),
        reading.security_schemes(),
        tuple(reading.notes),
        document,
        Router((operation.method, operation.path, operation) for operation in operations),
    )
