"""What sslyze and testssl.sh found on every server of the collection, as it was measured and kept."""

from __future__ import annotations

import pytest

from tests.tls.servers import PROTOCOL, Server

tls_peers = pytest.importorskip("benchmarks.tls_peers", reason="measurements are not in a source package")
tls_programs = pytest.importorskip("benchmarks.tls_programs")


def test_both_peers_ran_on_every_server() -> None:
    assert not [(server.name, programs) for server, programs in tls_peers.missing(tls_peers.kept())]


def test_they_found_the_same_versions_and_suites_or_it_is_explained_why_not() -> None:
    assert not list(tls_peers.unexplained(tls_peers.kept()))


@pytest.mark.parametrize(
    "server", [one for one in PROTOCOL if one.name.startswith("canned")], ids=lambda one: one.name
)
def test_what_was_kept_as_our_own_is_what_is_found_today(server: Server) -> None:
    kept = tls_peers.kept()[server.name, tls_programs.OURS]
    with server.start() as port:
        assert tls_programs.measure(server.name, tls_programs.OURS, "", port).found == kept.found


def test_ours_was_faster_by_what_was_wanted() -> None:
    ratios = {one.program: one.times for one in tls_peers.ratios(tls_peers.kept())}
    assert {name: times for name, times in tls_peers.WANTED.items() if ratios[name] < times} == {}


def test_the_table_is_made_of_what_was_kept() -> None:
    assert tls_peers.TABLE.read_text(encoding="utf-8") == tls_peers.table(tls_peers.kept())
