"""What is judged over hosts and addresses, how fast, and that every connection passes the dialler."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import ExitStack

import pytest

from conformance.checks.tls import certificate, handshake, mutual, protocol, suites
from conformance.errors import ConfigurationError, Inconclusive, NotApplicable, Refused, Unreachable
from conformance.registry import all_checks
from conformance.tls.certificate import Trust, names_host
from conformance.tls.codes import GROUPS, group_bits
from conformance.tls.facts import Endpoint
from conformance.tls.hosts import TlsHosts
from conformance.tls.line import Direct, Limits
from conformance.tls.policy import policies, policy, read
from conformance.tls.suites import by_name, suite
from tests.ports import free_port
from tests.tls import stacks
from tests.tls.authority import ROOT, client, good, rsa_key
from tests.tls.canned import Canned
from tests.tls.test_matrix import requirements, verdicts

SHORT = Limits(handshake=0.6, total=4.0)


def here(port: int, address: str = "127.0.0.1", host: str = "localhost") -> Endpoint:
    return Endpoint(host, port, address)


def test_a_connection_reset_at_once_counts_as_reached() -> None:
    class Resetting(Direct):
        def dial(self, host: str, port: int, timeout: float) -> socket.socket:
            raise ConnectionResetError(104, f"{host}:{port} {timeout}")

    hosts = TlsHosts([here(443)], dialler=Resetting())
    assert [one.actual for one in protocol.offered(hosts)] == [
        "first contact: reset [Errno 104] 127.0.0.1:443 5.0"
    ]


S_SERVER = stacks.openssl("-cipher", "ECDHE+AESGCM", "-min_protocol", "TLSv1.2")


@pytest.mark.parametrize(
    "start", [lambda: stacks.python(lambda: stacks.context()), S_SERVER], ids=["python", "s_server -www"]
)
def test_one_host_takes_less_than_a_second(start: stacks.Start) -> None:
    all_checks()
    requirements()
    with start() as port:
        assert 0 < quickest([port], 1.0) < 1.0


def test_twenty_endpoints_take_less_than_ten_seconds() -> None:
    with ExitStack() as stack:
        ports = [stack.enter_context(stacks.python(lambda: stacks.context())) for _ in range(20)]
        assert 0 < quickest(ports, 10.0) < 10.0


def quickest(ports: list[int], wanted: float) -> float:
    """The seconds that right hosts take, at best of up to three times where a busy machine takes longer."""
    took: list[float] = []
    while len(took) < 3 and min(took, default=wanted) >= wanted:
        hosts = TlsHosts([here(port) for port in ports], trust=ROOT.trust)
        before = time.monotonic()
        found, unsure = verdicts(hosts)
        took.append(time.monotonic() - before)
        assert len(hosts.each()) == len(ports)
        assert not found
        assert not unsure
    return min(took)


class Counting(Direct):
    """Counts what is open at once."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []
        self.open = 0
        self.most = 0
        self.lock = threading.Lock()

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        counting = self

        class Counted(socket.socket):
            def close(self) -> None:
                if self.fileno() >= 0:
                    with counting.lock:
                        counting.open -= 1
                super().close()

        plain = super().dial(host, port, timeout)
        with self.lock:
            self.dialled.append((host, port))
            self.open += 1
            self.most = max(self.most, self.open)
        return Counted(plain.family, plain.type, plain.proto, fileno=plain.detach())


def test_every_connection_is_dialled_by_the_owner_one_at_a_time() -> None:
    dialler = Counting()
    with stacks.canned(Canned()) as port:
        facts = TlsHosts([here(port)], dialler=dialler).each()[0]
    assert len(dialler.dialled) == facts.connections > 10
    assert set(dialler.dialled) == {("127.0.0.1", port)}
    assert dialler.most == 1


def test_facts_are_gathered_once() -> None:
    dialler = Counting()
    with stacks.canned(Canned()) as port:
        hosts = TlsHosts([here(port)], dialler=dialler)
        hosts.each()
        dialled = len(dialler.dialled)
        assert hosts.each()[0].speaks_tls
    assert len(dialler.dialled) == dialled


