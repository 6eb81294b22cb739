"""A first bank file, written from a base URL and the bank's own API description."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from conformance.address import safe_base
from conformance.errors import ConfigurationError
from conformance.model import Function, Profile
from conformance.openapi import ApiOperation, load_description
from conformance.profile import all_profiles
from conformance.target_guess import Guesses, words

_HEAD = """\
# How {name} speaks. The README explains every key under "How your bank speaks".
# For completion in an editor: conformance explain bank.yaml > bank.schema.json, and here as the first line:
# # yaml-language-server: $schema=bank.schema.json
bank: {{name: {name_quoted}, environment: sandbox}}   # sandbox, uat or production (passive checks only)
base_url: {base_url}
{api}
# How a TSP identifies itself. Secrets are references, never values: env:NAME, file:PATH, cmd:COMMAND.
authentication: {authentication}
# authentication: {{kind: header-pair, headers: {{ClientID: "env:BANK_ID", ClientSecret: "env:BANK_SECRET"}}}}
# authentication: {{kind: oauth2-client-credentials, token_url: /oauth/token, client_id: "env:BANK_ID",
#                  client_secret: "env:BANK_SECRET", style: form}}
# tls: {{ca: bank-ca.pem, client_certificate: tsp.pem, client_key: "file:tsp.key"}}

# How a language is chosen: by a header, a query parameter, a column of the rows, or a placeholder: what is
# named lang stands as {{lang}} in the path, the body, or the names of members ($.name{{lang}}).
{language}
# maintenance: ["02:30-07:00"]        # Hong Kong time
limits: {{requests_per_second: 10, jobs: 4}}
# allow: [intrusive]                   # also writes, for phases 2 and 4; production admits neither

