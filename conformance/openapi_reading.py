"""Reading the operations out of an API description, whatever its version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.document import kind, mapping, pointer, resolve, sequence, shown
from conformance.openapi import (
    METHODS,
    ApiHeader,
    ApiLink,
    ApiOperation,
    ApiParameter,
    ApiResponse,
    ApiSchema,
    Compiled,
)
from conformance.schema import Version

_MOST_NOTES = 500
_FORM = "application/x-www-form-urlencoded"


class Reading:
    """One pass over a description. ``notes`` collects what is wrong or left out, with pointers."""

    def __init__(self, document: Mapping[str, Any], version: Version, compiled: Compiled) -> None:
        self.document = document
        self.notes: list[str] = []
        self._version = version
        self._compiled = compiled
        self._swagger = version is Version.SWAGGER_2

    def operations(self) -> Iterator[ApiOperation]:
        """The operations in the order of the description."""
        ids: set[str] = set()
        for path, given in mapping(self.document.get("paths")).items():
            item, at = self._resolved(given, f"/paths{pointer((path,))}")
            if not path.startswith("/"):
                if not path.startswith("x-"):
                    self._note(at, f"the path {shown(path)} does not begin with /")
                continue
            shared = self._parameters(item.get("parameters"), f"{at}/parameters")
            for method in METHODS:
                if method not in item:
                    continue
                if not isinstance(item[method], Mapping):
                    self._note(f"{at}/{method}", f"expected an object, got {kind(item[method])}")
                    continue
                operation = self._operation(method, path, item[method], f"{at}/{method}", shared)
                if operation.id in ids:
                    self._note(operation.pointer, f"the operationId {shown(operation.id)} comes twice")
                ids.add(operation.id)
                yield operation

    def bases(self) -> tuple[str, ...]:
        """The paths below which the operations lie, without a closing slash."""
        if self._swagger:
            return (str(self.document.get("basePath") or "").rstrip("/"),)
        found = []
        for server in sequence(self.document.get("servers")):
            server = mapping(server)
            url = str(server.get("url") or "")
            for name, variable in mapping(server.get("variables")).items():
                url = url.replace(f"{{{name}}}", str(mapping(variable).get("default", "")))
            try:
                found.append(urlsplit(url).path.rstrip("/"))
            except ValueError:
                self._note("/servers", f"{shown(url)} is no URL")
        return tuple(dict.fromkeys(found)) or ("",)

    def security_schemes(self) -> Mapping[str, Any]:
        """The security schemes by name."""
        if self._swagger:
            return mapping(self.document.get("securityDefinitions"))
        return mapping(mapping(self.document.get("components")).get("securitySchemes"))

    def _operation(
        self,
        method: str,
        path: str,
        given: Mapping[str, Any],
        at: str,
        shared: list[tuple[Mapping[str, Any], str]],
    ) -> ApiOperation:
        own = self._parameters(given.get("parameters"), f"{at}/parameters")
        merged = {(str(p.get("name")), str(p.get("in"))): (p, where) for p, where in (*shared, *own)}
        bodies, required, examples = self._bodies(given, at, list(merged.values()))
        security = given.get("security", self.document.get("security"))
        return ApiOperation(
            id=str(given.get("operationId") or f"{method.upper()} {path}"),
            method=method.upper(),
            path=path,
            pointer=at,
            parameters=tuple(
                self._parameter(p, where)
                for p, where in merged.values()
                if p.get("in") not in ("body", "formData")
            ),
            bodies=bodies,
            body_required=required,
            body_examples=examples,
            responses=self._responses(given, at),
            security=tuple(mapping(s) for s in security) if isinstance(security, list) else None,
            deprecated=given.get("deprecated") is True,
        )

    def _parameters(self, given: Any, at: str) -> list[tuple[Mapping[str, Any], str]]:
        found = []
        for index, item in enumerate(sequence(given)):
            parameter, where = self._resolved(item, f"{at}/{index}")
            if isinstance(parameter.get("name"), str) and isinstance(parameter.get("in"), str):
                found.append((parameter, where))
            elif parameter:
                self._note(where, "a parameter without name or in")
        return found

    def _parameter(self, given: Mapping[str, Any], at: str) -> ApiParameter:
        schema = self._schema(given.get("schema"), f"{at}/schema")
        examples = self._examples(given)
        if self._swagger:
            schema = ApiSchema(at, given, self._compiled)
        elif schema is None and (content := mapping(given.get("content"))):
            media = next(iter(content))
            schema = self._media(content[media], f"{at}/content{pointer((media,))}")
        explode = given.get("explode")
        return ApiParameter(
            name=str(given["name"]),
            place=str(given["in"]),
            required=given.get("required") is True or given["in"] == "path",
            schema=schema,
            style=str(given.get("style", given.get("collectionFormat", ""))),
            explode=explode if isinstance(explode, bool) else None,
            examples=examples,
        )

    def _bodies(
        self, given: Mapping[str, Any], at: str, parameters: list[tuple[Mapping[str, Any], str]]
    ) -> tuple[dict[str, ApiSchema | None], bool, dict[str, tuple[Any, ...]]]:
        if not self._swagger:
            body, where = self._resolved(given.get("requestBody"), f"{at}/requestBody")
            content, examples = self._content(body.get("content"), f"{where}/content")
            return content, body.get("required") is True, examples
        consumes = given.get("consumes", self.document.get("consumes"))
        types = [str(media) for media in sequence(consumes)]
        for parameter, where in parameters:
            if parameter.get("in") == "body":
                schema = self._schema(parameter.get("schema"), f"{where}/schema")
                names = types or ["application/json"]
                return dict.fromkeys(names, schema), parameter.get("required") is True, {}
        form = [parameter for parameter, _ in parameters if parameter.get("in") == "formData"]
        if form:
            return dict.fromkeys(types or [_FORM]), any(p.get("required") is True for p in form), {}
        return {}, False, {}

    def _responses(self, given: Mapping[str, Any], at: str) -> dict[str, ApiResponse]:
        found = {}
        for status, item in mapping(given.get("responses")).items():
            if str(status).startswith("x-"):
                continue
            response, where = self._resolved(item, f"{at}/responses{pointer((str(status),))}")
            if self._swagger:
                produces = given.get("produces", self.document.get("produces"))
                schema = self._schema(response.get("schema"), f"{where}/schema")
                media = [str(name) for name in sequence(produces)] or ["application/json"]
                content: dict[str, ApiSchema | None] = dict.fromkeys(media, schema) if schema else {}
                examples = {str(n): (v,) for n, v in mapping(response.get("examples")).items()}
            else:
                content, examples = self._content(response.get("content"), f"{where}/content")
            headers = {}
            for name, header in mapping(response.get("headers")).items():
                described, place = self._resolved(header, f"{where}/headers{pointer((str(name),))}")
                schema = self._schema(described.get("schema"), f"{place}/schema")
                if self._swagger:
                    schema = ApiSchema(place, described, self._compiled)
                headers[str(name)] = ApiHeader(str(name), described.get("required") is True, schema)
            links = tuple(self._links(response.get("links"), f"{where}/links"))
            found[str(status)] = ApiResponse(str(status), content, headers, examples, links)
        return found

    def _links(self, given: Any, at: str) -> Iterator[ApiLink]:
        for name, item in mapping(given).items():
            link, where = self._resolved(item, f"{at}{pointer((str(name),))}")
            target = link.get("operationId") or link.get("operationRef")
            if isinstance(target, str) and target:
                yield ApiLink(str(name), unquote(target), mapping(link.get("parameters")))
            elif link:
                self._note(where, "a link without operationId or operationRef")

    def _content(self, given: Any, at: str) -> tuple[dict[str, ApiSchema | None], dict[str, tuple[Any, ...]]]:
        content, examples = {}, {}
        for name, media in mapping(given).items():
            content[str(name)] = self._media(media, f"{at}{pointer((str(name),))}")
            if shown_values := self._examples(mapping(media)):
                examples[str(name)] = shown_values
        return content, examples

    def _media(self, given: Any, at: str) -> ApiSchema | None:
        return self._schema(mapping(given).get("schema"), f"{at}/schema")

    def _schema(self, given: Any, at: str) -> ApiSchema | None:
        if given is None:
            return None
        if not isinstance(given, Mapping | bool):
            self._note(at, f"expected a schema, got {kind(given)}")
            return None
        return ApiSchema(at, given, self._compiled)

    def _examples(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        found = [given["example"]] if "example" in given else []
        for name, item in mapping(given.get("examples")).items():
            example, _ = self._resolved(item, f"/examples{pointer((str(name),))}")
            if "value" in example:
                found.append(example["value"])
        return tuple(found)

    def _resolved(self, given: Any, at: str) -> tuple[Mapping[str, Any], str]:
        """An object behind its references inside the document, and where it stands; empty when unusable."""
        for _ in range(20):
            if not isinstance(given, Mapping):
                if given is not None:
                    self._note(at, f"expected an object, got {kind(given)}")
                return {}, at
            target = given.get("$ref")
            if not isinstance(target, str):
                return given, at
            if not target.startswith("#/"):
                self._note(f"{at}/$ref", f"{shown(target)} lies outside the document and is not followed")
                return {}, at
            inside = unquote(target[1:])
            try:
                given = resolve(self.document, inside)
            except LookupError:
                self._note(f"{at}/$ref", f"{shown(target)} does not exist")
                return {}, at
            at = inside
        self._note(at, "references that lead to each other")
        return {}, at

    def _note(self, at: str, text: str) -> None:
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(f"{at}: {text}")
