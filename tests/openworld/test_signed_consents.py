"""Banks that want a request for a consent signed, with header fields and JWS members of their own."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from conformance import jose
from conformance.conduct import Scope, prepare
from conformance.model import Request, Verdict
from conformance.run import judge
from conformance.session import open_session
from conformance.target import Target
from conformance.wire import MemoryWire
from conformance.writing.settings import Signing
from conformance.writing.signature import signed
from tests.openworld.tram.bank import Tram
from tests.openworld.tram.file import described

CHECK = "payment.token_is_needed"


def test_a_consent_is_signed_and_has_the_header_fields_of_the_file_where_the_bank_wants_it() -> None:
    data, seen = described(), []
    data["headers"] = {"X-Branch": "028"}
    data["writes"]["signature"]["consents"] = True
    data["writes"]["consent"]["create"]["headers"] = {"X-Order": {"generate": "uuid4"}}
    bank = Tram()

    def around(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/open/v2/authorisations":
            names = ("HTTP_SIGNATURE", "HTTP_DIGEST", "HTTP_X_BRANCH", "HTTP_X_ORDER")
            seen.append([name for name in names if environ.get(name)])
        return bank(environ, start_response)

    target = Target.model_validate(data)
    plan, profiles = prepare(target, Scope(phases=("4",)))
    plan = replace(plan, cases=tuple(case for case in plan.cases if case.check == CHECK)[:1])
    with open_session(target, profiles, plan, wire=MemoryWire(around), clock=bank.now) as session:
        (result,) = judge(plan, session)
    assert result.verdict is Verdict.PASS, result.reason
    assert {len(names) for names in seen} == {4}


def test_a_detached_signature_has_the_members_that_the_bank_wants() -> None:
    rule = Signing(
        kind="jws",
        issued_at="http://openbanking.org.uk/iat",
        members={"http://openbanking.org.uk/iss": "tsp.example"},
        critical=("http://openbanking.org.uk/iat", "http://openbanking.org.uk/iss"),
    )
    request = signed(Request("POST", "https://bank.example/x", (), b"{}"), rule, jose.fresh_key(), "k", 5.0)
    header, payload, _ = (request.header("x-jws-signature") or "").split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "=="))
    assert payload == ""
    assert told["http://openbanking.org.uk/iss"] == "tsp.example"
    assert told["http://openbanking.org.uk/iat"] == 5
    assert told["crit"] == ["http://openbanking.org.uk/iat", "http://openbanking.org.uk/iss"]
