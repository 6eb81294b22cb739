"""The published schema of the results file follows the types that are written."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from conformance.model import Exchange, Profile, Result
from conformance.results import SCHEMA_VERSION, Footer, Header
from tests.report.sample_run import write

LINES = {"header": Header, "exchange": Exchange, "result": Result, "footer": Footer}


def schema_of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a type of the model; dataclasses become definitions."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema_of(each, definitions) for each in inner]}
    if origin is tuple and inner[-1] is Ellipsis:
        return {"type": "array", "items": schema_of(inner[0], definitions)}
    if origin is tuple:
        items = [schema_of(each, definitions) for each in inner]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(inner[1], definitions)}
    if is_dataclass(hint):
        name = typing.cast(type, hint).__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _object(typing.cast(type, hint), definitions)
        return {"$ref": f"#/$defs/{name}"}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [each.value for each in hint]}
    simple = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    if hint in simple:
        return {"type": simple[hint]}
    if hint in (date, datetime):
        return {"type": "string", "format": "date" if hint is date else "date-time"}
    return {}


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    held = [f for f in fields(kind) if kind is not Profile or f.name not in ("resources", "description")]
    return {
        "type": "object",
        "properties": {f.name: schema_of(hints[f.name], definitions) for f in held},
        "required": [f.name for f in held if f.default is MISSING and f.default_factory is MISSING],
    }


def generated() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    lines = []
    for name, kind in LINES.items():
        reference = schema_of(kind, definitions)
        marked = {"properties": {"type": {"const": name}}, "required": ["type"]}
        lines.append({"allOf": [marked, reference]})
    definitions["Header"]["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    definitions["Header"]["required"].append("schema_version")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a results file of the Open API conformance suite",
        "description": f"Schema version {SCHEMA_VERSION}. Readers pass over members that they do not know.",
        "oneOf": lines,
        "$defs": dict(sorted(definitions.items())),
    }


def published() -> dict[str, Any]:
    text = (files("conformance.report") / "results.schema.json").read_text("utf-8")
    return typing.cast(dict[str, Any], json.loads(text))


def test_the_published_schema_is_that_of_the_types() -> None:
    assert published() == generated(), f"write it anew: python {Path(__file__).name}"


@pytest.mark.parametrize("error", [False, True])
def test_every_line_of_a_run_validates(tmp_path: Path, error: bool) -> None:
    validator = jsonschema_rs.validator_for(published(), validate_formats=True)
    lines = write(tmp_path / "results.jsonl", cases=200, error=error).read_text("utf-8").splitlines()
    assert len(lines) == 402 + error
    for line in lines:
        validator.validate(json.loads(line))


def test_a_line_of_another_shape_does_not_validate() -> None:
    validator = jsonschema_rs.validator_for(published())
    assert not validator.is_valid({"type": "result", "verdict": "pass"})
    assert not validator.is_valid({"type": "header", "schema_version": "2"})


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "conformance" / "report" / "results.schema.json"
    target.write_text(json.dumps(generated(), indent=1) + "\n", "utf-8")
