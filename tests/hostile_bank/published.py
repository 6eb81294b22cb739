"""Misbehaviour in what a bank publishes: API description, portal, metadata of its authorization server."""

from __future__ import annotations

import json

from tests.hostile_bank.content import row
from tests.hostile_bank.peer import Call

HEAD = "openapi: 3.1.0\ninfo: {title: A, version: '1'}\n"
FX = (
    "paths: {/fx-rates: {get: {operationId: fx, responses: {'200': {description: x, "
    "content: {application/json: {schema: %s}}}}}}}\n"
)
NAMED = (
    "{type: object, properties: {data: {type: array, items: {type: object, properties: "
    "{name: {type: string, pattern: '^(a+)+$', example: '%s!'}}}}}}"
)


def described(call: Call, text: str) -> None:
    """The description at its address, rates at every other."""
    if "openapi" in call.path:
        call.answer(text, "Content-Type: application/yaml")
    else:
        call.answer(row())


def remote_reference(call: Call) -> None:
    """Describes rates by a reference to a port of somebody else."""
    described(call, HEAD + FX % f"{{$ref: 'http://127.0.0.1:{call.trap}/schema.json'}}")


def file_reference(call: Call) -> None:
    """Describes rates by a reference to a file of this machine."""
    described(call, HEAD + FX % "{$ref: 'file:///etc/passwd#/a'}")


def endless_reference(call: Call) -> None:
    """Describes rates by references that lead to each other."""
    loop = (
        "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}\n"
    )
    described(call, HEAD + FX % "{$ref: '#/components/schemas/A'}" + loop)


def billion_laughs(call: Call) -> None:
    """Describes rates by aliases of aliases that unfold to a thousand million."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    described(call, HEAD + "\n".join(lines) + "\n")


def alias_of_itself(call: Call) -> None:
    """Describes rates by an alias that contains itself."""
    described(call, HEAD + "paths: &p {/fx-rates: *p}\n")


def python_objects(call: Call) -> None:
    """Describes rates by tags that make objects of Python."""
    described(call, HEAD + "paths: !!python/object/apply:os.system ['touch /tmp/hostile-bank-was-here']\n")


def expression_explodes(call: Call) -> None:
    """Describes a currency by an expression that takes time without end to match."""
    described(call, HEAD + FX % (NAMED % ("a" * 40)))


def schema_deep(call: Call) -> None:
    """Describes rates by a schema of five hundred levels."""
    described(call, HEAD + FX % ("{items: " * 500 + "{}" + "}" * 500))


def description_large(call: Call) -> None:
    """Publishes a description of five mebibytes, past the cap."""
    described(call, HEAD + "x-filler: '" + "a" * (5 << 20) + "'\n")


def portal_scripted(call: Call) -> None:
    """Publishes pages that nest a hundred thousand elements and never close them."""
    call.answer("<div><table><tr><td>" * 100_000 + "<script>", "Content-Type: text/html")


def metadata_leads_away(call: Call) -> None:
    """Publishes metadata whose keys and endpoints stand on a port of somebody else."""
    if "well-known" not in call.path:
        call.answer(row())
        return
    away, own = f"http://127.0.0.1:{call.trap}", f"http://127.0.0.1:{call.port}"
    names = (
        "authorization",
        "token",
        "introspection",
        "revocation",
        "pushed_authorization_request",
        "userinfo",
    )
    endpoints = {f"{name}_endpoint": f"{away}/{name}" for name in names}
    call.answer(json.dumps({"issuer": own, "jwks_uri": f"{away}/keys", **endpoints}))


def metadata_odd(call: Call) -> None:
    """Publishes metadata in which every member is of another type than it should be."""
    names = (
        "issuer",
        "jwks_uri",
        "token_endpoint",
        "authorization_endpoint",
        "grant_types_supported",
        "scopes_supported",
    )
    odd = (["x"], {"a": 1}, 7, None, True, "\0")
    call.answer(json.dumps(dict(zip(names, odd, strict=True))))


PUBLISHED = (
    remote_reference, file_reference, endless_reference, billion_laughs, alias_of_itself, python_objects,
    expression_explodes, schema_deep, description_large, portal_scripted,
)  # fmt: skip
METADATA = (metadata_leads_away, metadata_odd)
