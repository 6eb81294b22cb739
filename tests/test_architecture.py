"""The shape of the code: who imports whom, how long a module is, what it is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "conformance"
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at any depth of the file, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                candidate = f"{node.module}.{alias.name}"
                inner = ROOT / Path(*candidate.split("."))
                yield candidate if inner.with_suffix(".py").exists() or inner.is_dir() else node.module


IMPORTS = {name_of(path): set(imports(path)) for path in MODULES}


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def users(*packages: str) -> set[str]:
    return {m for m, used in IMPORTS.items() if any(within(u, p) for u in used for p in packages)}


def test_the_model_knows_nothing_of_the_rest() -> None:
    for module in ("conformance.model", "conformance.errors"):
        assert not {u for u in IMPORTS[module] if within(u, "conformance")} - {"conformance.errors"}


def test_the_reference_bank_stands_alone() -> None:
    for module, used in IMPORTS.items():
        if within(module, "conformance.bank"):
            strangers = {u for u in used if within(u, "conformance") and not within(u, "conformance.bank")}
            assert not strangers, f"{module} imports {strangers}"


def test_only_the_embedded_target_and_the_command_line_know_the_reference_bank() -> None:
    outside = {m for m in users("conformance.bank") if not within(m, "conformance.bank")}
    strangers = {m for m in outside if not within(m, "conformance.cli")}
    assert not {m for m in strangers if not m.startswith("conformance.embedded")}


UPPER = (
    "plan",
    "run",
    "conduct",
    "plugin",
    "report",
    "cli",
    "bundle",
    "embedded",
    "session",
    "supply",
    "offer",
)


def test_checks_import_nothing_that_runs_or_reports_them() -> None:
    for module, used in IMPORTS.items():
        if within(module, "conformance.checks"):
            for upper in UPPER:
                assert not any(within(u, f"conformance.{upper}") for u in used), f"{module} imports {upper}"


def test_checks_of_one_subject_import_no_other_subject() -> None:
    for module, used in IMPORTS.items():
        if module.startswith("conformance.checks."):
            subject = ".".join(module.split(".")[:3])
            others = {u for u in used if u.startswith("conformance.checks.") and not within(u, subject)}
            assert not others, f"{module} imports {others}"


REPORT_MAY = {"model", "verdict", "results", "errors", "report"}


def test_reports_are_made_from_results_alone() -> None:
    for module, used in IMPORTS.items():
        if within(module, "conformance.report"):
            for name in used:
                if within(name, "conformance") and name != "conformance":
                    assert name.split(".")[1] in REPORT_MAY, f"{module} imports {name}"


@pytest.mark.parametrize(
    ("library", "owners"),
    [
        ("httpx", {"conformance.wire", "conformance.load"}),
        ("httpcore", {"conformance.wire", "conformance.load"}),
        ("schemathesis", {"conformance.generate.deep"}),
        ("hypothesis", {f"conformance.generate.{name}" for name in ("deep", "sequence", "transactions")}),
        ("pytest", {"conformance.plugin"}),
    ],
)
def test_a_library_has_one_owner(library: str, owners: set[str]) -> None:
    assert users(library) <= owners


def test_only_the_wire_the_load_and_tls_open_connections() -> None:
    allowed = {"conformance.wire", "conformance.load", "conformance.doctor", "conformance.endpoints"}
    for module in users("socket"):
        assert within(module, "conformance.tls") or within(module, "conformance.bank") or module in allowed, (
            module
        )


BANNED = ("manager", "helper", "helpers", "util", "utils", "handler", "processor", "base", "impl", "common")


def test_modules_are_named_by_their_noun() -> None:
    for path in MODULES:
        assert not set(path.stem.split("_")) & set(BANNED), path


def test_no_module_is_past_400_lines() -> None:
    everything = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
    long = {str(p.relative_to(ROOT)): n for p in everything if (n := len(p.read_text().splitlines())) > 400}
    assert not long


def test_nothing_committed_depends_on_what_lies_outside() -> None:
    for path in [
        *MODULES,
        *sorted((ROOT / "tests").rglob("*.py")),
        *sorted((ROOT / "profiles").rglob("*.yaml")),
    ]:
        text = path.read_text(encoding="utf-8")
        for outside in ("/" + "work/", "../" + "shared"):
            assert outside not in text, f"{path} names {outside}"
