"""Members of an applicant by dotted paths: ``person.name``, ``applicants.0.phone``."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any


def found(document: Any, path: str) -> Any:
    """The value at a path; None where there is none."""
    for step in path.split("."):
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with other values at some paths; None leaves a member out. Missing objects are made."""
    whole: dict[str, Any] = copy.deepcopy(dict(document))
    for path, value in changes.items():
        *way, last = path.split(".")
        node: Any = whole
        for step in way:
            node = _below(node, step)
        if isinstance(node, list):
            _in_list(node, last, value)
        elif value is None:
            node.pop(last, None)
        else:
            node[last] = value
    return whole


def last_name(path: str) -> str:
    """The name of the member itself."""
    return [step for step in path.split(".") if not step.isdecimal()][-1]


def _below(node: Any, step: str) -> Any:
    if isinstance(node, list):
        return node[int(step)]
    below = node.get(step)
    if not isinstance(below, dict | list):
        below = node[step] = {}
    return below


def _in_list(node: list[Any], step: str, value: Any) -> None:
    if value is None:
        del node[int(step)]
    else:
        node[int(step)] = value
