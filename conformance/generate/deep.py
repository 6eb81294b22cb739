"""Deep generation: the cases of schemathesis and hypothesis, sent and judged by the suite itself.

They serve as libraries alone: no engine, no transport, no plugin. Imported only when a run asks for it, since
the two libraries cost more to import than a whole usual run. Drawing goes on in one process for each core,
round after round for as long as the user gives it; everything is sent from here, through one ``Tsp``.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import hypothesis
import schemathesis
from schemathesis import GenerationMode

from conformance.answer import Answer
from conformance.document import NotJson
from conformance.generate.call import Call
from conformance.generate.drawing import Draw, Drawers, Drawn, Task, cores
from conformance.generate.shown import shown
from conformance.generate.survey import Seed, Survey, Trial

BASE = "http://deep.invalid"
BATCH = 60
"""Cases of each mode that are drawn for an operation in a round."""
MOST = 400
"""Cases that are kept of what is drawn without chance."""
ALIKE = 3
"""Answers of one operation that look alike and are kept to be judged."""


def trials(survey: Survey) -> Iterator[Trial]:
    """Generated calls of all operations for the time of the budget, a round of each operation in its order.

    Of answers that are alike a few are kept. What became of a process that died stands in the notes.
    """
    held = {seed.scoped.name: seed for seed in survey.seeds.values()}
    documents = {seed.scoped.api.name: seed.scoped.document for seed in held.values()}
    alike: Counter[tuple[object, ...]] = Counter()
    drawers = Drawers(drawer, documents, min(cores(), max(1, len(held))))
    drawers.ready()
    until = time.monotonic() + survey.budget.deep

    def left() -> float:
        return until - time.monotonic()

    try:
        with ThreadPoolExecutor(max_workers=survey.jobs, thread_name_prefix="deep") as senders:
            for number in count():
                tasks = [_task(seed, survey.seed, number) for seed in held.values()]
                came = 0
                for task, found in drawers.drawn(tasks, left):
                    one = held[task.name]
                    came += len(found)
                    sent = [senders.submit(_sent, survey, one, each, until) for each in found]
                    for each in sent:
                        trial = each.result()
                        if trial is not None and _new(trial, alike):
                            yield trial
                if left() <= 0 or (number and not came):
                    return
    finally:
        drawers.close()
        if drawers.told:
            survey.tsp.notes["deep"] = list(drawers.told)


def _task(one: Seed, seed: int, number: int) -> Task:
    scoped = one.scoped
    return Task(scoped.api.name, scoped.operation.path, scoped.operation.method, number, seed)


def _sent(survey: Survey, one: Seed, drawn: Drawn, until: float) -> Trial | None:
    if time.monotonic() > until:
        return None
    call = _call(drawn, one)
    answer = survey.attempt(call, one.scoped)
    if answer is None:
        return None
    return shown(survey, one, call, drawn.what, answer)


def _new(trial: Trial, alike: Counter[tuple[object, ...]]) -> bool:
    """Whether an answer is one of the first few of its kind."""
    rule = (trial.mutation.schema, trial.mutation.at) if trial.mutation else ()
    key = trial.scoped.name, trial.answer.status, trial.answer.media_type, _shape(trial.answer), rule
    alike[key] += 1
    return alike[key] <= ALIKE


def _shape(answer: Answer) -> object:
    if not answer.is_json or len(answer.body) > 100_000:
        return len(answer.body).bit_length()
    try:
        return _outline(answer.json(), 3)
    except NotJson:
        return "no JSON"


def _outline(value: Any, depth: int) -> object:
    """The names and types of a value, of a list those of its first few elements."""
    if isinstance(value, Mapping) and depth:
        return tuple(sorted((str(name), _outline(inner, depth - 1)) for name, inner in value.items()))
    if isinstance(value, list) and depth:
        return tuple(sorted({repr(_outline(each, depth - 1)) for each in value[:5]}))
    return type(value).__name__


def _call(drawn: Drawn, one: Seed) -> Call:
    path = {**one.call.path, **drawn.path}
    if not drawn.raw and one.call.raw is None:
        return Call(one.scoped.operation, path, drawn.query, drawn.headers)
    media_type = drawn.media_type or one.call.media_type
    return Call(one.scoped.operation, path, drawn.query, drawn.headers, raw=drawn.raw, media_type=media_type)


# In the processes that draw


def drawer(documents: Mapping[str, Any]) -> Draw:
    """What draws for the operations of these descriptions."""
    schemas: dict[str, Any] = {}

    def draw(task: Task) -> list[Drawn]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if task.api not in schemas:
                schemas[task.api] = _schema(documents[task.api])
            return list(_drawn(schemas[task.api], task))

    return draw


def _schema(document: Any) -> Any:
    try:
        schema = schemathesis.openapi.from_dict(dict(document))
        schema.config.update(base_url=BASE)
    except Exception:  # a description that another reader cannot take is no fault of the bank
        return None
    return schema


def _drawn(schema: Any, task: Task) -> Iterator[Drawn]:
    """The requests of a task; of none is more expected than that the bank does not fail on it."""
    try:
        operation = schema[task.path][task.method]
    except Exception:
        return
    for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
        cases = _random(operation, mode, task) if task.round else _coverage(schema, operation, mode)
        for case in cases:
            found = _parts(case, f"a generated {mode.value} request")
            if found is not None:
                yield found


def _coverage(schema: Any, operation: Any, mode: GenerationMode) -> list[Any]:
    """The boundary cases of an operation, which are the same every time."""
    try:
        config = schema.config.generation
        found = schema.iter_coverage_cases(operation, generation_modes=[mode], generation_config=config)
        return list(found)[:MOST]
    except Exception:  # not part of the library's promise
        return []


def _random(operation: Any, mode: GenerationMode, task: Task) -> list[Any]:
    """Cases that hypothesis draws, the same for the same seed and round."""
    found: list[Any] = []
    own = random.Random(f"{task.seed}/{task.name}/{task.round}/{mode.value}").getrandbits(64)

    @hypothesis.seed(own)
    @hypothesis.settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Any) -> None:
        found.append(case)

    # What cannot be drawn, such as a pattern of another dialect, is left out.
    with contextlib.suppress(Exception):
        draw()
    return found


def _parts(case: Any, what: str) -> Drawn | None:
    """A case in parts; None where it cannot be put on the wire."""
    try:
        sent = case.as_transport_kwargs(headers={})
    except Exception:
        return None
    query = tuple(parse_qsl(urlsplit(str(sent.get("url", ""))).query, keep_blank_values=True))
    params = sent.get("params") or {}
    query += tuple((str(k), str(v)) for k, v in params.items()) if isinstance(params, dict) else ()
    body = sent.get("data", b"")
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else b""
    if sent.get("json") is not None:
        raw = json.dumps(sent["json"]).encode()
    path = {name: str(value) for name, value in (case.path_parameters or {}).items()}
    headers = tuple(
        (str(k), str(v)) for k, v in (case.headers or {}).items() if str(v).isascii() and str(v).isprintable()
    )
    return Drawn(what, path, query, headers, raw, case.media_type or "")
