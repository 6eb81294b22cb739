"""Defects that a server of others gets by its own options and hooks: each is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.judged import judged
from tests.peers.provider import provider
from tests.peers.test_provider import FOUND

DEFECTS = {
    "challenge-not-required": ("openid", ("authorize.challenge_needed",), ()),
    "plain-challenge-taken": ("openid", ("authorize.plain_challenge_refused",), ()),
    "issuer-not-named": ("openid", ("authorize.issuer_named", "authorize.issuer_named_in_error"), ()),
    "state-lost-when-long": ("openid", ("authorize.state_intact", "authorize.long_state"), ()),
    "redirect-uri-by-prefix": ("openid", ("authorize.redirect_uri_exact",), ()),
    "codes-for-an-hour": ("openid", ("token.code_expires",), ("token.code_expires",)),
    "codes-used-twice": ("openid", ("token.replay_refused",), ()),
    "refresh-tokens-rotated": ("fapi2", ("refresh.not_rotated",), ()),
    "tokens-short": (
        "openid",
        ("token.unguessable", "token.codes_unguessable", "token.refresh_unguessable"),
        (),
    ),
    "tokens-in-the-query": ("openid", ("resource.token_in_query_refused",), ()),
    "revocation-does-nothing": (
        "openid",
        ("revocation.access_token_stops", "revocation.refresh_token_stops"),
        (),
    ),
    "responses-kept": ("openid", ("token.not_kept",), ()),
    "proofs-replayed": ("fapi2", ("dpop.replay_refused",), ()),
    "nonces-not-required": ("fapi2", ("dpop.nonce_compared",), ()),
    "any-certificate-subject": ("fapi2-certificate", ("client.other_certificate_refused",), ()),
    "any-audience-of-the-server": ("fapi2", ("client.audience_issuer_only", "client.audience_no_list"), ()),
    "weak-algorithms": ("fapi2", ("client.weak_algorithm_refused", "metadata.signing_algorithms"), ()),
    "endless-request-objects": (
        "fapi1",
        (
            "authorize.request_object_expiry_needed",
            "authorize.request_object_lifetime",
            "authorize.request_object_start_needed",
        ),
        (),
    ),
    "unsigned-request-objects": ("fapi1", ("authorize.request_object_none",), ()),
    "cookies-over-plain-http": ("openid", ("authorize.cookies_protected",), ()),
    "denial-ignored": ("openid", ("authorize.denial_told",), ()),
}
"""Each defect: the kind of bank, the checks that find it, and the checks to run where not their subjects."""


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_of_the_peer_is_found(defect: str, tmp_path: Path) -> None:
    preset, finders, narrow = DEFECTS[defect]
    subjects = tuple(dict.fromkeys(f"{check.split('.')[0]}.*" for check in finders))
    slow = () if narrow else ("par.expires", "token.code_expires")
    with provider(preset, tmp_path, defects=(defect,)) as bank:
        found = judged(bank, checks=narrow or subjects, skips=slow)
    assert not found.undecided
    usual = {check for check, requirement in found.findings.items() if requirement in FOUND[preset]}
    assert set(found.findings) - usual == set(finders)
