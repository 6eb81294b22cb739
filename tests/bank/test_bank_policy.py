"""Every decision of the bank's policy shows in an answer."""

from __future__ import annotations

import re
import time
from dataclasses import fields, replace
from typing import Any

import pytest
from werkzeug.test import Client

from conformance.bank.app import Bank
from conformance.bank.http_policy import HttpPolicy
from conformance.bank.policy import Policy
from conformance.bank.products.policy import ProductPolicy

NOW = 1_767_236_400.0
ZH, CN = {"Accept-Language": "zh-HK"}, {"Accept-Language": "zh-CN"}
ID, SECRET = "reference-tsp", "reference-tsp-secret"
KNOWN = {"If_None_Match": "known"}
Case = tuple[str, Any, str, str, dict[str, str]]


def case(field: str, value: Any, path: str, method: str = "GET", **headers: str) -> Case:
    return field, value, path, method, {name.replace("_", "-"): text for name, text in headers.items()}


CORS = (
    "any",
    "reflects",
    "reflects-unvaried",
    "reflects-with-credentials",
    "any-with-credentials",
    "null",
    "two",
)
CASES: list[Case] = [
    *[
        case("error_shape", shape, "/x")
        for shape in ("flat", "text", "html", "xml", "empty", "list", "gateway")
    ],
    case("error_media_type", "text/html", "/x"),
    *[case("error_discloses", what, "/x") for what in ("stack", "sql", "version", "path", "secret")],
    case("error_reflects_request", True, "/<b>x"),
    case("error_code_absent", True, "/x"),
    case("error_message_absent", True, "/x"),
    case("error_code_contradicts", True, "/x"),
    case("error_status_is_200", True, "/x"),
    case("error_cache_control", "public", "/x"),
    case("error_content_language", "zh-Hant", "/x"),
    *[case("unknown_path_status", status, "/x") for status in (200, 302, 500)],
    *[case("unknown_method_status", status, "/atms", "POST") for status in (200, 404, 500)],
    *[case("bad_request_status", status, "/atms?page=0") for status in (200, 500)],
    case("allow_absent", True, "/atms", "POST"),
    case("allow_lies", True, "/atms", "OPTIONS"),
    case("write_methods_accepted", True, "/atms", "DELETE"),
    case("method_override", "header", "/atms", "GET", X_HTTP_Method="DELETE"),
    case("method_override", "parameter", "/atms?_method=DELETE"),
    case("family_ignored", True, "/retail/mortgages"),
    case("trace_enabled", True, "/atms", "TRACE"),
    case("head_status", 405, "/atms", "HEAD"),
    case("head_length_wrong", True, "/atms", "HEAD"),
    *[case("options_status", status, "/atms", "OPTIONS") for status in (200, 405, 500)],
    case("exposed_paths", ("/actuator/env",), "/actuator/env"),
    case("redirect_parameter", "next", "/atms?next=https://elsewhere.example"),
    case("redirects_slash_to_http", True, "/atms/"),
    *[case("plain_http", what, "/atms") for what in ("refused", "loops")],
    case("accept_ignored", True, "/atms", Accept="text/csv"),
    case("accept_crashes", True, "/atms", Accept="text/csv"),
    case("media_type", "text/html", "/atms"),
    case("strict_transport_security", "", "/atms"),
    case("content_type_options", "", "/atms"),
    case("content_security_policy", "", "/atms"),
    case("referrer_policy", "unsafe-url", "/atms"),
    case("headers_missing_on_errors", True, "/x"),
    case("server", "Apache/2.4.49 (Unix)", "/atms"),
    case("powered_by", "PHP/5.6", "/atms"),
    case("cookie", "session=1", "/atms"),
    *[case("cors", kind, "/atms", Origin="https://elsewhere.example") for kind in CORS],
    *[
        case("preflight", kind, "/atms", "OPTIONS", Access_Control_Request_Method="X")
        for kind in ("echoes", "fails")
    ],
    case("extra_headers", (("Age", "-1"), ("Date", "now")), "/atms"),
    case("byte_order_mark", True, "/atms"),
    *[case("content_coding", kind, "/atms", Accept_Encoding="gzip") for kind in ("asked", "asked-unvaried")],
    case("content_coding", "always", "/atms", Accept_Encoding="identity"),
    case("crashes_on_address", 100, f"/atms?x={'a' * 100}"),
    case("crashes_on_header", 100, "/atms", X_Padding="a" * 101),
    case("crashes_on_coded_body", True, "/x", "POST", Content_Encoding="gzip"),
    *[case("request_id", kind, "/atms", X_Request_Id="mine") for kind in ("absent", "constant", "reflected")],
    case("date_offset", 3600, "/atms"),
    case("date_absent", True, "/atms"),
    case("cache_control", "", "/atms"),
    *[case("etag", kind, "/atms") for kind in ("weak", "absent", "changes", "constant", "path", "unquoted")],
    case("if_none_match_ignored", True, "/atms", **KNOWN),
    case("any_if_none_match", True, "/atms", If_None_Match='"other"'),
    case("not_modified_lacks_etag", True, "/atms", **KNOWN),
    case("vary", "", "/atms"),
    case("crashes_on", "'", "/atms?name='"),
    case("fails_every", 1, "/atms"),
    case("edits", (), "/atms"),
    case("access", "header-pair", "/atms"),
    case("clients", (("other", "secret"),), "/atms", ClientID=ID, ClientSecret=SECRET),
    case("client_unchecked", True, "/atms", ClientID="other", ClientSecret=SECRET),
    case("secret_unchecked", True, "/atms", ClientID=ID),
    case("secret_prefix_suffices", True, "/atms", ClientID=ID, ClientSecret="reference"),
    case("credentials_unchecked", True, "/atms", ClientID="other", ClientSecret="wrong"),
    case("credentials_in_query_accepted", True, f"/atms?ClientID={ID}&ClientSecret={SECRET}"),
    case("unprotected", ("other.*",), "/atms"),
    case("detail_unprotected", True, "/atms/atm-central-1"),
    case("head_unprotected", True, "/atms", "HEAD"),
    case("conditional_unprotected", True, "/atms", If_None_Match='"x"'),
    *[
        case("ungated_spellings", ("slashes", "case", "parameters", "dots", "encoding"), path)
        for path in (
            "/ATMs",
            "/atms//",
            "/atms;a=b",
            "/atms.json",
            "/./atms",
            "/x/../atms",
            "/%2561tms",
            "/atms%00",
            "/x/..;/atms",
        )
    ],
    case("refusal_status", 403, "/atms"),
    case("refusal_carries_data", True, "/atms"),
    case("challenge_absent", True, "/atms"),
    case("refusal_echoes_secret", True, "/atms", ClientID=ID, ClientSecret="wrong"),
    case("refusal_tells_which", True, "/atms", ClientID=ID, ClientSecret="wrong"),
    case("missing", ("other.atm",), "/atms"),
    case("failing", ("other.*",), "/atms"),
    case("empty", ("other.atm",), "/atms"),
    *[case("maintenance", kind, "/atms") for kind in ("refused", "page")],
    case("language_ignored", True, "/atms", **ZH),
    case("sc_served_as_tc", True, "/atms", **CN),
    case("tc_served_as_sc", True, "/atms", **ZH),
    case("chinese_labelled_only", True, "/atms", **ZH),
    case("language_quality_ignored", True, "/atms", Accept_Language="en;q=0.1, zh-HK"),
    case("language_variants_unknown", True, "/atms", **ZH),
    *[case("unknown_language_status", status, "/atms", Accept_Language="fr") for status in (406, 500)],
    case("content_language_absent", True, "/atms"),
    case("content_language_constant", True, "/atms", **ZH),
    *[case("envelope", kind, "/atms") for kind in ("array", "row")],
    case("data_name", "dataa", "/atms"),
    case("meta_absent", True, "/atms"),
    case("misshapen", ("other.branch",), "/atms"),
    case("default_page_size", 5, "/atms"),
    case("page_size_limit", 10, "/atms?page_size=20"),
    case("page_size_capped", 10, "/atms?page_size=20"),
    case("ignores_page_size", True, "/atms?page_size=20"),
    case("ignores_page", True, "/atms?page_size=20&page=2"),
    case("pages_from_zero", True, "/atms?page_size=5"),
    case("total_wrong", 1, "/atms"),
    case("total_is_page_count", True, "/atms?page_size=5"),
    case("page_echo_wrong", True, "/atms?page_size=5&page=2"),
    case("page_size_echo_wrong", True, "/atms?page_size=5"),
    case("page_two_repeats", True, "/atms?page_size=5&page=2"),
    case("pages_overlap", True, "/atms?page_size=5&page=2"),
    case("pages_skip", True, "/atms?page_size=5"),
    case("order_changes", True, "/atms"),
    *[
        case("next_link", kind, "/atms?page_size=5&name=a", X_Forwarded_Host="elsewhere.example")
        for kind in ("absent", "repeats", "other-host", "request-host", "forwarded-host", "drops-filter")
    ],
    case("next_link", "endless", "/atms"),
    *[case("beyond_last", kind, "/atms?page=9") for kind in ("refused", "repeats", "fails")],
    case("unknown_parameter_ignored", True, "/atms?x=1"),
    case("bad_value_ignored", True, "/atms?page=x"),
    case("page_zero_accepted", True, "/atms?page=0"),
    case("oversize_accepted", True, "/atms?page_size=101"),
    case("repeated_parameter_accepted", True, "/atms?page=1&page=2"),
    case("filter_ignored", True, "/atms?id=atm-central-1"),
    case("filter_total_wrong", True, "/atms?id=atm-central-1"),
    *[case("no_match_status", status, "/atms?id=none") for status in (404, 500)],
    case("name_filter_echoed", True, "/atms?name=<b>"),
    case("detail_missing", True, "/atms/atm-central-1"),
    case("detail_disagrees", True, "/atms/atm-central-1"),
    *[case("unknown_id_status", status, "/atms/none") for status in (200, 500)],
    case("fx_age", -3600, "/fx-rates"),
]
# What a decision needs beside it to be asked at all.
REGISTERING = {
    "clients",
    "client_unchecked",
    "secret_unchecked",
    "secret_prefix_suffices",
    "credentials_unchecked",
    "credentials_in_query_accepted",
    "unprotected",
    "detail_unprotected",
    "head_unprotected",
    "refusal_status",
    "challenge_absent",
    "refusal_echoes_secret",
    "refusal_tells_which",
    "refusal_carries_data",
    "conditional_unprotected",
    "ungated_spellings",
}
HTTP = {each.name for each in fields(HttpPolicy)}


