"""What a target file may write in one word: a secret by reference, a file, a duration, a size, a JSONPath."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, WithJsonSchema

from conformance.duration import duration
from conformance.errors import ConfigurationError
from conformance.path import compiled
from conformance.secret import Secret

REFERENCE = re.compile(r"(env|file|cmd):(.+)", re.S)
HOW = "write env:NAME, file:PATH or cmd:COMMAND, so that the file can be shared"
PATIENCE = 30
"""Seconds that a ``cmd:`` reference may take."""


class Part(BaseModel):
    """A section of a target file: frozen, and strict about its keys."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )


def folder(info: ValidationInfo) -> Path:
    """The folder of the target file, where relative paths begin."""
    return Path((info.context or {}).get("folder", "."))


def secret(value: Any, info: ValidationInfo) -> Secret:
    """A reference as a secret that is read when it is revealed."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected a reference to a secret; {HOW}")  # noqa: TRY004 - pydantic gathers ValueErrors
    found = REFERENCE.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"a secret must not stand in the file itself; {HOW}")
    kind, rest = found[1], found[2].strip()
    base = folder(info)
    if kind == "env":
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest):
            raise ValueError("env: takes the name of an environment variable, as in env:BANK_SECRET")
        return Secret(name=rest, read=lambda: _environment(rest))
    if kind == "file":
        return Secret(name=_name(rest), read=lambda: _file(base / Path(rest).expanduser(), rest))
    return Secret(name=_name(info.field_name or "secret"), read=lambda: _command(rest, base))


def text_or_secret(value: Any, info: ValidationInfo) -> Any:
    """Plain text, or a secret when it is written as a reference."""
    if isinstance(value, str | Secret):
        return secret(value, info) if isinstance(value, str) and REFERENCE.fullmatch(value) else value
    quotes = "; put it in quotes" if isinstance(value, int | float) else ""
    raise ValueError(f"expected text, or a reference to a secret{quotes}")


def _name(text: str) -> str:
    return re.sub(r"\W+", "_", Path(text).name, flags=re.ASCII).strip("_").upper() or "SECRET"


def _environment(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise ConfigurationError(f"the environment variable {name} is not set; export {name}=...")
    if not value:
        raise ConfigurationError(f"the environment variable {name} is empty")
    return value


def _file(path: Path, shown: str) -> str:
    text = read_text(path, shown)
    if not text.strip():
        raise ConfigurationError(f"{shown} is empty")
    return text if "-----BEGIN" in text else text.strip()


def read_text(path: Path, shown: str) -> str:
    """The text of a file; ``ConfigurationError`` says under its shown name why it cannot be read."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigurationError(f"{shown}: no such file (looked for beside the target file)") from None
    except IsADirectoryError:
        raise ConfigurationError(f"{shown} is a directory, not a file") from None
    except PermissionError:
        raise ConfigurationError(f"{shown} may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"{shown} cannot be read: {reason}") from None


def _command(line: str, base: Path) -> str:
    try:
        words = shlex.split(line)
        done = subprocess.run(  # the user's own file names the command; no shell reads it
            words,
            cwd=base,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cmd: could not be run: {error}") from None
    except subprocess.TimeoutExpired:
        raise ConfigurationError(f"cmd: {words[0]} gave no answer in {PATIENCE} s") from None
    if done.returncode or not done.stdout.strip():
        said = "it printed nothing" if not done.returncode else f"it ended with code {done.returncode}"
        raise ConfigurationError(f"cmd: {words[0]} gave no secret: {said}")
    return done.stdout.strip()


def _path(value: Any, info: ValidationInfo) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("expected the path of a file, relative to this one")
    return folder(info) / Path(value.removeprefix("file:")).expanduser()


def _existing(value: Any, info: ValidationInfo) -> Path:
    path = _path(value, info)
    if not path.is_file():
        raise ValueError(f"{value}: no such file (looked for beside the target file)")
    return path


def _seconds(value: Any) -> float:
    if isinstance(value, str):
        return duration(value).total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError("expected a duration such as 15s, 10min or 1h")


_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|KiB|MB|MiB|GB|GiB)?", re.I)
_UNITS = {"b": 1, "kb": 1000, "kib": 1 << 10, "mb": 10**6, "mib": 1 << 20, "gb": 10**9, "gib": 1 << 30}


def _bytes(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("expected a size such as 512 KiB or 16 MiB")
    return int(float(found[1]) * _UNITS[(found[2] or "B").lower()])


def _json_path(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected a JSONPath such as $.access_token")  # noqa: TRY004
    try:
        compiled(value)
    except ConfigurationError as error:
        raise ValueError(str(error)) from None
    return value


def _schema(kind: str, description: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, "description": description, **more})


SecretRef = Annotated[
    Secret,
    BeforeValidator(secret),
    _schema(
        "string", "A secret by reference: env:NAME, file:PATH or cmd:COMMAND.", pattern="^(env|file|cmd):.+"
    ),
]
TextOrSecret = Annotated[
    str | Secret,
    BeforeValidator(text_or_secret),
    _schema("string", "Text, or env:NAME, file:PATH, cmd:COMMAND."),
]
FilePath = Annotated[Path, BeforeValidator(_path), _schema("string", "A file, relative to this one.")]
ExistingFile = Annotated[Path, BeforeValidator(_existing), _schema("string", "A file, relative to this one.")]
Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema({"type": ["string", "number"], "description": "A duration such as 15s, 10min or 1h."}),
]
Bytes = Annotated[
    int,
    BeforeValidator(_bytes),
    WithJsonSchema({"type": ["string", "integer"], "description": "A size such as 512 KiB or 16 MiB."}),
]
JsonPath = Annotated[str, BeforeValidator(_json_path), _schema("string", "A JSONPath (RFC 9535).")]
