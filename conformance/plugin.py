"""pytest plugin: a ``bank.yaml`` named on the command line becomes one item for each case.

Nothing happens unless a bank file is named. A nonconformity, an expected requirement that could not be
shown, and a fault of the suite fail their item; what does not apply, and what could not be shown without
blocking a verdict, is skipped with its reason; observations pass and are listed in the summary.
"""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conformance.model import Case, Exchange, Plan, Requirement, Result
    from conformance.operation import Operation
    from conformance.results import Writer
    from conformance.session import Session
    from conformance.target import Target
    from conformance.tsp import Tsp

BANKS = pytest.StashKey[dict[Path, "Bank"]]()

MARKERS = {
    "requirement(id)": "the requirement that a conformance case judges",
    "expected": "the framework expects it",
    "recommended": "the framework recommends it",
    "permitted": "the framework leaves it to the bank",
    "beyond": "stricter than the framework, from a source of its own",
    "writes": "changes the bank's state",
    "intrusive": "sends what may disturb the bank",
    **{f"phase{n}": f"phase {n} of the framework" for n in (1, 2, 3, 4)},
}


class Nonconformity(Exception):
    """A case that failed, with its findings."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.case.id)
        self.result = result


class Bank:
    """One bank file of the session: its plan, its open session, and a pool that works ahead."""

    def __init__(self, path: Path, config: pytest.Config) -> None:
        from conformance.conduct import Scope, prepare
        from conformance.errors import ConfigurationError
        from conformance.target import load_target

        self._output: str | None = config.getoption("conformance_output_dir")
        if self._output:
            _writable(Path(self._output))
        seed = config.getoption("conformance_seed")
        phases = tuple(config.getoption("conformance_phase"))
        self.target: Target = load_target(path).limited(
            jobs=config.getoption("conformance_jobs"),
            allow=tuple(config.getoption("conformance_allow")),
            share=int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
        )
        self.plan: Plan
        self._scope = Scope(phases=phases, seed=seed)
        self.plan, self.profiles = prepare(self.target, self._scope)
        self.results: list[Result] = []
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._session: Session | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._ahead: dict[str, Future[Result]] = {}
        self._writer: Writer | None = None
        if self._output and "PYTEST_XDIST_WORKER" in os.environ:
            raise ConfigurationError(
                "--conformance-output-dir: one file cannot hold several processes; leave -n out"
            )

    @property
    def session(self) -> Session:
        """The session, opened at the first use."""
        with self._lock:
            if self._session is None:
                self._open()
            assert self._session is not None
            return self._session

    def _open(self) -> None:
        from conformance.session import open_session

        record = self._record(self._output) if self._output else None
        opening = open_session(self.target, self.profiles, self.plan, record=record)
        self._session = self._stack.enter_context(opening)
        if self._writer is not None:
            from conformance.conduct import header_of
            from conformance.verdict import FailOn

            self._writer.header(header_of(self._scope, self.plan, self._session, FailOn.EXPECTED))

    def _record(self, output: str) -> Callable[[Exchange], None]:
        from conformance.results import Writer

        self._writer = self._stack.enter_context(Writer(Path(output) / "results.jsonl"))
        return self._writer.exchange

    def work_ahead(self, cases: list[Case]) -> None:
        """Begins all cases that were selected, so that the items only wait for their own."""
        from conformance.run import execute

        session = self.session
        self._pool = ThreadPoolExecutor(max_workers=session.jobs, thread_name_prefix="case")
        self._ahead = {case.id: self._pool.submit(execute, case, session) for case in cases}

    def result(self, case: Case) -> Result:
        """What became of a case, waivers applied."""
        from conformance.run import execute
        from conformance.waiver import waived

        ahead = self._ahead.get(case.id)
        result = ahead.result() if ahead is not None else execute(case, self.session)
        result = waived(result, self.target.waivers)
        self.results.append(result)
        if self._writer is not None:
            self._writer.result(result)
        return result

    def close(self) -> None:
        """Drops what has not begun and closes every connection."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._session is None:
            self._stack.close()
            return
        if self._writer is not None:
            from conformance.conduct import footer_of
            from conformance.verdict import FailOn

            self._writer.footer(footer_of(self.plan, self._session, self.results, FailOn.EXPECTED))
        self._stack.close()
        if self._output is not None:
            from conformance import report, results

            folder = Path(self._output)
            report.write(results.read(folder / "results.jsonl"), "html", folder / "report.html")