def answer(policy: Policy, path: str, method: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
    client = Client(Bank(policy, clock=lambda: NOW))
    if headers.get("If-None-Match") == "known":
        headers = {**headers, "If-None-Match": client.get("/atms").headers["ETag"]}
    response = client.open(path, method=method, headers=headers)
    told = str(sorted(response.headers.items()))
    if policy.http.request_id == "fresh":
        told = re.sub(r"'X-Request-Id', '[^']*'", "", told)
    return response.status_code, told, response.data


def changed(field: str, value: Any) -> tuple[Policy, Policy]:
    """Give the policy before and after one decision."""
    before = Policy()
    if field in REGISTERING:
        before = before.evolve("products.access", "header-pair")
    if field == "misshapen":
        before = before.evolve("products.meta_absent", True)
    if field == "edits":
        return before, before.edit_rows("other.atm", lambda row, _: row | {"kind": "teller"})
    return before, before.evolve(f"{'http' if field in HTTP else 'products'}.{field}", value)


@pytest.mark.parametrize(
    ("field", "value", "path", "method", "headers"),
    CASES,
    ids=[f"{case[0]}-{case[1]}"[:60] for case in CASES],
)
def test_the_decision_shows(field: str, value: Any, path: str, method: str, headers: dict[str, str]) -> None:
    before, after = changed(field, value)
    assert answer(before, path, method, headers) == answer(before, path, method, headers)
    assert answer(after, path, method, headers) != answer(before, path, method, headers)


def test_every_decision_has_a_case() -> None:
    decisions = HTTP | {each.name for each in fields(ProductPolicy)}
    # Waiting, the length of an interval and request bodies have tests of their own below.
    own = {"delay", "fx_interval", "crashes_on_body", "conflicting_lengths_accepted"}
    own |= {"token_life", "token_life_unit", "token_uses"}
    assert decisions - {each[0] for each in CASES} == own


def test_the_bank_waits_as_long_as_its_policy_says() -> None:
    client = Client(Bank(Policy().evolve("http.delay", 0.05)))
    start = time.perf_counter()
    client.get("/x")
    assert time.perf_counter() - start >= 0.05


def test_a_token_is_good_for_as_long_and_as_often_as_the_policy_says() -> None:
    clock = [1000.0]
    policy = Policy().evolve("products.access", "bearer").evolve("products.token_life", 60)
    policy = policy.evolve("products.token_life_unit", 1000).evolve("products.token_uses", 2)
    client = Client(Bank(policy, clock=lambda: clock[0]))
    form = {"grant_type": "client_credentials", "client_id": "reference-tsp"}
    wrong = client.post("/registered-clients/token", data=form)
    assert wrong.status_code == 401
    given = client.post("/registered-clients/token", data=form | {"client_secret": "reference-tsp-secret"})
    assert given.json is not None
    assert given.json["expires_in"] == 60_000
    shown = {"Authorization": f"Bearer {given.json['access_token']}"}
    assert [client.get("/atms", headers=shown).status_code for _ in range(3)] == [200, 200, 401]
    again = client.post("/registered-clients/token", data=form | {"client_secret": "reference-tsp-secret"})
    assert again.json is not None
    clock[0] += 60
    late = {"Authorization": f"Bearer {again.json['access_token']}"}
    assert client.get("/atms", headers=late).status_code == 401


def test_a_long_body_breaks_the_bank_where_the_policy_says_so() -> None:
    client = Client(Bank(Policy().evolve("http.crashes_on_body", 100)))
    assert [client.post("/x", data=b"a" * size).status_code for size in (100, 101)] == [404, 500]


def test_two_lengths_of_a_body_are_refused_unless_the_policy_takes_them() -> None:
    def status(policy: Policy) -> int:
        both = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "12"}
        return Client(Bank(policy)).post("/x", environ_overrides=both).status_code

    assert status(Policy()) == 400
    assert status(Policy().evolve("http.conflicting_lengths_accepted", True)) == 404


