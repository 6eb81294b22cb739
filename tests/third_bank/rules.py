"""What the third bank checks of a request: its own description, less what it is told to let pass."""

from __future__ import annotations

import copy
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

HERE = Path(__file__).parent
Row = dict[str, Any]
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


@cache
def description() -> dict[str, Any]:
    """The bank's own description."""
    found: dict[str, Any] = yaml.safe_load((HERE / "openapi.yaml").read_text())
    return found


@cache
def validators(loosened: tuple[str, ...]) -> dict[str, jsonschema_rs.Draft202012Validator]:
    """The rules for each body, without the keywords that the bank does not check."""
    schemas = copy.deepcopy(description()["components"]["schemas"])
    schemas["HookData"] = copy.deepcopy(
        description()["paths"]["/hooks"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    )
    for pointer in loosened:
        *parents, last = pointer.split("/")
        place = schemas
        for part in parents:
            place = place[part]
        if "=" in last:
            keyword, name = last.split("=")
            place[keyword].remove(name)
        else:
            del place[last]
    names = {
        "addPayee": "PayeeData",
        "changePayee": "PayeeData",
        "transfer": "TransferData",
        "addHook": "HookData",
    }
    return {
        operation: jsonschema_rs.Draft202012Validator(schemas[name], validate_formats=True)
        for operation, name in names.items()
    }


def allowed(schema: Row, text: str) -> bool:
    """Whether the text of a parameter is as described."""
    if schema["type"] == "integer":
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            return False
        return bool(schema.get("minimum", -(10**18)) <= int(text) <= schema.get("maximum", 10**18))
    if "enum" in schema:
        return text in schema["enum"]
    if schema.get("format") == "uuid":
        return bool(_UUID.fullmatch(text))
    if schema.get("format") == "date":
        return bool(_DATE.fullmatch(text)) and text[5:] not in ("02-30", "02-31")
    if "pattern" in schema:
        return bool(re.fullmatch(schema["pattern"].strip("^$"), text))
    return bool(schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**6))
