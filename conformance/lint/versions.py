"""Keywords of one version of OpenAPI in a description of another, where they count for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.document import shown
from conformance.lint.walk import Slip, Specimen
from conformance.schema import Version

_NEW = (
    "const", "if", "then", "else", "patternProperties", "contains", "propertyNames", "prefixItems", "$defs",
    "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "examples",
)  # fmt: skip
_SINCE_3_0 = ("oneOf", "anyOf", "not", "nullable", "writeOnly", "deprecated")
_TOP = {
    Version.SWAGGER_2: ("components", "servers", "webhooks"),
    Version.OPENAPI_3_0: (
        "definitions", "host", "basePath", "schemes", "consumes", "produces", "webhooks",
        "securityDefinitions", "jsonSchemaDialect",
    ),
    Version.OPENAPI_3_1: (
        "definitions", "host", "basePath", "schemes", "consumes", "produces", "securityDefinitions",
    ),
}  # fmt: skip
CONSTRAINING = frozenset(
    {
        "type", "nullable", "enum", "const", "pattern", "format", "minimum", "maximum", "minLength",
        "maxLength", "minItems", "maxItems", "required", "properties", "items", "allOf", "anyOf", "oneOf",
        "not", "additionalProperties", "readOnly", "writeOnly",
    }
)  # fmt: skip


def keywords(given: Specimen) -> Iterator[Slip]:
    """Every keyword is one of the version that the description says it is written in."""
    version = given.version
    for name in _TOP.get(version, ()):
        if name in given.document:
            yield Slip(f"members of OpenAPI {version}", name, f"/{name}")
    foreign = (*_NEW, *_SINCE_3_0) if given.swagger else _NEW if version.old else ("nullable",)
    for part in given.schemas:
        for name in foreign:
            if name in part.value and (not part.plain or name not in ("deprecated", "examples")):
                yield Slip(f"keywords of OpenAPI {version}", name, f"{part.at}/{name}")
        yield from _types(given, part.at, part.value)
        for name in ("exclusiveMinimum", "exclusiveMaximum"):
            value = part.value.get(name)
            if value is not None and isinstance(value, bool) is not version.old:
                kind = "a boolean" if version.old else "a number"
                yield Slip(f"{kind}, as in OpenAPI {version}", shown(value), f"{part.at}/{name}")
        value = part.value.get("discriminator")
        if value is not None and isinstance(value, str) is not given.swagger:
            kind = "a text" if given.swagger else "an object with propertyName"
            yield Slip(f"{kind}, as in OpenAPI {version}", shown(value), f"{part.at}/discriminator")
    yield from _objects(given)


def _types(given: Specimen, at: str, schema: Mapping[str, object]) -> Iterator[Slip]:
    named = schema.get("type")
    if given.version.old and isinstance(named, list):
        yield Slip(f"one type, as in OpenAPI {given.version}", shown(named), f"{at}/type")
    if given.version.old and named == "null":
        yield Slip("nullable in place of the type null", shown(named), f"{at}/type")


def _objects(given: Specimen) -> Iterator[Slip]:
    _ = given.schemas  # the walk gathers the objects on its way
    for at, value in given.objects:
        if "name" in value and isinstance(value.get("in"), str):
            if not given.swagger and value["in"] in ("body", "formData"):
                yield Slip(f"requestBody, as in OpenAPI {given.version}", f"in: {value['in']}", f"{at}/in")
            elif not given.swagger and "type" in value and "schema" not in value and "/security" not in at:
                yield Slip(f"a schema, as in OpenAPI {given.version}", "type", f"{at}/type")
            if not given.swagger and "collectionFormat" in value:
                yield Slip("style and explode", "collectionFormat", f"{at}/collectionFormat")
        if given.swagger and "requestBody" in value and "responses" in value:
            yield Slip("a parameter in: body, as in Swagger 2.0", "requestBody", f"{at}/requestBody")


def reference_siblings(given: Specimen) -> Iterator[Slip]:
    """Nothing that constrains stands beside ``$ref``, where OpenAPI 3.0 and Swagger 2.0 ignore it."""
    if not given.version.old:
        return
    for part in given.schemas:
        if isinstance(part.value.get("$ref"), str):
            lost = sorted(CONSTRAINING & set(part.value))
            if lost:
                yield Slip(
                    "$ref alone, or in allOf: what stands beside it is ignored", ", ".join(lost), part.at
                )