def test_a_host_that_the_owner_holds_back_is_unreachable_and_no_finding() -> None:
    class Holding(Direct):
        def dial(self, host: str, port: int, timeout: float) -> socket.socket:
            raise Refused(f"{host}:{port} is not of the target ({timeout:.0f} s)")

    with pytest.raises(Unreachable, match="is not of the target"):
        list(protocol.offered(TlsHosts([here(443)], dialler=Holding())))


def test_an_address_without_a_route_is_no_finding() -> None:
    with stacks.canned(Canned()) as port:
        hosts = TlsHosts([here(port), here(port, "2001:db8::1")], limits=SHORT)
        assert [one.endpoint.address for one in hosts.each()] == ["127.0.0.1"]
        assert not list(protocol.offered(hosts))


def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="refused"):
        TlsHosts([here(free_port())]).each()


def test_the_number_of_connections_is_capped_and_the_case_inconclusive() -> None:
    with stacks.canned(Canned()) as port:
        hosts = TlsHosts([here(port)], limits=Limits(connections=5))
        assert hosts.each()[0].connections == 5
        with pytest.raises(Inconclusive, match="spent"):
            list(protocol.no_version_below(hosts, floor="TLSv1.2"))


def test_time_that_the_owner_makes_a_connection_wait_is_not_held_against_the_host() -> None:
    class Slow(Direct):
        def wait_turn(self) -> None:
            time.sleep(0.05)

    with stacks.canned(Canned()) as port:
        facts = TlsHosts([here(port)], dialler=Slow(), limits=Limits(total=1.0)).each()[0]
    assert facts.connections * 0.05 > 1.0
    assert "spent" not in {one.kind for one in facts.troubles}


def test_two_addresses_that_differ_are_a_finding() -> None:
    with (
        stacks.canned(Canned()) as port,
        stacks.python(lambda: stacks.context(), host="127.0.0.2", port=port),
    ):
        hosts = TlsHosts([here(port), here(port, "127.0.0.2")], trust=ROOT.trust)
        found = list(protocol.same_on_every_address(hosts))
    assert [one.at for one in found] == [f"localhost:{port}"]


def test_two_addresses_that_agree_are_none() -> None:
    with stacks.canned(Canned()) as port:
        hosts = TlsHosts([here(port), here(port, host="127.0.0.1")], trust=ROOT.trust)
        assert not list(protocol.same_on_every_address(hosts))


def test_one_key_in_the_certificates_of_two_hosts_is_a_finding() -> None:
    other = ROOT.issue(names=("127.0.0.1",), key=rsa_key())
    with stacks.python(lambda: stacks.context()) as one, stacks.python(lambda: stacks.context(other)) as two:
        hosts = TlsHosts([here(one), here(two, host="127.0.0.1")], trust=ROOT.trust)
        assert [found.at for found in certificate.key_of_its_own(hosts)] == [f"127.0.0.1:{two}"]


def test_one_certificate_for_two_hosts_is_none() -> None:
    with stacks.python(lambda: stacks.context()) as one:
        hosts = TlsHosts([here(one), here(one, host="127.0.0.1")], trust=ROOT.trust)
        assert not list(certificate.key_of_its_own(hosts))


def by_names(shared: bool) -> ssl.SSLContext:
    """One port for one.test and two.test; with ``shared`` a session of either serves both."""
    contexts = {
        name: stacks.context(
            ROOT.issue(names=(name,), key=rsa_key(2048, number)), high=ssl.TLSVersion.TLSv1_2
        )
        for number, name in enumerate(("one.test", "two.test"))
    }

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        if name not in contexts:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = contexts[name]
        return None

    front = stacks.context(high=ssl.TLSVersion.TLSv1_2)
    front.sni_callback = choose
    if not shared:
        front.options |= ssl.OP_NO_TICKET
    return front


@pytest.mark.parametrize("shared", [True, False])
def test_a_session_that_another_host_takes_up_is_a_finding(shared: bool) -> None:
    with stacks.python(lambda: by_names(shared)) as port:
        hosts = TlsHosts([here(port, host="one.test"), here(port, host="two.test")], trust=ROOT.trust)
        found = list(handshake.session_stays_with_its_name(hosts))
    places = [f"{name}.test:{port} at 127.0.0.1" for name in ("one", "two")]
    assert [one.at for one in found] == (places if shared else [])


