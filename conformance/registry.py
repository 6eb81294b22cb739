"""The checks: found by import, named by place, bound by the type of their parameters.

A check is a function that yields findings. What it needs of the session it names as positional
parameters (``tsp``, ``operation``, ``reading``, …; ``supply.py`` lists them); what a profile's ``with``
may set are its keyword-only parameters.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, ParamSpec

from conformance.duration import duration
from conformance.errors import ConfigurationError
from conformance.model import Finding

Findings = Iterator[Finding]
"""What a check yields; nothing when the requirement holds."""

P = ParamSpec("P")

PER_FUNCTION = frozenset({"operation", "reading", "feed"})
"""Parameters that make a check run once for each function."""


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check. ``requests`` estimates what one case sends, ``creates`` how many things that move
    money it makes at most, ``each`` where in the bank's ``writes`` their amount stands when it is not
    ``amount``, ``logins`` the customers' logins that it needs: how many of its own, and the names of those
    that it shares with other checks; ``confirm`` false means that the check repeats its own findings, so that
    it is not run again for them."""

    id: str
    function: Callable[..., Findings]
    purpose: str
    needs: tuple[str, ...]
    parameters: Mapping[str, inspect.Parameter]
    writes: bool = False
    intrusive: bool = False
    requests: int = 1
    confirm: bool = True
    creates: int = 0
    logins: tuple[int | str, ...] = ()
    each: str = ""

    @property
    def per_function(self) -> bool:
        return bool(PER_FUNCTION.intersection(self.needs))

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The ``with`` of a profile as values of the types that the check's signature names.

        Raises ``ConfigurationError`` for an unknown, missing or unreadable argument.
        """
        hints = _types(self.function)
        problems = [
            f"with.{name}: unknown argument of {self.id}; it takes {', '.join(self.parameters) or 'none'}"
            for name in given
            if name not in self.parameters
        ]
        values: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            if name in given:
                try:
                    values[name] = convert(given[name], hints[name])
                except (ValueError, TypeError, InvalidOperation) as error:
                    problems.append(f"with.{name}: {error}")
            elif parameter.default is inspect.Parameter.empty:
                problems.append(f"with.{name}: missing argument of {self.id}")
        if problems:
            raise ConfigurationError(*problems)
        return values


@cache
def _types(function: Callable[..., Findings]) -> Mapping[str, Any]:
    return typing.get_type_hints(function)


_CHECKS: dict[str, Check] = {}


def check(
    *,
    writes: bool = False,
    intrusive: bool = False,
    requests: int = 1,
    confirm: bool = True,
    creates: int = 0,
    logins: tuple[int | str, ...] = (),
    each: str = "",
) -> Callable[[Callable[P, Findings]], Callable[P, Findings]]:
    """Registers a check as ``<subject>.<function name>``, the subject being the folder it lies in."""

    def register(function: Callable[P, Findings]) -> Callable[P, Findings]:
        subject = function.__module__.removeprefix("conformance.checks.").split(".")[0]
        signature = inspect.signature(function).parameters
        made = Check(
            id=f"{subject}.{function.__name__}",
            function=function,
            purpose=" ".join((inspect.getdoc(function) or "").split("\n\n")[0].split()),
            needs=tuple(n for n, p in signature.items() if p.kind is not inspect.Parameter.KEYWORD_ONLY),
            parameters=types.MappingProxyType(
                {n: p for n, p in signature.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
            ),
            writes=writes,
            intrusive=intrusive,
            requests=requests,
            confirm=confirm,
            creates=creates,
            logins=logins,
            each=each,
        )
        _add(made)
        return function

    return register


def _add(made: Check) -> None:
    """Registers a check; refuses one whose id another has, and one without a purpose."""
    known = _CHECKS.get(made.id)
    if known is not None and known.function.__code__.co_filename != made.function.__code__.co_filename:
        raise ConfigurationError(
            f"check {made.id} exists twice: {known.function.__module__}, {made.function.__module__}"
        )
    if not made.purpose:
        raise ConfigurationError(f"check {made.id} has no docstring to say what it verifies")
    _CHECKS[made.id] = made


@cache
def _import_checks() -> None:
    package = importlib.import_module("conformance.checks")
    for module in pkgutil.walk_packages(package.__path__, "conformance.checks."):
        importlib.import_module(module.name)


def all_checks() -> Mapping[str, Check]:
    """Every check, by id, after importing all that lies in ``conformance.checks``."""
    _import_checks()
    return types.MappingProxyType(dict(sorted(_CHECKS.items())))


def convert(value: Any, hint: Any) -> Any:
    """A value from a YAML file as the given type; raises ValueError or TypeError when it is not one."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        return convert(value, next(i for i in inner if i is not type(None)))
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            raise ValueError(f"expected a list, got {value!r}")
        return origin(convert(item, inner[0]) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise ValueError(f"expected a mapping, got {value!r}")
        return {key: convert(item, inner[1]) for key, item in value.items()}
    if hint is timedelta:
        return duration(str(value))
    if hint is Decimal:
        return Decimal(str(value))
    if hint is Any:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    if isinstance(hint, type) and issubclass(hint, str) and isinstance(value, str):
        return hint(value)
    raise ValueError(f"expected {getattr(hint, '__name__', hint)}, got {value!r}")
