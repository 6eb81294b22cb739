"""Places for identifiers in an operation's path, query and body: ``/accounts/{account_id}/balances``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from conformance.adapter import RowMapping
from conformance.fields import Constant
from conformance.operation import LanguageCarrier, Operation

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_-]{0,63})\}")


def plain(name: str) -> str:
    """The name of a place without what differs between styles: ``AccountId`` and ``account_id`` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def places_in(operation: Operation) -> tuple[str, ...]:
    """The names of the places that an operation has, each once, those of the path first."""
    body = operation.body.decode("utf-8", "replace")
    texts = (operation.path, *(value for _, value in operation.query), body)
    rule = operation.language
    spoken = rule.name if rule is not None and rule.carrier is LanguageCarrier.PLACE else ""
    return tuple(dict.fromkeys(name for text in texts for name in _PLACE.findall(text) if name != spoken))


def with_members(body: bytes, values: Mapping[str, str]) -> bytes:
    """A JSON object with further members, numbers where their text is one; dots lead to inner objects."""
    document = json.loads(body or b"{}")
    for name, value in values.items():
        *way, last = name.split(".")
        node = document
        for part in way:
            node = node.setdefault(part, {})
        node[last] = int(value) if re.fullmatch("-?[0-9]{1,15}", value, re.ASCII) else value
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _naming(operation: Operation, values: Mapping[str, str]) -> RowMapping:
    """The mapping, with the object that is asked for where the answer need not say again which it is."""
    mapping, resource = operation.mapping, operation.resource
    if mapping.fields is None or resource is None:
        return mapping
    known = {plain(name): name for name in resource.schema.get("properties", {})}
    added = {
        known[plain(name)]: Constant(value)
        for name, value in values.items()
        if known.get(plain(name), "id") not in ("id", *mapping.fields)
    }
    return replace(mapping, fields={**mapping.fields, **added}) if added else mapping


def filled(operation: Operation, values: Mapping[str, str], *, raw: bool = False) -> Operation:
    """The operation with its places filled; in the path a value is percent-encoded unless ``raw``."""

    def put(text: str, *, path: bool = False) -> str:
        for name, value in values.items():
            text = text.replace("{" + name + "}", quote(value, safe="") if path and not raw else value)
        return text

    body = operation.body
    if any(("{" + name + "}").encode() in body for name in values):
        body = put(body.decode("utf-8", "replace")).encode()
    return replace(
        operation,
        mapping=_naming(operation, values),
        path=put(operation.path, path=True),
        query=tuple((name, put(value)) for name, value in operation.query),
        body=body,
    )
