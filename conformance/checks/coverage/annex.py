"""Annex A against what the bank offers."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.errors import Inconclusive
from conformance.model import Finding, Function
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.target import Target


@check(requests=0)
def gaps_explained(target: Target, offered: tuple[Operation, ...], annex: Mapping[str, Function]) -> Findings:
    """Explains every core function of Annex A that is not offered in a phase that the bank has begun."""
    begun = {operation.function.profile for operation in offered}
    if not begun:
        raise Inconclusive("the bank's file lists no function as offered")
    ids = {operation.id for operation in offered}
    explained = target.publication.gaps if target.publication else {}
    for function in annex.values():
        missing = function.core and function.profile in begun and function.id not in ids
        if missing and not explained.get(function.id, "").strip():
            yield Finding(
                f"{function.title} ({function.clause}), or why it is not offered",
                "neither offered nor explained under publication.gaps",
                function.id,
            )
