"""What is equal is kept once, in traffic and in a large description, and a bounded part of it alone."""

from __future__ import annotations

import json
from pathlib import Path

from conformance import apifile, sharing
from conformance.document import parse
from conformance.model import Request
from conformance.openapi import MOST_PARTS, Compiled
from conformance.schema import Direction, Version
from conformance.sharing import Sharing


def test_equal_header_fields_and_bodies_are_the_same_object() -> None:
    shared = Sharing()
    one = shared.fields((("Content-Type", "application/json"), ("X-Id", "1")))
    other = shared.fields((("Content-" + "Type", "application/" + "json"), ("X-Id", "2")))
    assert one[0] is other[0]
    assert other == (("Content-Type", "application/json"), ("X-Id", "2"))
    assert shared.body(b"a" * 100) is shared.body(bytes(bytearray(b"a" * 100)))
    request = Request("GET", "https://a.example/", (("X-Id", "1"),))
    assert shared.request(request) == request


def test_what_differs_is_not_remembered_without_end() -> None:
    shared = Sharing()
    for number in range(3 * sharing.MOST):
        assert shared.fields((("X-Id", str(number)),)) == (("X-Id", str(number)),)
    for number in range(100):
        assert len(shared.body(bytes([number]) * 60_000)) == 60_000
    assert len(shared._known) <= sharing.MOST + 2
    assert sum(map(len, shared._bodies)) <= sharing.HELD + sharing.LONGEST


def test_a_description_reads_as_its_json_does(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "openapi": "3.0.3",
            "info": {"title": "\U0001f3e6 銀行", "version": "1"},
            "a": [{"default": True}, {"default": 1}, {"default": 1.0}, {"default": "1"}, {"default": True}],
            "b": {"text": "x" * 3_000_000, "last": "é"},
        },
        ensure_ascii=False,
    )
    for written in (text, json.dumps(json.loads(text)), f"  {text}"):
        file = tmp_path / "api.json"
        file.write_text(written, encoding="utf-8")
        value = apifile.load(file)
        assert value == parse(written.strip().encode()).value
        assert [type(each["default"]).__name__ for each in value["a"]] == [
            "bool",
            "int",
            "Decimal",
            "str",
            "bool",
        ]
        assert value["a"][0] is value["a"][4]


def test_half_a_character_in_a_description_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "api.json"
    file.write_text(r'{"a": "\\ud83d\ude00", "b": "\ud83d\ude00"}', encoding="utf-8")
    assert apifile.load(file) == {"a": "\\ud83d\ufffd", "b": "\U0001f600"}


def test_validators_of_a_large_description_are_not_all_kept() -> None:
    wide = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(50)}}
    schemas = {f"S{n}": wide for n in range(200)}
    compiled = Compiled({"components": {"schemas": schemas}}, Version.OPENAPI_3_1)
    for _ in range(2):
        for name in schemas:
            validator = compiled.validator(f"/components/schemas/{name}", Direction.RESPONSE)
            assert not validator.valid({"p1": 1})
    assert len(compiled._made) <= MOST_PARTS // 50
