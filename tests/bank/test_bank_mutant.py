"""Mutants are registered under the name of their function and make a faulty bank."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from werkzeug.test import Client

from conformance.bank import mutant as registry
from conformance.bank.app import Bank
from conformance.bank.mutant import Mutant, all_mutants, mutant
from conformance.bank.policy import Policy


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Mutant]:
    """Keep the mutants of these tests out of the registry that all tests share."""
    mutants: dict[str, Mutant] = {}
    monkeypatch.setattr(registry, "_registry", mutants)
    return mutants


def test_a_mutant_of_the_policy_is_a_bank_that_decides_otherwise(registered: dict[str, Mutant]) -> None:
    @mutant("http.server_header", "http.no_version")
    def server_told(policy: Policy) -> Policy:
        """The Server header gives the version.

        More is not shown in lists.
        """
        return policy.evolve("http.server", "nginx/1.1")

    found = registered["server-told"]
    assert (found.name, found.summary) == ("server-told", "The Server header gives the version.")
    assert (found.kills, found.scope) == (("http.server_header", "http.no_version"), "test_bank_mutant")
    assert found.policy(Policy()) == Policy().evolve("http.server", "nginx/1.1")
    assert Client(found.apply(Policy(), Bank)).get("/atms").headers["Server"] == "nginx/1.1"
    assert server_told(Policy()) != Policy()


def test_a_mutant_of_the_wire_wraps_the_application(registered: dict[str, Mutant]) -> None:
    @mutant("http.complete_body")
    def truncated(app: WSGIApplication) -> WSGIApplication:
        """Bodies end early."""

        def cut(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            return [b"".join(app(environ, start_response))[:10]]

        return cut

    found = registered["truncated"]
    assert found.policy(Policy()) == Policy()
    assert Client(found.apply(Policy(), Bank)).get("/atms").data == b'{"data":[{'


@pytest.mark.usefixtures("registered")
def test_a_name_is_used_once() -> None:
    def same(policy: Policy) -> Policy:
        """The same name."""
        return policy

    mutant("a.b")(same)
    with pytest.raises(ValueError, match=r"mutant same of .* is already defined in"):
        mutant("a.b")(same)


@pytest.mark.usefixtures("registered")
def test_a_mutant_names_a_check_a_fault_and_its_kind() -> None:
    def silent(policy: Policy) -> Policy:
        return policy

    def odd(bank: Policy) -> Policy:
        """An unknown kind."""
        return bank

    with pytest.raises(ValueError, match="at least one check"):
        mutant()
    with pytest.raises(ValueError, match="no docstring"):
        mutant("a.b")(silent)
    with pytest.raises(ValueError, match="`policy` or `app`"):
        mutant("a.b")(odd)


def test_a_mutant_that_changes_nothing_is_refused(registered: dict[str, Mutant]) -> None:
    @mutant("a.b")
    def idle(policy: Policy) -> Policy:
        """Nothing is wrong."""
        return policy

    with pytest.raises(ValueError, match="idle changes nothing"):
        registered["idle"].apply(Policy(), Bank)


def test_all_mutants_come_in_order_of_scope_and_name() -> None:
    found = all_mutants()
    assert list(found) == sorted(found, key=lambda each: (each.scope, each.name))
