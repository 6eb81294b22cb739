"""Deep generation: the cases of schemathesis and hypothesis, sent and judged by the suite itself.

They serve as libraries alone: no engine, no transport, no plugin. Imported only when a run asks for it, since
the two libraries cost more to import than a whole usual run.
"""

from __future__ import annotations

import contextlib
import json
import time
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import hypothesis
import schemathesis
from schemathesis import GenerationMode

from conformance.generate.call import Call
from conformance.generate.mutation import Mutation

if TYPE_CHECKING:
    from conformance.generate.survey import Seed, Survey, Trial

BASE = "http://deep.invalid"
MOST = 400
"""Generated calls of one operation at the most, whatever time is left."""


def trials(survey: Survey, one: Seed) -> Iterator[Trial]:
    """Generated calls of an operation for its share of the time: coverage cases first, then random ones."""
    from conformance.generate.survey import Trial

    seconds = survey.budget.deep / max(1, len(survey.seeds))
    until = time.monotonic() + seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call, what in islice(_cases(survey, one, until - seconds / 2), MOST):
            if time.monotonic() > until:
                return
            answer = survey.attempt(call, one.scoped)
            if answer is not None:
                yield Trial(one.scoped, "odd", call, answer, Mutation(call, "deep", "", what, "request"))


def _cases(survey: Survey, one: Seed, until: float) -> Iterator[tuple[Call, str]]:
    """Calls with words for them; of none is more expected than that the bank does not fail on it."""
    schema, operation = _operation(survey, one)
    if operation is None:
        return
    for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
        for case in (*_coverage(schema, operation, mode), *_random(operation, mode, survey.seed, until)):
            call = _call(case, one)
            if call is not None:
                yield call, f"a generated {mode.value} request"


def _operation(survey: Survey, one: Seed) -> tuple[Any, Any]:
    """The description and the operation as schemathesis sees them; None where it cannot read them."""

    def load() -> Any:
        schema = schemathesis.openapi.from_dict(dict(one.scoped.document))
        schema.config.update(base_url=BASE)
        return schema

    try:
        schema = survey.once(("deep", one.scoped.api.name), load)
        return schema, schema[one.scoped.operation.path][one.scoped.operation.method]
    except Exception:  # a description that another reader cannot take is no fault of the bank
        return None, None


def _coverage(schema: Any, operation: Any, mode: GenerationMode) -> list[Any]:
    """The boundary cases of an operation, which are the same every time."""
    try:
        return list(
            schema.iter_coverage_cases(
                operation, generation_modes=[mode], generation_config=schema.config.generation
            )
        )
    except Exception:  # not part of the library's promise
        return []


class _Spent(Exception):
    """The time for drawing is over."""


def _random(operation: Any, mode: GenerationMode, seed: int, until: float) -> list[Any]:
    """Cases that hypothesis draws, the same for the same seed, for as long as there is time."""
    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=MOST,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Any) -> None:
        if time.monotonic() > until:
            raise _Spent
        found.append(case)

    # What cannot be drawn, such as a pattern of another dialect, is left out.
    with contextlib.suppress(Exception):
        draw()
    return found


def _call(case: Any, one: Seed) -> Call | None:
    """A case as a call of ours: with the path of the seed where the case has none that can be sent."""
    try:
        sent = case.as_transport_kwargs(headers={})
    except Exception:  # not every case can be put on the wire
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
    if not raw and one.call.raw is None:
        return Call(one.scoped.operation, {**one.call.path, **path}, query, headers)
    return Call(
        one.scoped.operation,
        {**one.call.path, **path},
        query,
        headers,
        raw=raw,
        media_type=case.media_type or one.call.media_type,
    )
