"""Properties are tried on the same examples however busy the machine is; workers outnumber cores."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.once import SHARED

settings.register_profile(
    "steady",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """The workers of ``-n auto``: more than cores, as tests wait for a third of their time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 2


@pytest.fixture(scope="session", autouse=True)
def _shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The parent of a worker's own temporary files belongs to all workers of the run."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        SHARED[:] = [tmp_path_factory.getbasetemp().parent]