def _writable(folder: Path) -> None:
    """Makes the folder, before a run is spent on it; raises ``ConfigurationError``."""
    from conformance.errors import ConfigurationError

    why = "" if not folder.exists() or os.access(folder, os.W_OK) else "permission denied"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
    if why:
        raise ConfigurationError(
            f"--conformance-output-dir {folder}: cannot be written ({why}); name another"
        )


def _some(text: str) -> int:
    """A number of cases at a time, from 1 to 64."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 64):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 64")
    return int(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance of banks' open APIs (pytest bank.yaml)")
    group.addoption("--conformance-jobs", type=_some, metavar="N", help="cases at a time [the file's limit]")
    group.addoption("--conformance-seed", type=int, default=0, metavar="N", help="seed of what is generated")
    group.addoption("--conformance-phase", action="append", default=[], metavar="N", help="only these phases")
    group.addoption(
        "--conformance-allow",
        action="append",
        default=[],
        choices=["writes", "intrusive"],
        help="admit checks that write or intrude",
    )
    group.addoption(
        "--conformance-target",
        metavar="BANK.yaml",
        help="the bank of the tsp fixture, when no bank file is run",
    )
    group.addoption(
        "--conformance-output-dir", metavar="DIR", help="write results.jsonl and report.html there"
    )


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.stash[BANKS] = {}


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> BankFile | None:
    named = parent.session.isinitpath(file_path)
    if named and file_path.suffix in (".yaml", ".yml"):
        return BankFile.from_parent(parent, path=file_path)
    return None


class BankFile(pytest.File):
    """The cases of one bank, in the order of the plan."""

    def collect(self) -> Iterator[CaseItem]:
        from conformance.errors import ConfigurationError

        try:
            bank = opened(self.path, self.config)
        except ConfigurationError as error:
            raise self.CollectError("\n".join(error.problems)) from error
        for case in bank.plan.cases:
            yield CaseItem.from_parent(self, name=case.id, case=case, bank=bank)


class CaseItem(pytest.Item):
    """One case as a test."""

    def __init__(self, *, case: Case, bank: Bank, **rest: Any) -> None:
        super().__init__(**rest)
        self.case = case
        self.bank = bank
        self.add_marker(pytest.mark.requirement(case.requirement))
        self.add_marker(str(case.level))
        for name, present in (("writes", case.writes), ("intrusive", case.intrusive)):
            if present:
                self.add_marker(name)
        for phase in case.counts_for:
            if phase in MARKERS:
                self.add_marker(phase)
        self.user_properties += [("requirement", case.requirement), ("level", str(case.level))]

    def runtest(self) -> None:
        from conformance.model import Verdict
        from conformance.verdict import blocks

        result = self.bank.result(self.case)
        self.user_properties.append(("verdict", str(result.verdict)))
        if result.waived:
            pytest.skip(f"waived: {result.waived}")
        if result.verdict in (Verdict.FAIL, Verdict.ERROR) or blocks(result):
            raise Nonconformity(result)
        if result.verdict in (Verdict.NOT_APPLICABLE, Verdict.INCONCLUSIVE, Verdict.REVIEW):
            pytest.skip(f"{result.verdict}: {result.reason}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, Nonconformity):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        requirement = self._requirement()
        text = f"{requirement.text} ({requirement.source})" if requirement else self.case.requirement
        lines = [f"{result.verdict}: {text}", *([result.reason] if result.reason else [])]
        for finding in result.findings:
            place = f" at {finding.at}" if finding.at else ""
            lines.append(f"expected {finding.expected}, got {finding.actual}{place}")
        if requirement and requirement.fix:
            lines.append(f"how to fix: {requirement.fix}")
        return "\n".join([*lines, result.traceback] if result.traceback else lines)

    def _requirement(self) -> Requirement | None:
        requirements = (r for profile in self.bank.profiles for r in profile.requirements)
        return next((r for r in requirements if r.id == self.case.requirement), None)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


def opened(path: Path, config: pytest.Config) -> Bank:
    """The bank of a file, opened once in a session. Raises ``ConfigurationError`` for a mistake in it."""
    banks = config.stash[BANKS]
    if path not in banks:
        banks[path] = Bank(path, config)
    return banks[path]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Remembers what is left after selection; runs after ``-k`` and ``-m`` have taken their part."""
    for item in items:
        if isinstance(item, CaseItem):
            item.config.stash.setdefault(SELECTED, []).append(item)


