"""YAML files: what values mean, where they stand, and what is said of each mistake."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from conformance import yamlfile
from conformance.errors import ConfigurationError


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(Strict):
    kind: Literal["cat"]
    lives: int = 9


class Dog(Strict):
    kind: Literal["dog"]
    tricks: tuple[str, ...] = ()


class Farm(Strict):
    name: str
    timeout: float = 1.0
    path: str = ""
    size: int | str = 1
    pets: dict[str, Annotated[Cat | Dog, Field(discriminator="kind")]] = Field(default_factory=dict)


def refusal(path: Path, model: type[BaseModel] = Farm) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        yamlfile.read(path, model)
    return tuple(problem.replace(str(path), path.name) for problem in caught.value.problems)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "farm.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("2026-01-31", "2026-01-31"),
        ("004", "004"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("7", 7),
        ("-7", -7),
        ("3.50", 3.5),
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ('"7"', "7"),
        ("!!str 7", "7"),
        (".inf", ".inf"),
        ("=", "="),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(text: str, value: Any) -> None:
    read = yamlfile.parse(f"key: {text}\n", "f").value["key"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_text_whatever_they_look_like() -> None:
    assert yamlfile.parse("404: a\ntrue: b\nnull: c\n", "f").value == {"404": "a", "true": "b", "null": "c"}


def test_every_value_and_key_has_its_place() -> None:
    document = yamlfile.parse("a:\n  b: [1, {c: 2}]\n", "farm.yaml")
    assert document.place(("a",)) == "farm.yaml:2:3"
    assert document.place(("a",), key=True) == "farm.yaml:1:1"
    assert document.place(("a", "b", 1, "c")) == "farm.yaml:2:14"
    assert document.place(("a", "b", 1, "c"), key=True) == "farm.yaml:2:11"
    assert document.place(("a", "b", 9, "x")) == "farm.yaml:2:6"
    assert document.place(()) == "farm.yaml:1:1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "farm.yaml: is empty"),
        ("# only this\n", "farm.yaml: is empty"),
        ("a: 1\na: 2\n", "farm.yaml:2:1: a stands here a second time, first in line 1; remove one"),
        ("a: [1\n", "farm.yaml:2:1: not valid YAML"),
        ("a: b: c\n", "farm.yaml:1:5: not valid YAML: mapping values are not allowed in this context"),
        ("a: @x\n", "farm.yaml:1:4: not valid YAML: found character that cannot start any token"),
        ("rows: [$.data[*].x]\n", "put JSONPaths and other text with brackets or * in quotes"),
        ("a: 1\n---\nb: 2\n", "farm.yaml:2:1: a second document; keep one in a file"),
        ("a: !!python/object:os.system x\n", "farm.yaml:1:4: the tag"),
        ("x: &x {a: 1}\ny: {<<: *x}\n", "farm.yaml:2:5: merge keys (<<) are not part of YAML 1.2"),
        ("? [a]\n: 1\n", "farm.yaml:1:3: a list or mapping as a key; keys are text"),
        ("a: *b\n", "farm.yaml:1:4: *b has no anchor &b before it"),
        ("a: &a [*a]\n", "farm.yaml:1:8: *a contains itself"),
        ("a: " + "[" * 80 + "]" * 80, "nested deeper than 64 levels"),
        (b"a: \xff\xfe\n", "not valid YAML"),
        (b"a: \x00\n", "not valid YAML"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, text: str | bytes, said: str) -> None:
    (problem,) = refusal(written(tmp_path, text))
    assert said in problem


def test_an_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.thread_time()
    (problem,) = refusal(written(tmp_path, "\n".join(lines)))
    assert "aliases expanded" in problem
    assert time.thread_time() - started < 1


def test_an_alias_stands_for_the_value_of_its_anchor() -> None:
    document = yamlfile.parse("a: &x {b: 1}\nc: *x\n", "f")
    assert document.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.place(("c", "b")) == "f:2:4"


def test_nesting_far_beyond_the_limit_does_not_crash(tmp_path: Path) -> None:
    (problem,) = refusal(written(tmp_path, "[" * 200_000))
    assert "nested deeper" in problem


def test_a_file_past_five_mebibytes_is_refused(tmp_path: Path) -> None:
    (problem,) = refusal(written(tmp_path, b"#" * (5 * 1024 * 1024 + 1)))
    assert "larger than 5 MiB" in problem


def test_a_missing_file_is_named_with_a_near_one(tmp_path: Path) -> None:
    written(tmp_path, "name: x\n")
    assert refusal(tmp_path / "fram.yaml") == ("fram.yaml: no such file; did you mean farm.yaml?",)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a directory; name the YAML file in it"):
        yamlfile.load(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "name: x\n")
    path.chmod(0)
    with pytest.raises(ConfigurationError, match="may not be read; check its permissions"):
        yamlfile.load(path)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path, "nam: Hill\ntimeout: soon\npath: 12\nsize: [1]\npets:\n  tom: {kind: cat, lifes: 7}\n"
    )
    assert refusal(path) == (
        "farm.yaml:1:1: name: missing; add it",
        "farm.yaml:1:1: nam: unknown key; did you mean name?",
        "farm.yaml:2:10: timeout: expected a number, got 'soon'",
        "farm.yaml:3:7: path: expected text, got 12; put it in quotes",
        "farm.yaml:4:7: size: expected a whole number or text, got a list",
        "farm.yaml:6:20: pets.tom.lifes: unknown key; did you mean lives?",
    )


@pytest.mark.parametrize(
    ("pet", "said"),
    [
        ("{kind: dogg}", "farm.yaml:2:13: pets.rex: unknown kind 'dogg'; did you mean dog?"),
        ("{tricks: []}", "farm.yaml:2:13: pets.rex: missing kind; add it"),
        (
            "{kind: dog, tricks: [1]}",
            "farm.yaml:2:34: pets.rex.tricks.0: expected text, got 1; put it in quotes",
        ),
        ("{kind: dog, tricks: sit}", "farm.yaml:2:33: pets.rex.tricks: expected a list, got 'sit'"),
        ("{kind: dog, lives: 3}", "farm.yaml:2:25: pets.rex.lives: unknown key; known here: kind, tricks"),
        ("7", "farm.yaml:2:13: pets.rex: expected a mapping, got 7"),
    ],
)
def test_a_mistake_inside_a_choice_of_kinds_is_told_at_its_place(tmp_path: Path, pet: str, said: str) -> None:
    assert refusal(written(tmp_path, f"name: x\npets: {{rex: {pet}}}\n")) == (said,)


def test_a_value_under_a_secret_name_is_not_repeated(tmp_path: Path) -> None:
    class Login(Strict):
        client_secret: int

    assert "hunter2" not in refusal(written(tmp_path, "client_secret: hunter2\n"), Login)[0]


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


def locations(value: Any, loc: yamlfile.Loc = ()) -> Iterator[yamlfile.Loc]:
    yield loc
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from locations(inner, (*loc, name))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from locations(inner, (*loc, index))


@settings(max_examples=200)
@given(documents)
def test_json_is_read_as_it_is_with_a_place_for_every_value(value: Any) -> None:
    text = json.dumps({"v": value}, ensure_ascii=False, indent=1)
    document = yamlfile.parse(text, "f")
    assert document.value == {"v": value}
    assert set(document.values) == set(locations({"v": value}))
    lines = text.split("\n")
    for loc, (line, column) in document.keys.items():
        assert json.JSONDecoder().raw_decode(lines[line - 1], column - 1)[0] == loc[-1]


@settings(max_examples=300)
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_read_or_refused_with_its_name(text: str | bytes) -> None:
    try:
        yamlfile.parse(text, "f")
    except ConfigurationError as error:
        said = error.problems
    else:
        said = ("f:",)
    assert said[0].startswith("f:")
