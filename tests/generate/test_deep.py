"""Drawing for the deep mode: in processes, seeded, in an order that does not depend on how many there are."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from conformance.generate.drawing import Draw, Drawers, Drawn, Task
from tests.keyed_bank.app import description

DOCUMENTS = {"api": description()}
TASKS = [
    Task("api", path, method.upper(), number, 7)
    for number in (0, 1)
    for path, item in description()["paths"].items()
    for method in item
    if method != "parameters"
]


def plain(documents: Mapping[str, Any]) -> Draw:
    """Draws one request for each task; dies over one, and says nothing to another."""

    def draw(task: Task) -> list[Drawn]:
        if task.path == "/dies":
            os._exit(3)
        if task.path == "/hangs":
            time.sleep(60)
        return [Drawn(f"{task.name} {len(documents)}", {}, (), (), b"", "")]

    return draw


def drawn(count: int, *paths: str, seconds: float = 30.0) -> tuple[list[str], list[str]]:
    drawers = Drawers(plain, {}, count)
    drawers.ready()
    ends = time.monotonic() + seconds
    try:
        tasks = [Task("api", path, "GET", 0, 0) for path in paths]
        found = [
            each.what for _, many in drawers.drawn(tasks, lambda: ends - time.monotonic()) for each in many
        ]
        return found, drawers.told
    finally:
        drawers.close()


def test_what_is_drawn_comes_in_the_order_of_the_tasks_from_any_number_of_processes() -> None:
    paths = [f"/{number}" for number in range(7)]
    assert drawn(1, *paths) == drawn(3, *paths) == ([f"GET {path} 0" for path in paths], [])


def test_a_process_that_dies_is_told_of_and_the_others_go_on() -> None:
    found, told = drawn(2, "/a", "/dies", "/b", "/c", "/d")
    assert found == ["GET /a 0", "GET /b 0", "GET /c 0", "GET /d 0"]
    assert told == ["a process that drew requests for GET /dies ended with 3; the operation is left out"]


def test_nothing_is_waited_for_beyond_the_time_that_was_given() -> None:
    begun = time.monotonic()
    found, _ = drawn(1, "/a", "/hangs", "/b", seconds=3.0)
    assert found == ["GET /a 0"]
    assert time.monotonic() - begun < 30


def test_the_same_seed_draws_the_same_requests() -> None:
    from conformance.generate.deep import drawer

    twice = [[drawer(DOCUMENTS)(task) for task in TASKS] for _ in range(2)]
    assert twice[0] == twice[1]
    assert sum(map(len, twice[0])) > 100