SELECTED = pytest.StashKey[list[CaseItem]]()


def pytest_runtestloop(session: pytest.Session) -> None:
    """Lets each bank's pool work ahead of the items, unless the run may stop at the first failure."""
    config = session.config
    careful = (
        config.getoption("maxfail") or config.getoption("collectonly") or "PYTEST_XDIST_WORKER" in os.environ
    )
    if careful:
        return
    remaining = {id(item) for item in session.items}
    by_bank: dict[Bank, list[Case]] = {}
    for item in config.stash.get(SELECTED, []):
        if id(item) in remaining:
            by_bank.setdefault(item.bank, []).append(item.case)
    for bank, cases in by_bank.items():
        bank.work_ahead(cases)


def pytest_sessionfinish(session: pytest.Session) -> None:
    for bank in session.config.stash[BANKS].values():
        bank.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    from_banks = config.stash.get(BANKS, {})
    for path, bank in from_banks.items():
        if not bank.results:
            continue
        from conformance.model import Verdict
        from conformance.verdict import phase_verdict

        terminalreporter.section(f"conformance of {bank.target.name} ({path.name})")
        missing = len(bank.plan.cases) - len(bank.results)
        incomplete = f"{missing} cases were not run" if missing else ""
        if incomplete:
            terminalreporter.line(incomplete)
        for phase in dict.fromkeys(name for case in bank.plan.cases for name in case.counts_for):
            own = [r for r in bank.results if phase in r.case.counts_for]
            if own:
                terminalreporter.line(f"{phase}: {phase_verdict(own, incomplete=incomplete)}")
        for result in bank.results:
            if result.verdict is Verdict.OBSERVATION:
                first = result.findings[0]
                said = f"expected {first.expected}, got {first.actual}"
                terminalreporter.line(f"observation: {result.case.id}: {said}")


def _only_bank(config: pytest.Config) -> Bank:
    named = config.getoption("conformance_target")
    if named:
        return opened(Path(named).resolve(), config)
    banks = config.stash[BANKS]
    if len(banks) != 1:
        raise pytest.UsageError(
            "the tsp fixture needs one bank: name its file as in pytest bank.yaml test_own.py, "
            "or give --conformance-target bank.yaml"
        )
    return next(iter(banks.values()))


@pytest.fixture(scope="session")
def operations(pytestconfig: pytest.Config) -> dict[str, Operation]:
    """The functions that the bank offers, by id, as the bank file describes them."""
    return dict(_only_bank(pytestconfig).session.operations)


@pytest.fixture
def tsp(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Tsp:
    """Sends requests to the bank under its limits and credentials; everything is recorded and redacted."""
    from conformance.tsp import Tsp

    session = _only_bank(pytestconfig).session
    return Tsp(session.traffic, request.node.nodeid, session.memory(0))