def test_rates_keep_their_time_for_one_interval() -> None:
    now = [NOW]
    client = Client(Bank(Policy().evolve("products.fx_interval", 10), clock=lambda: now[0]))
    first = client.get("/fx-rates").headers["ETag"]
    now[0] += 9
    assert client.get("/fx-rates").headers["ETag"] == first
    now[0] += 1
    assert client.get("/fx-rates").headers["ETag"] != first


@pytest.mark.parametrize("path", ["/ATMs", "/atms//", "/atms;a=b", "/./atms", "/%2561tms", "/x/..;/atms"])
def test_another_spelling_reaches_the_data_past_the_gate_only_where_the_policy_says_so(path: str) -> None:
    closed = Policy().evolve("products.access", "header-pair")
    spellings = ("slashes", "case", "parameters", "dots", "encoding")
    assert Client(Bank(closed)).get(path).status_code == 404
    assert Client(Bank(closed.evolve("products.ungated_spellings", spellings))).get(path).status_code == 200


def test_some_requests_fail_where_the_policy_says_so() -> None:
    client = Client(Bank(Policy().evolve("http.fails_every", 3)))
    assert [client.get("/atms").status_code for _ in range(6)] == [200, 200, 500, 200, 200, 500]


def test_an_unknown_decision_is_named_with_those_that_exist() -> None:
    with pytest.raises(AttributeError, match=r"no decision 'http.hsts'.*strict_transport_security"):
        Policy().evolve("http.hsts", "")
    with pytest.raises(AttributeError, match="no parts"):
        Policy().evolve("http.server.name", "")


def test_a_change_leaves_the_policy_as_it_was() -> None:
    policy = Policy()
    assert policy.evolve("http.server", "x").evolve("products.total_wrong", 1) != policy == Policy()
    assert replace(policy, http=HttpPolicy(server="x")) == policy.evolve("http.server", "x")


def test_a_list_edit_comes_before_paging_and_a_row_edit_reaches_the_detail() -> None:
    policy = Policy().edit_list("other.atm", lambda rows, _: rows[:3])
    client = Client(Bank(policy.edit_rows("other.*", lambda row, language: row | {"name": language})))
    listed = client.get("/atms?page_size=2", headers=ZH).json
    assert listed
    assert listed["meta"] == {"total": 3, "page": 1, "page_size": 2}
    assert [row["name"] for row in listed["data"]] == ["tc", "tc"]
    detail = client.get("/atms/atm-central-1").json
    assert detail
    assert detail["data"]["name"] == "en"
    untouched = Client(Bank()).get("/atms/atm-central-1").json
    assert untouched
    assert untouched["data"]["name"] == "Central ATM"