def test_hosts_under_one_certificate_may_share_sessions() -> None:
    both = ROOT.issue(names=("one.test", "two.test"))
    with stacks.python(lambda: stacks.context(both)) as port:
        hosts = TlsHosts([here(port, host="one.test"), here(port, host="two.test")], trust=ROOT.trust)
        with pytest.raises(NotApplicable, match="no two hosts"):
            list(handshake.session_stays_with_its_name(hosts))


@pytest.mark.parametrize("shared", [True, False])
def test_a_session_begun_where_nobody_is_asked_opens_no_path_that_needs_a_certificate(shared: bool) -> None:
    def asking() -> ssl.SSLContext:
        return stacks.context(clients=ssl.CERT_OPTIONAL)

    def guarded(tls: ssl.SSLSocket) -> bytes:
        return stacks.JSON if tls.getpeercert() or tls.session_reused else stacks.DENIED

    gate = asking()
    street = gate if shared else asking()
    with (
        stacks.python(lambda: gate, stacks.reads_first(guarded)) as inside,
        stacks.python(lambda: street) as outside,
    ):
        places = [here(inside), here(outside)]
        own = {"good": client().identity}
        hosts = TlsHosts(places, trust=ROOT.trust, identities=own, mutual_paths={here(inside): "/"})
        (seen,) = hosts.mutual()
        found = list(mutual.resumption_without_identity(hosts))
    visit = seen.attempts[f"resumed_from localhost:{outside} at 127.0.0.1"]
    assert str(visit) == ("HTTP 200" if shared else "not resumed")
    assert len(found) == 1


def test_a_certificate_under_no_trusted_root_is_incomplete_when_it_comes_alone() -> None:
    with stacks.python(lambda: stacks.context()) as port:
        facts = TlsHosts([here(port)]).each()[0]
    assert [chain.problem for chain in facts.chains] == ["incomplete"]


def test_mutual_checks_do_not_apply_without_a_declared_path() -> None:
    with stacks.canned(Canned()) as port, pytest.raises(NotApplicable):
        list(mutual.client_certificate_required(TlsHosts([here(port)])))


def test_refusals_prove_nothing_when_the_right_client_is_refused_too() -> None:
    start = stacks.nginx(
        f"ssl_client_certificate {ROOT.file}; ssl_verify_client on; ssl_verify_depth 0; return 403;"
    )
    with start() as port:
        endpoint = here(port)
        hosts = TlsHosts(
            [endpoint], trust=ROOT.trust, identities={"good": client().identity}, mutual_paths={endpoint: "/"}
        )
        with pytest.raises(Inconclusive, match="the right client certificate got"):
            list(mutual.self_signed_client_refused(hosts))


def test_mozilla_modern_wants_tls_1_3_alone_and_intermediate_does_not() -> None:
    with stacks.python(lambda: stacks.context()) as port:
        hosts = TlsHosts([here(port)], trust=ROOT.trust)
        modern = [one.expected for one in suites.within_policy(hosts, policy_name="mozilla-modern")]
    assert modern[0] == "versions of Mozilla modern: TLSv1.3"
    with stacks.nginx()() as port:
        assert not list(suites.within_policy(TlsHosts([here(port)]), policy_name="mozilla-intermediate"))
        assert not list(suites.within_policy(TlsHosts([here(port)]), policy_name="fapi2"))


def test_policies_name_their_document_and_version() -> None:
    assert {"rfc9325", "fapi1-advanced", "fapi2", "mozilla-intermediate", "mozilla-modern"} <= set(policies())
    assert all(one.version and one.source for one in policies().values())
    with pytest.raises(ConfigurationError, match="no TLS policy"):
        policy("unheard-of")
    entry = {
        "title": "",
        "version": 1,
        "source": "",
        "versions": ["TLSv1.2"],
        "suites": {"TLSv1.2": ["NO_SUCH"]},
    }
    with pytest.raises(ConfigurationError, match="NO_SUCH"):
        read("mine", entry)


