"""What a bank wants of a TSP's application beside the customer's token: a key, an identifier, a secret."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import probe
from conformance.errors import NotApplicable
from conformance.model import Finding, Request
from conformance.protected import Protected, tried
from conformance.registry import Findings, check


@check(requests=5, logins=("grant of all",))
def application_named(protected: Protected) -> Findings:
    """Refuses a right token without the credentials of the TSP's application, and with wrong ones."""
    operation = protected.probe()
    names = probe.credential_fields(protected.tsp, operation)
    wanted = [name for name in names if name.lower() != "authorization"]
    if not wanted:
        raise NotApplicable("bank.yaml declares no credentials of the TSP's application beside the token")
    for name in wanted:
        for how, request in _wrong(protected.request(operation), name):
            answer = tried(lambda: protected.access.call(protected.grant(), request))  # noqa: B023
            if answer is not None and answer.ok:
                yield Finding(
                    f"a refusal {how} {name}", f"status {answer.status}", f"header {name}", answer.exchange
                )
                break
    protected.control(operation)


def _wrong(request: Request, name: str) -> Iterator[tuple[str, Request]]:
    """The request without a header field, and with another value of the same length."""
    right = request.header(name) or ""
    other = "".join("A" if c != "A" else "B" for c in right)
    yield "without", request.without_header(name)
    yield "with another", request.with_header(name, other)
