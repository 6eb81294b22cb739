"""Each host and port that a bank names is probed once, with all its uses."""

from __future__ import annotations

from conformance.tls.endpoints import endpoints
from conformance.tls.facts import Endpoint


def test_a_place_is_named_once_with_all_its_uses() -> None:
    named = [
        ("base_url", "https://api.bank.hk/v1"),
        ("token_endpoint", "https://AUTH.bank.hk:8443/token"),
        ("jwks_uri", "https://auth.bank.hk:8443/keys"),
        ("server", "https://api.bank.hk:443/v2"),
        ("tls_endpoints", "[2001:db8::1]:9443"),
        ("tls_endpoints", "mtls.bank.hk"),
    ]
    assert endpoints(named) == (
        Endpoint("api.bank.hk", 443, uses=("base_url", "server")),
        Endpoint("auth.bank.hk", 8443, uses=("token_endpoint", "jwks_uri")),
        Endpoint("2001:db8::1", 9443, uses=("tls_endpoints",)),
        Endpoint("mtls.bank.hk", 443, uses=("tls_endpoints",)),
    )


def test_what_has_no_tls_or_makes_no_sense_is_left_out() -> None:
    named = [("a", "http://bank.hk"), ("b", "https://[::1"), ("c", ""), ("d", "https://bank.hk:99999")]
    assert endpoints(named) == ()


def test_a_server_name_is_a_name_and_no_address() -> None:
    assert Endpoint("api.bank.hk.", 443).server_name == "api.bank.hk"
    assert Endpoint("2001:db8::1", 443).server_name == ""
    assert Endpoint("bücher.example", 443).server_name == "xn--bcher-kva.example"
