"""From a bank's own shape to canonical rows, each value with its JSON Pointer.

A mapping walks from the document to its rows in steps of RFC 9535 JSONPath, each relative to the node that
the step before found; a field reads from the row or from an earlier node, ``up`` steps above it. What the
mapping cannot read is a finding with its place in the bank's document, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from conformance.document import kind, pointer, shown
from conformance.errors import ConfigurationError
from conformance.fields import Field, Language_, Read, Scope, parse_fields
from conformance.model import Finding, Language
from conformance.row import Row, Rows

__all__ = ["Row", "RowMapping", "Rows"]
