"""What the metadata say of encryption (FAPI 1.0 Advanced, 5.2.2.1 and 8.6.1)."""

from __future__ import annotations

from conformance.checks.metadata.document import documents
from conformance.errors import NotApplicable
from conformance.model import Finding
from conformance.oauth.access import Access
from conformance.registry import Findings, check

OFFERED = "id_token_encryption_alg_values_supported"


@check()
def encryption_algorithms(access: Access, *, barred: tuple[str, ...] = ("RSA1_5",)) -> Findings:
    """Lists no algorithm of encryption that the profile bars."""
    for document, members in documents(access)[:1]:
        for name in sorted(members):
            if name.endswith("_encryption_alg_values_supported"):
                for each in access.server.listed(name):
                    if each in barred:
                        yield Finding(
                            f"not {each}", f"{each} is listed", f"/{name}", document.answer.exchange
                        )


@check()
def encryption_offered(access: Access) -> Findings:
    """Lists algorithms by which ID tokens can be encrypted for a TSP, where they pass the browser."""
    if not any("id_token" in each.split() for each in access.server.listed("response_types_supported")):
        raise NotApplicable("no ID token of the bank passes the browser")
    if not access.server.listed(OFFERED):
        found = documents(access)
        exchange = found[0][0].answer.exchange if found else None
        yield Finding("at least one algorithm", "none", f"/{OFFERED}", exchange)
