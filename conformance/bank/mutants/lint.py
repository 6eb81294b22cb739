"""Defects of the published API descriptions, one for each rule of the lint and its variants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy

Document = dict[str, Any]
ACCOUNTS = "/accounts"


def described(policy: Policy, edit: Callable[[Document], object]) -> Policy:
    """The policy whose description of Phase III is changed in place."""

    def changed(document: Document) -> Document:
        edit(document)
        return document

    edits = policy.publication.document_edits
    return policy.evolve("publication.document_edits", (*edits, ("phase3", changed)))


def with_schema(policy: Policy, schema: Document) -> Policy:
    """The policy whose description of Phase III has one schema more."""
    return described(policy, lambda document: document["components"]["schemas"].update(Extra=schema))


def rewritten(policy: Policy, old: str, new: str) -> Policy:
    """The policy whose description of Phase III has another text in one place of its YAML."""

    def edit(text: str) -> str:
        if old not in text:
            raise ValueError(f"the description of Phase III has no {old!r}")
        return text.replace(old, new, 1)

    return policy.evolve("publication.edits", (*policy.publication.edits, ("phase3", edit)))


def operation(document: Document) -> Document:
    """The description of the list of accounts."""
    found: Document = document["paths"][ACCOUNTS]["get"]
    return found


@mutant("lint.references_resolve")
def reference_to_nothing(policy: Policy) -> Policy:
    """A schema refers to one that does not exist."""
    return with_schema(policy, {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Gone"}}})


@mutant("lint.references_resolve")
def reference_to_another_host(policy: Policy) -> Policy:
    """A schema refers to a file on another host."""
    return with_schema(policy, {"$ref": "https://schemas.other.example/money.json"})


@mutant("lint.operations_have_ids")
def operation_without_id(policy: Policy) -> Policy:
    """An operation has no operationId."""
    return described(policy, lambda document: operation(document).pop("operationId"))


@mutant("lint.operations_have_ids")
def operation_id_twice(policy: Policy) -> Policy:
    """Two operations share an operationId."""

    def same(document: Document) -> None:
        document["paths"]["/customer/contacts"]["get"]["operationId"] = operation(document)["operationId"]

    return described(policy, same)


@mutant("lint.path_parameters_agree")
def path_parameter_undeclared(policy: Policy) -> Policy:
    """A parameter in a path is not declared."""

    def undeclared(document: Document) -> None:
        given = document["paths"]["/accounts/{account_id}/balances"]["get"]
        given["parameters"] = [p for p in given["parameters"] if p.get("in") != "path"]

    return described(policy, undeclared)


@mutant("lint.path_parameters_agree")
def path_parameter_too_many(policy: Policy) -> Policy:
    """A parameter is declared for a path that does not have it."""
    branch = {"name": "branch_id", "in": "path", "required": True, "schema": {"type": "string"}}
    return described(policy, lambda document: operation(document)["parameters"].append(branch))


@mutant("lint.responses_described")
def response_without_description(policy: Policy) -> Policy:
    """A response has no description, which OpenAPI requires."""
    return described(
        policy, lambda document: document["components"]["responses"]["Forbidden"].pop("description")
    )


@mutant("lint.responses_described")
def status_no_number(policy: Policy) -> Policy:
    """A response is described for a status that is none."""
    extra = {"2O0": {"description": "With the letter O."}}
    return described(policy, lambda document: operation(document)["responses"].update(extra))


@mutant("lint.security_defined")
def scheme_undefined(policy: Policy) -> Policy:
    """An operation requires a security scheme that is not defined."""
    return described(policy, lambda document: operation(document).update(security=[{"bearer": []}]))


@mutant("lint.servers_usable")
def server_of_a_developer(policy: Policy) -> Policy:
    """The description names a developer's own machine as its server."""
    server = {"url": "https://localhost:8080/"}
    return described(policy, lambda document: document["servers"].append(server))


@mutant("lint.servers_usable")
def server_without_tls(policy: Policy) -> Policy:
    """The description names a server over plain http."""
    server = {"url": "http://api.bank-of-examples.hk/"}
    return described(policy, lambda document: document["servers"].append(server))


@mutant("lint.well_formed")
def version_left_out(policy: Policy) -> Policy:
    """The description does not tell the version of the API."""
    return described(policy, lambda document: document["info"].pop("version"))


@mutant("lint.well_formed")
def parameter_twice(policy: Policy) -> Policy:
    """An operation declares the same parameter twice."""
    page = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    return described(policy, lambda document: operation(document)["parameters"].append(page))


@mutant("lint.examples_valid")
def example_of_another_type(policy: Policy) -> Policy:
    """An example is a number where the schema says text."""
    return with_schema(policy, {"type": "string", "example": 12})


@mutant("lint.examples_valid")
def example_without_zone(policy: Policy) -> Policy:
    """The example of a date-time has a space and no offset."""
    return with_schema(policy, {"type": "string", "format": "date-time", "example": "2022-11-15 09:14:41"})


@mutant("lint.examples_valid")
def example_lacks_a_member(policy: Policy) -> Policy:
    """The example of an answer lacks a member that its schema requires."""
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    extra = {
        "description": "x",
        "content": {"application/json": {"schema": schema, "example": {"name": "A"}}},
    }
    return described(policy, lambda document: document["components"]["responses"].update(Extra=extra))


@mutant("lint.defaults_valid")
def default_of_another_type(policy: Policy) -> Policy:
    """The default of a number is written as text."""
    return with_schema(policy, {"type": "integer", "default": "50"})