@pytest.mark.parametrize(
    ("names", "host", "held"),
    [
        (("api.bank.hk",), "API.bank.hk", True),
        (("*.bank.hk",), "api.bank.hk", True),
        (("*.bank.hk",), "bank.hk", False),
        (("*.bank.hk",), "a.b.bank.hk", False),
        (("*",), "localhost", False),
        (("*.hk",), "bank.hk", False),
        (("a*.bank.hk",), "api.bank.hk", False),
        (("api.bank.hk.",), "api.bank.hk", True),
        (("127.0.0.1",), "127.0.0.1", True),
        ((), "api.bank.hk", False),
    ],
)
def test_names_are_matched_as_rfc_9525_says(names: tuple[str, ...], host: str, held: bool) -> None:
    assert names_host(names, host) is held


@pytest.mark.parametrize(
    ("name", "bits", "weaknesses"),
    [
        ("ECDHE_RSA_WITH_AES_128_GCM_SHA256", 128, set()),
        ("RSA_EXPORT_WITH_RC4_40_MD5", 40, {"export", "md5", "no-aead", "rc4", "static-rsa"}),
        ("DH_anon_WITH_AES_128_CBC_SHA", 128, {"anonymous", "cbc", "no-aead", "sha1-mac"}),
        ("RSA_WITH_3DES_EDE_CBC_SHA", 112, {"3des", "cbc", "no-aead", "sha1-mac", "static-rsa"}),
        ("ECDHE_ECDSA_WITH_AES_128_CCM_8", 128, {"short-tag"}),
        ("PSK_WITH_NULL_SHA", 0, {"null", "psk", "no-aead", "sha1-mac"}),
    ],
)
def test_a_suite_is_known_by_its_name(name: str, bits: int, weaknesses: set[str]) -> None:
    found = suite(by_name()[name])
    assert (found.bits, set(found.weaknesses)) == (bits, weaknesses)


def test_every_group_has_a_size() -> None:
    assert {name: group_bits(name) for name in GROUPS.values() if not 150 < group_bits(name) <= 8192} == {}
    assert (group_bits("brainpoolP256r1tls13"), group_bits("ffdhe2048"), group_bits("sect283k1")) == (
        256,
        2048,
        283,
    )


def test_the_facts_are_plain_data_with_names() -> None:
    with stacks.python(lambda: stacks.context(good())) as port:
        shown = json.loads(json.dumps(TlsHosts([here(port)], trust=ROOT.trust).each()[0].to_json()))
    assert [one["name"] for one in shown["versions"]] == ["TLSv1.3", "TLSv1.2"]
    assert "ECDHE_RSA_WITH_AES_128_GCM_SHA256" in shown["versions"][1]["suites"]
    assert shown["chains"][0]["certificates"][0]["names"] == ["localhost", "127.0.0.1", "127.0.0.2"]
    assert shown["resumption"]["tls13"] is True


def test_a_default_certificate_for_strangers_is_not_the_one_judged() -> None:
    right, other = stacks.context(), stacks.context(ROOT.issue(names=("other.example",), days=1))

    def by_name(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name == "localhost":
            connection.context = right

    other.sni_callback = by_name
    with stacks.python(lambda: other) as port:
        hosts = TlsHosts([here(port)], trust=ROOT.trust)
        found, unsure = verdicts(hosts)
        shown = {one.asked: one.leaf for one in hosts.each()[0].names}
    assert not found
    assert not unsure
    assert shown[""] == shown["unknown.invalid"] != hosts.each()[0].chains[0].certificates[0].sha256


def test_without_any_root_no_certificate_is_blamed() -> None:
    with stacks.canned(Canned()) as port, pytest.raises(Inconclusive, match="no trusted authority"):
        list(certificate.certificate_trusted(TlsHosts([here(port)], trust=Trust(()))))


def test_sessions_of_a_host_that_needs_a_certificate_are_seen_with_the_target_s_own() -> None:
    needs = stacks.haproxy(f"ca-file {ROOT.file} verify required ssl-max-ver TLSv1.2")
    with needs() as port:
        own = {"good": client().identity}
        hosts = TlsHosts([here(port)], trust=ROOT.trust, identities=own, mutual_paths={here(port): "/"})
        with_own, without = hosts.each()[0], TlsHosts([here(port)], trust=ROOT.trust).each()[0]
    assert with_own.resumption.by_id is True
    assert not with_own.troubles
    assert without.resumption.by_id is None