# What the bank offers: take the # away and say how. A function that is not listed counts as not offered.
# For the fields of a function: conformance explain {example}
functions:
"""

_WORDS: tuple[tuple[str, str], ...] = (
    ("fx|exchange|foreign-?exchange-?rate", "other.fx-rate"),
    ("atm", "other.atm"),
    ("branch", "other.branch"),
    ("safe-?(?:deposit)?-?box", "other.safe-deposit-box-product"),
    ("foreign-?currency", "deposits.foreign-currency-account-product"),
    ("time-?deposit", "deposits.time-deposit-product"),
    ("saving", "deposits.savings-account-product"),
    ("current-?account", "deposits.current-account-product"),
    ("credit-?card|cards?/credit", "loans.credit-card-product"),
    ("mortgage", "loans.mortgage-product"),
    ("unsecured|personal-?loan|loans?/personal", "loans.unsecured-loan-product"),
    ("secured", "loans.secured-loan-product"),
    ("structured", "investments.structured-product"),
    ("precious|gold", "investments.precious-metal-product"),
    ("fund", "investments.retail-fund-product"),
    ("stock|securities", "investments.stock-trading-product"),
    ("life", "insurance.life-product"),
    ("insurance", "insurance.general-product"),
    ("deposit(?!-?box)", "deposits.savings-account-product"),
)
_LANGUAGE = "# language: {header: Accept-Language, values: {en: en-HK, tc: zh-HK, sc: zh-CN}}"


def draft(base_url: str, api: Path | None, name: str, output: Path) -> str:
    """The text of a bank file. Raises ``ConfigurationError`` for a URL or description that cannot be used."""
    try:
        parts = urlsplit(safe_base(base_url))
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    shown = name or parts.hostname or base_url
    functions = {f.id: (f, p) for p in all_profiles().values() if p.for_banks for f in p.functions}
    line = "# api: openapi.yaml                   # the bank's own description, when it has one"
    found: dict[str, Guessed] = {}
    guesses: Guesses | None = None
    authentication, language = "{kind: none}", _LANGUAGE
    if api is not None:
        relative = os.path.relpath(api.resolve(), output.resolve().parent)
        line = f"api: {_quoted(relative)}"
        guesses = Guesses(load_description(api))
        found = dict(_guessed(guesses))
        authentication = guesses.authentication() or authentication
        spoken = next(filter(None, (guesses.language(one.operation) for one in found.values())), "")
        language = f"language: {spoken}" if spoken else language
    text = _HEAD.format(
        name=shown, name_quoted=_quoted(shown), base_url=base_url, api=line, example="other.fx-rate",
        authentication=authentication, language=language,
    )  # fmt: skip
    below = _below(guesses.api.bases, parts.path) if guesses else ""
    return text + "".join(
        _entry(f, profile, found.get(f.id), guesses, below)
        for f, profile in functions.values()
        if _offerable(f.id, found)
    )


def _below(bases: tuple[str, ...], path: str) -> str:
    """What stands before the paths of a description, where the base URL leaves it out."""
    base = bases[0] if bases else ""
    return "" if path.rstrip("/").endswith(base) else base


def _offerable(id: str, guesses: Mapping[str, Guessed]) -> bool:
    return id in guesses or any(function == id for _, function in _WORDS)


@dataclass(frozen=True, slots=True)
class Guessed:
    """The operation of a function, with what its query has to say beside the page and the language."""

    operation: ApiOperation
    query: Mapping[str, str]


def _guessed(guesses: Guesses) -> Iterator[tuple[str, Guessed]]:
    """Each function with the first plain operation whose path speaks of it, or one of whose values does."""
    taken: set[str] = set()
    plain = [
        operation
        for operation in guesses.api.operations
        if operation.method in ("GET", "POST")
        and ("{" not in operation.path or guesses.spoken_in_path(operation))
    ]
    asked: set[tuple[str, str, str]] = set()
    for pattern, function in _WORDS:
        for operation in plain:
            if re.search(pattern, operation.path.lower()) and operation.path not in taken:
                taken.add(operation.path)
                yield function, Guessed(operation, guesses.needed(operation))
                break
        else:
            for operation in plain:
                for name, value in guesses.choices(operation):
                    choice = (operation.path, name, value)
                    if choice not in asked and re.search(pattern, words(value).replace(" ", "-")):
                        asked.add(choice)
                        yield function, Guessed(operation, {**guesses.needed(operation), name: value})
                        break
                else:
                    continue
                break


def _entry(
    function: Function, profile: Profile, guessed: Guessed | None, guesses: Guesses | None, below: str
) -> str:
    operation = guessed.operation if guessed else None
    rows = guesses.rows(operation) if guesses and operation else None
    if operation is None or guesses is None or guessed is None:
        return f"  # {function.id}: offered            # {function.title}\n"
    resource = profile.resources.get(function.resource)
    schema = resource.schema if resource else {}
    fields = dict(guesses.fields(function.id, schema, rows)) if rows else {}
    missing = [name for name in schema.get("required", ()) if name not in fields]
    lines = [f"  {function.id}:                       # guessed from {operation.path}: {function.title}"]
    said = ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in guessed.query.items())
    query = f", query: {{{said}}}" if said else ""
    lines.append(
        f"    request: {{method: {operation.method}, path: {_quoted(below + operation.path)}{query}}}"
    )
    beside = guesses.beside(rows) if rows else {}
    if beside:
        values = ", ".join(f"{name}: {_quoted(end)}" for name, end in beside.items())
        lines.append(
            f"    language: {{placeholder: lang, values: {{{values}}}}}   # side by side in each row"
        )
    elif not guesses.language(operation):
        lines.append("    language: none                    # its parameters choose none")
    paging = guesses.paging(operation)
    if paging:
        lines.append(f"    paging: {paging}")
    steps = ", ".join(map(_quoted, rows.steps)) if rows else '"$.data[*]"'
    lines.append(f"    rows: [{steps}]               # where one row stands in the answer")
    lines.append(f"    fields:                           # all of them: conformance explain {function.id}")
    lines += [f"      {name}: {source}" for name, source in fields.items()]
    lines += [f"      # {name}: $.…                   # needed" for name in missing]
    if all(source.startswith("{constant") for source in fields.values()):
        lines = [f"  # {line.removeprefix('  ')}" for line in lines]  # nothing to read by yet
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
