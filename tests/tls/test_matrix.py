"""Each server with one defect is found out by exactly the checks named for it; a right one by none."""

from __future__ import annotations

import functools

import pytest

from conformance.errors import Inconclusive, NotApplicable
from conformance.model import Finding, Requirement
from conformance.profile import data_folder, load
from conformance.registry import all_checks
from conformance.tls.certificate import Trust
from conformance.tls.facts import Endpoint
from conformance.tls.hosts import TlsHosts
from conformance.tls.line import Limits
from tests.tls.authority import ROOT, client
from tests.tls.mutual_servers import MUTUAL
from tests.tls.servers import DEFECTIVE, GOOD, Server


@functools.cache
def requirements() -> tuple[Requirement, ...]:
    return load(data_folder() / "security" / "tls.yaml").requirements


def label(requirement: Requirement) -> str:
    use = requirement.uses[0]
    name = use.check.removeprefix("tls.")
    if name in ("no_suite_with", "given_client_refused"):
        first = next(iter(use.arguments.values()))
        return f"{name}:{first if isinstance(first, str) else first[0]}"
    return name


def hosts_of(server: Server, port: int) -> TlsHosts:
    endpoint = Endpoint("localhost", port, "127.0.0.1")
    return TlsHosts(
        [endpoint],
        trust=Trust((ROOT.certificate,), private=not server.public),
        limits=Limits(handshake=3.0),
        identities={kind: client(kind).identity for kind in server.clients},
        mutual_paths={endpoint: "/"} if server.mutual else {},
    )


def verdicts(hosts: TlsHosts) -> tuple[dict[str, list[Finding]], dict[str, str]]:
    """The findings of every requirement, and the reasons of those that could not be shown."""
    checks, found, unsure = all_checks(), {}, {}
    for requirement in requirements():
        check = checks[requirement.uses[0].check]
        arguments = check.arguments(requirement.uses[0].arguments)
        findings: list[Finding] = []
        try:
            findings.extend(check.function(hosts, **arguments))
        except NotApplicable:
            continue
        except Inconclusive as reason:
            unsure[label(requirement)] = str(reason)
        if findings:
            found[label(requirement)] = findings
    return found, unsure


@pytest.mark.parametrize("server", GOOD, ids=lambda one: one.name)
def test_a_right_server_has_no_finding(server: Server) -> None:
    with server.start() as port:
        hosts = hosts_of(server, port)
        found, unsure = verdicts(hosts)
    assert not found
    assert not unsure
    assert all(one.versions and one.chains for one in hosts.each())


@pytest.mark.parametrize("server", [*DEFECTIVE, *MUTUAL], ids=lambda one: one.name)
def test_a_defect_is_found_by_exactly_its_checks(server: Server) -> None:
    with server.start() as port:
        found, _ = verdicts(hosts_of(server, port))
    shown = {name: [f"{one.expected} / {one.actual}" for one in findings] for name, findings in found.items()}
    assert set(found) == set(server.kills), shown


def test_every_check_is_killed_by_a_server() -> None:
    killed = {name for server in (*DEFECTIVE, *MUTUAL) for name in server.kills}
    elsewhere = {"key_of_its_own", "same_on_every_address", "session_stays_with_its_name"}
    elsewhere.add("forwarded_certificate_ignored")
    assert {label(one) for one in requirements()} - killed <= elsewhere
    assert len(DEFECTIVE) + len(MUTUAL) >= 45
