"""The transforms of a mapping: named ways to read a bank's value as a canonical one.

In a mapping a transform is a name (``decimal``) or a name with its setting (``{strptime: "%Y%m%d"}``); a
list of them is applied in order, and to each element of a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from conformance import contact, currency, moment, quantity
from conformance.errors import ConfigurationError
from conformance.path import compiled
from conformance.quantity import Unreadable, plain

__all__ = ["ABSENT", "Apply", "Unreadable", "chain", "names"]

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "absent", "__slots__": ()})()
"""What a transform gives for a value that stands for none."""
Apply = Callable[[Any, Any], Any]
"""A transform at work: the value and the node that its field reads from give the canonical value."""


@dataclass(frozen=True, slots=True)
class _Transform:
    make: Callable[[Any], Apply]
    setting: bool | None
    """Whether a setting is needed (True), refused (False) or may be left out (None)."""
    whole: bool = False
    """Whether a list is left as it is, rather than transformed element by element."""


_TRANSFORMS: dict[str, _Transform] = {}


def _transform(
    name: str, setting: bool | None = False, whole: bool = False
) -> Callable[[Callable[[Any], Apply]], Callable[[Any], Apply]]:
    def register(make: Callable[[Any], Apply]) -> Callable[[Any], Apply]:
        _TRANSFORMS[name] = _Transform(make, setting, whole)
        return make

    return register


def names() -> tuple[str, ...]:
    """The names of all transforms."""
    return tuple(sorted(_TRANSFORMS))


def chain(described: Any) -> tuple[tuple[Apply, bool], ...]:
    """The transforms that a mapping's ``as`` describes; the flag says that a list is left as it is.

    Raises ``ConfigurationError`` with a remedy.
    """
    if described is None:
        return ()
    return tuple(_one(item) for item in (described if isinstance(described, list | tuple) else [described]))


def _one(item: Any) -> tuple[Apply, bool]:
    if isinstance(item, str):
        name, setting, given = item, None, False
    elif isinstance(item, Mapping) and len(item) == 1:
        (name, setting), given = next(iter(item.items())), True
    else:
        raise ConfigurationError(f"{item!r} is no transform; write a name, or one name with its setting")
    transform = _TRANSFORMS.get(str(name))
    if transform is None:
        close = get_close_matches(str(name), _TRANSFORMS, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names())}"
        raise ConfigurationError(f"unknown transform {name!r}; {hint}")
    if given and transform.setting is False:
        raise ConfigurationError(f"{name} takes no setting; write only {name}")
    if not given and transform.setting is True:
        raise ConfigurationError(f"{name} needs a setting; write {{{name}: …}}")
    try:
        return transform.make(setting), transform.whole
    except ConfigurationError as error:
        raise ConfigurationError(*(f"{name}: {problem}" for problem in error.problems)) from None


def _text(value: Any, expected: str = "a string") -> str:
    if not isinstance(value, str):
        raise Unreadable(expected)
    return value


def _settings(setting: Any, allowed: Sequence[str], alone: str) -> Mapping[str, Any]:
    """A setting as a mapping; a bare value is that of ``alone``."""
    if setting is None:
        return {}
    if not isinstance(setting, Mapping):
        return {alone: setting}
    for key in setting:
        if key not in allowed:
            raise ConfigurationError(f"unknown setting {key!r}; it has {', '.join(allowed)}")
    return setting


# Numbers


@_transform("decimal")
def _decimal(_: Any) -> Apply:
    return lambda value, _: plain(quantity.decimal(value))


@_transform("percent")
def _percent(_: Any) -> Apply:
    return lambda value, _: plain(quantity.percent(value))


@_transform("integer")
def _integer(_: Any) -> Apply:
    return lambda value, _: quantity.integer(value)


@_transform("amount", setting=None)
def _amount(setting: Any) -> Apply:
    default = _settings(setting, ["currency"], "currency").get("currency")
    if default is not None and currency.code(str(default)) is None:
        raise ConfigurationError(f"{default!r} is no currency code; write for example {{currency: HKD}}")

    def read(value: Any, _: Any) -> Any:
        given = (value.get("amount"), value.get("currency")) if isinstance(value, Mapping) else None
        amount, code = (quantity.number(given[0], "an amount"), given[1]) if given else quantity.money(value)
        if not isinstance(code := code or default, str):
            raise Unreadable("an amount with its currency")
        return {"amount": plain(amount), "currency": code}

    return read


@_transform("currency")
def _currency(_: Any) -> Apply:
    def read(value: Any, _: Any) -> str:
        text = quantity.short(_text(value, "a currency"), "a currency")
        if re.fullmatch("[A-Z]{3}", text):
            return text
        found = currency.codes_in(text)
        if len(found) != 1:
            raise Unreadable("a currency")
        return found[0]

    return read


@_transform("per", setting=True)
def _per(setting: Any) -> Apply:
    path = compiled(setting)

    def read(value: Any, node: Any) -> str:
        unit, rate = path.find(node), quantity.decimal(value)
        known = bool(unit) and unit[0].value is not None
        return plain(quantity.divided(rate, quantity.number(unit[0].value, "a unit")) if known else rate)

    return read


@_transform("minor", setting=None)
def _minor(setting: Any) -> Apply:
    fixed = currency.code(setting) if isinstance(setting, str) else None
    path = compiled(setting) if setting is not None and fixed is None else None

    def read(value: Any, node: Any) -> str:
        named = [match.value for match in path.find(node)] if path else currency.beside(node)
        places = currency.exponent(fixed or currency.code(str(named[0] if named else "")) or "")
        return plain(quantity.divided(quantity.decimal(value), Decimal(10) ** places))

    return read


@_transform("absolute")
def _absolute(_: Any) -> Apply:
    return lambda value, _: plain(quantity.decimal(value).copy_abs())


@_transform("direction")
def _direction(_: Any) -> Apply:
    return lambda value, _: "debit" if quantity.decimal(value) < 0 else "credit"


@_transform("signed", setting=True)
def _signed(setting: Any) -> Apply:
    path = compiled(setting)

    def read(value: Any, node: Any) -> str:
        amount, said = quantity.decimal(value), path.find(node)
        return plain(-amount.copy_abs() if said and quantity.is_debit(said[0].value) else amount)

    return read


@_transform("add", setting=True)
def _add(setting: Any) -> Apply:
    summand = _given(setting, "{add: 1}")
    return lambda value, _: plain(quantity.added(quantity.decimal(value), summand))


@_transform("times", setting=True)
def _times(setting: Any) -> Apply:
    factor = _given(setting, "{times: 100} for a fraction, {times: 0.01} for basis points")
    return lambda value, _: plain(quantity.multiplied(quantity.decimal(value), factor))


def _given(setting: Any, example: str) -> Decimal:
    try:
        return quantity.number(str(setting))
    except Unreadable:
        raise ConfigurationError(f"{setting!r} is no number; write for example {example}") from None


# Words


@_transform("text")
def _as_text(_: Any) -> Apply:
    def read(value: Any, _: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise Unreadable("a text")
        return value if isinstance(value, str) else plain(quantity.number(value))

    return read


@_transform("strip")
def _strip(_: Any) -> Apply:
    return lambda value, _: _text(value).strip()


@_transform("na", setting=None)
def _na(setting: Any) -> Apply:
    words = setting if isinstance(setting, list) else ["N/A", "NA", "-", "--", "", "不適用", "不适用"]
    folded = frozenset(str(word).strip().casefold() for word in words)

    def read(value: Any, _: Any) -> Any:
        return ABSENT if isinstance(value, str) and value.strip().casefold() in folded else value

    return read


@_transform("split", setting=True)
def _split(setting: Any) -> Apply:
    given = _settings(setting, ["by", "take"], "by")
    by, take = given.get("by"), given.get("take")
    if not isinstance(by, str) or not by or not (take is None or isinstance(take, int)):
        raise ConfigurationError('write {split: ","} for a list or {split: {by: "/", take: 0}} for one part')

    def read(value: Any, _: Any) -> Any:
        found = [part.strip() for part in _text(value).split(by)]
        if take is None:
            return [part for part in found if part]
        if not -len(found) <= take < len(found):
            raise Unreadable(f"a text with {take + 1 if take >= 0 else -take} parts divided by {by!r}")
        return found[take]

    return read


@_transform("csv", setting=None)
def _csv(setting: Any) -> Apply:
    return _split("," if setting is None else setting)


@_transform("list", whole=True)
def _list(_: Any) -> Apply:
    return lambda value, _: [value]


@_transform("slice", setting=True)
def _slice(setting: Any) -> Apply:
    ends = setting if isinstance(setting, list) else []
    if len(ends) != 2 or not all(isinstance(end, int) and end >= 0 for end in ends) or ends[0] >= ends[1]:
        raise ConfigurationError("write the first character and the one after the last: {slice: [0, 3]}")

    def read(value: Any, _: Any) -> str:
        text = _text(value)
        if len(text) < ends[1]:
            raise Unreadable(f"a text of at least {ends[1]} characters")
        return text[ends[0] : ends[1]]

    return read


@_transform("pick", setting=True)
def _pick(setting: Any) -> Apply:
    if not isinstance(setting, Mapping) or not setting:
        raise ConfigurationError('write what each value means: {pick: {ACTIVE: active, "*": other}}')
    meaning = {str(key).strip().casefold(): value for key, value in setting.items()}
    listed = ", ".join(str(key) for key in setting)

    def read(value: Any, _: Any) -> Any:
        word = str(value).strip().casefold() if isinstance(value, str | int | Decimal) else None
        if word in meaning and word != "*":
            return meaning[word]
        if "*" in meaning and word is not None:
            return meaning["*"]
        raise Unreadable(f"one of {listed}")

    return read


@_transform("boolean")
def _boolean(_: Any) -> Apply:
    words = {"y": True, "yes": True, "true": True, "1": True, "是": True}
    words |= {"n": False, "no": False, "false": False, "0": False, "否": False}

    def read(value: Any, _: Any) -> bool:
        if isinstance(value, str | int):
            word = str(value).strip().lower()
            if word in words:
                return words[word]
        raise Unreadable("true or false, written as a boolean, Y or N, yes or no, 1 or 0")

    return read


@_transform("phone")
def _phone(_: Any) -> Apply:
    return lambda value, _: contact.phone(value)


@_transform("url")
def _url(_: Any) -> Apply:
    return lambda value, _: contact.url(value)


# Times


@_transform("strptime", setting=True)
def _strptime(setting: Any) -> Apply:
    given = _settings(setting, ["format", "zone"], "format")
    form, where = moment.form(given.get("format")), moment.zone(str(given.get("zone", "Asia/Hong_Kong")))
    return lambda value, _: moment.stamped(moment.by_format(value, form), where)


@_transform("instant", setting=None)
def _instant(setting: Any) -> Apply:
    name = _settings(setting, ["zone"], "zone").get("zone")
    where = None if name is None else moment.zone(str(name))
    return lambda value, _: moment.instant(value, where)


@_transform("epoch", setting=None)
def _epoch(setting: Any) -> Apply:
    if setting not in (None, "s", "ms"):
        raise ConfigurationError(f"{setting!r}: write epoch for seconds since 1970, or {{epoch: ms}}")
    return lambda value, _: moment.since_1970(value, 1000 if setting == "ms" else 1)


@_transform("date", setting=None)
def _date(setting: Any) -> Apply:
    form = _settings(setting, ["format"], "format").get("format")
    checked = None if form is None else moment.form(form)
    return lambda value, _: moment.day(value, checked)


@_transform("time")
def _time(_: Any) -> Apply:
    return lambda value, _: moment.clock(value)


@_transform("days")
def _days(_: Any) -> Apply:
    return lambda value, _: moment.days(value)


@_transform("hours", setting=None)
def _hours(setting: Any) -> Apply:
    named = _settings(setting, ["days"], "days").get("days", [])
    try:
        on = [day for text in (named if isinstance(named, list) else [named]) for day in moment.days(text)]
    except Unreadable:
        raise ConfigurationError(f"{named!r} are no days; write for example {{hours: mon-fri}}") from None
    return lambda value, _: moment.hours(value, on)


@_transform("tenor", setting=None)
def _tenor(setting: Any) -> Apply:
    path = compiled(setting) if isinstance(setting, str) and setting.startswith("$") else None
    try:
        fixed = "" if setting is None or path else moment.unit_of_time(setting)
    except Unreadable:
        raise ConfigurationError(
            f"{setting!r} is no unit of time; write {{tenor: months}}, or {{tenor: $.unit}} where the bank "
            "gives the unit beside the number"
        ) from None

    def read(value: Any, node: Any) -> str:
        beside = path.find(node) if path else []
        return moment.tenor(value, moment.unit_of_time(beside[0].value) if beside else fixed)

    return read
