"""JSON as sent: nothing lost, nothing repaired."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.document import MAX_DEPTH, NotJson, parse, pointer, resolve, shown


def test_fractions_keep_every_digit() -> None:
    assert str(parse(b'{"rate": 0.1250000000000000000001}').value["rate"]) == "0.1250000000000000000001"
    assert parse(b"[7.10]").value == [Decimal("7.10")]
    assert str(parse(b"7.10").value) == "7.10"


def test_integers_of_any_length_are_survived() -> None:
    assert parse(b"9" * 400).value == int("9" * 400)
    huge = parse(b"9" * 4000).value
    assert isinstance(huge, Decimal)
    assert shown(huge).endswith("…")


@pytest.mark.parametrize("text", [b"9" * 4001, b"1e5000", b"-1e-5000", b"1e999999999", b"0." + b"1" * 4000])
def test_a_number_that_nobody_could_write_out_is_refused(text: bytes) -> None:
    with pytest.raises(NotJson, match="out of range"):
        parse(text)


def test_a_repeated_member_is_noted_with_its_pointer_and_the_last_one_kept() -> None:
    document = parse(b'{"data": [{"a": 1, "b": {"x": 1, "x": 2}, "a": 3}]}')
    assert document.value == {"data": [{"a": 3, "b": {"x": 2}}]}
    assert document.duplicates == ("/data/0/a", "/data/0/b/x")


def test_a_lone_surrogate_is_noted_and_replaced() -> None:
    document = parse(rb'{"a": ["ok \ud83d\ude00", "\ud800"]}')
    assert document.value == {"a": ["ok \U0001f600", "\ufffd"]}
    assert document.broken_text == ("/a/1",)
    document.value["a"][1].encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xe4"}', "not UTF-8: byte 7 is 0xe4"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e99999999999999999999]", "out of range"),
        (b"{'a': 1}", "line 1 column 2"),
        (b'{"a": 1', "line 1 column 8"),
        (b"<html>", "line 1 column 1"),
        (b"[1] [2]", "line 1 column 5"),
        (b"[" * 100_000, "nested deeper"),
        (b"[" * 300 + b"]" * 300, "nested deeper"),
    ],
)
def test_what_is_no_json_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(NotJson, match=reason):
        parse(body)


def test_the_depth_limit_counts_levels_and_not_brackets() -> None:
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse(deep).value
    assert len(parse(b"[" + b"[]," * 5000 + b"[]]").value) == 5001
    assert parse(b'"' + b"[" * 1000 + b'"').value == "[" * 1000


def test_pointers_escape_and_resolve() -> None:
    value = {"a/b": [{"m~n": 1}], "": 2}
    assert pointer(("a/b", 0, "m~n")) == "/a~1b/0/m~0n"
    assert resolve(value, "/a~1b/0/m~0n") == 1
    assert resolve(value, "/") == 2
    assert resolve(value, "") is value
    for missing in ("/a~1b/1", "/x", "/a~1b/0/m~0n/z", "/a~1b/\u0660"):
        with pytest.raises(LookupError):
            resolve(value, missing)


def test_the_first_match_of_a_path_is_found_anywhere() -> None:
    document = parse(b'{"meta": {"total": 3}, "data": [{"a": 1}]}')
    assert document.first("$.meta.total") == 3
    assert document.first("$..a") == 1
    assert document.first("$.none") is None