@mutant("lint.defaults_valid")
def enumeration_of_another_type(policy: Policy) -> Policy:
    """An enumeration of texts holds a boolean, as YAML makes of NO."""
    return with_schema(policy, {"type": "string", "enum": ["YES", False]})


@mutant("lint.patterns_compile")
def pattern_broken(policy: Policy) -> Policy:
    """A pattern opens a group that it does not close."""
    return with_schema(policy, {"type": "string", "pattern": "^([A-Z]{3}$"})


@mutant("lint.patterns_anchored")
def pattern_without_anchors(policy: Policy) -> Policy:
    """A pattern for a currency matches anywhere in a text."""
    return with_schema(policy, {"type": "string", "pattern": "[A-Z]{3}"})


@mutant("lint.patterns_anchored")
def pattern_without_end(policy: Policy) -> Policy:
    """A pattern for an account number says where it begins, not where it ends."""
    return with_schema(policy, {"type": "string", "pattern": "^[0-9]{9}"})


@mutant("lint.patterns_anchored")
def pattern_with_loose_alternatives(policy: Policy) -> Policy:
    """The anchors of a pattern hold for its first and its last alternative alone."""
    return with_schema(policy, {"type": "string", "pattern": "^[A-Z]{3}|[0-9]{3}$"})


@mutant("lint.formats_named")
def format_with_a_value(policy: Policy) -> Policy:
    """A format holds an example of the value."""
    return with_schema(policy, {"type": "string", "format": "2022-11-15T09:14:41Z"})


@mutant("lint.formats_named")
def format_with_a_mask(policy: Policy) -> Policy:
    """A format holds a mask of the value."""
    return with_schema(policy, {"type": "string", "format": "YYYY-MM-DD"})


@mutant("lint.formats_named")
def format_misspelt(policy: Policy) -> Policy:
    """The format date-time is written as one word."""
    return with_schema(policy, {"type": "string", "format": "DateTime"})


@mutant("lint.types_known")
def type_unknown(policy: Policy) -> Policy:
    """A schema has a type of another language."""
    return with_schema(policy, {"type": "object", "properties": {"amount": {"type": "decimal"}}})


@mutant("lint.bounds_agree")
def bounds_crossed(policy: Policy) -> Policy:
    """The least length of a text is above its greatest."""
    return with_schema(policy, {"type": "string", "minLength": 10, "maxLength": 3})


@mutant("lint.required_described")
def required_misspelt(policy: Policy) -> Policy:
    """A required member is spelt otherwise than the one that is described."""
    properties = {"accountId": {"type": "string"}}
    return with_schema(policy, {"type": "object", "required": ["account_id"], "properties": properties})


@mutant("lint.required_described")
def required_as_in_old_drafts(policy: Policy) -> Policy:
    """A member is required by a boolean of its own, as in draft 3."""
    inner = {"type": "object", "required": True}
    return with_schema(policy, {"type": "object", "properties": {"id": inner}})


@mutant("lint.keywords_of_the_version")
def nullable_in_3_1(policy: Policy) -> Policy:
    """A schema of OpenAPI 3.1 is nullable as in 3.0."""
    return with_schema(policy, {"type": "string", "nullable": True})


@mutant("lint.keywords_of_the_version")
def members_of_swagger(policy: Policy) -> Policy:
    """A description in OpenAPI 3.1 has the host of Swagger 2.0."""
    return described(policy, lambda document: document.update(host="api.bank.example", basePath="/v1"))


def _aged(node: Any) -> Any:
    """Schemas without the keywords that came with OpenAPI 3.1."""
    if isinstance(node, list):
        return [_aged(child) for child in node]
    if not isinstance(node, dict):
        return node
    newer = ("const", "examples", "if", "then", "else")
    aged = {name: _aged(child) for name, child in node.items() if name not in newer}
    if "const" in node:
        aged["enum"] = [node["const"]]
    if isinstance(node.get("examples"), list):
        aged["example"] = node["examples"][0]
    return aged


@mutant("lint.references_stand_alone")
def sibling_of_a_reference(policy: Policy) -> Policy:
    """In a description of OpenAPI 3.0 a reference has bounds beside it, which count for nothing."""
    sibling = {"$ref": "#/components/schemas/Links", "required": ["next"]}

    def older(document: Document) -> None:
        document["openapi"] = "3.0.3"
        for part in ("schemas", "headers"):
            document["components"][part] = _aged(document["components"][part])
        document["components"]["schemas"]["Extra"] = sibling

    return described(policy, older)


@mutant("lint.yaml_unambiguous")
def yaml_no(policy: Policy) -> Policy:
    """A title in YAML is the plain word NO, which is false to many readers."""
    return rewritten(
        policy, "      title: Credit limit\n", "      title: Credit limit\n      x-country: NO\n"
    )


@mutant("lint.yaml_unambiguous")
def yaml_key_twice(policy: Policy) -> Policy:
    """A key stands twice in one mapping, so that the first is lost."""
    return rewritten(policy, "      title: Credit limit\n", "      title: Limit\n      title: Credit limit\n")


@mutant("lint.yaml_unambiguous")
def yaml_time_of_day(policy: Policy) -> Policy:
    """A time of day is a plain scalar, which is a number to the base of sixty."""
    return rewritten(
        policy, "      title: Credit limit\n", "      title: Credit limit\n      x-opens: 9:30\n"
    )
