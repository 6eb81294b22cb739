"""Defects in the reading of signed and pushed requests."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from io import BytesIO
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from conformance.bank.authorization.presets import saying
from conformance.bank.mutant import mutant
from conformance.bank.policy import Policy


@mutant("authorize.request_object_verified")
def request_object_signature_is_not_verified(policy: Policy) -> Policy:
    """The signature of a request object is not verified."""
    return policy.evolve("authorization.request_object_signature_checked", False)


@mutant("authorize.request_object_none")
def request_object_may_be_unsigned(policy: Policy) -> Policy:
    """A request object with alg none is taken."""
    return policy.evolve("authorization.request_object_none_accepted", True)


@mutant("authorize.request_object_public_key")
def request_object_keyed_with_public_key(policy: Policy) -> Policy:
    """A request object with a MAC of the public key is taken."""
    return policy.evolve("authorization.request_object_hs256_with_public_key", True)


@mutant("authorize.request_object_other_key")
def request_object_of_any_client(policy: Policy) -> Policy:
    """A request object of any client's key is taken."""
    return policy.evolve("authorization.request_object_any_client_key", True)


@mutant("authorize.request_object_header_key")
def request_object_brings_its_key(policy: Policy) -> Policy:
    """A request object is verified with the key in its header."""
    return policy.evolve("authorization.request_object_embedded_key_trusted", True)


@mutant("authorize.request_object_critical")
def request_object_critical_is_ignored(policy: Policy) -> Policy:
    """Critical header members of a request object are passed over."""
    return policy.evolve("authorization.request_object_crit_ignored", True)


@mutant("authorize.request_object_weak")
def request_object_by_rs256(policy: Policy) -> Policy:
    """A request object with RS256 is taken, unlisted."""
    policy = policy.evolve("authorization.request_object_algs", ("ES256", "PS256", "RS256"))
    return saying(policy, request_object_signing_alg_values_supported=["ES256", "PS256"])


@mutant("authorize.request_object_audience")
def request_object_for_another_server(policy: Policy) -> Policy:
    """The audience of a request object is not compared."""
    return policy.evolve("authorization.request_object_aud_checked", False)


@mutant("authorize.request_object_issuer")
def request_object_of_another_issuer(policy: Policy) -> Policy:
    """The issuer of a request object is not compared."""
    return policy.evolve("authorization.request_object_iss_checked", False)


@mutant("authorize.request_object_client")
def request_object_of_another_client(policy: Policy) -> Policy:
    """The client_id of a request object is not compared."""
    return policy.evolve("authorization.request_object_client_id_checked", False)


@mutant("authorize.request_object_kind")
def request_object_of_another_kind(policy: Policy) -> Policy:
    """A request object of any typ is taken."""
    return policy.evolve("authorization.request_object_typ_checked", False)


@mutant("authorize.request_object_expired")
def request_object_is_taken_late(policy: Policy) -> Policy:
    """A request object is taken after its end."""
    return policy.evolve("authorization.request_object_exp_checked", False)


@mutant("authorize.request_object_expiry_needed", base="fapi1")
def request_object_needs_no_end(policy: Policy) -> Policy:
    """A request object without exp is taken."""
    return policy.evolve("authorization.request_object_exp_required", False)


@mutant("authorize.request_object_start_needed", base="fapi1")
def request_object_needs_no_start(policy: Policy) -> Policy:
    """A request object without nbf is taken."""
    return policy.evolve("authorization.request_object_nbf_required", False)


@mutant("authorize.request_object_start_honoured", base="fapi1")
def request_object_start_is_not_judged(policy: Policy) -> Policy:
    """The nbf of a request object is not judged."""
    return policy.evolve("authorization.request_object_nbf_checked", False)


@mutant("authorize.request_object_lifetime", base="fapi1")
def request_object_lives_a_day(policy: Policy) -> Policy:
    """A request object is good for a day."""
    return policy.evolve("authorization.request_object_lifetime_limit", 86400)


@mutant("authorize.request_object_nested")
def request_object_refers_to_another(policy: Policy) -> Policy:
    """A request object may hold a request_uri."""
    policy = policy.evolve("authorization.request_object_request_uri_accepted", True)
    return policy.evolve("authorization.par_request_uri_accepted", False)


@mutant("authorize.request_object_needed", base="fapi1")
def request_object_is_not_needed(policy: Policy) -> Policy:
    """An unsigned request is taken although the metadata say otherwise."""
    policy = policy.evolve("authorization.request_object_required", False)
    return saying(policy, require_signed_request_object=True)


@mutant("authorize.outside_ignored")
def outside_parameters_win(policy: Policy) -> Policy:
    """Parameters outside the pushed request replace those inside."""
    return policy.evolve("authorization.outside_parameters_override", True)


@mutant("authorize.outside_ignored")
def outside_parameters_are_added(policy: Policy) -> Policy:
    """Parameters outside the pushed request are added to those inside."""
    return policy.evolve("authorization.outside_parameters_fill", True)


@mutant("authorize.outside_ignored", base="fapi1")
def outside_parameters_win_over_signed_ones(policy: Policy) -> Policy:
    """Parameters outside the signed request replace those inside."""
    return policy.evolve("authorization.outside_parameters_override", True)


@mutant("authorize.request_object_variety")
def request_object_needs_its_typ(app: WSGIApplication) -> WSGIApplication:
    """A request object without the newest typ is refused."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        text = dict(parse_qsl(body.decode() or environ["QUERY_STRING"])).get("request", "")
        header = text.partition(".")[0]
        if header and b"oauth-authz-req" not in urlsafe_b64decode(header + "=="):
            refusal = {"error": "invalid_request_object"}
            return Response(json.dumps(refusal), 400, mimetype="application/json")(environ, start_response)
        return app(environ, start_response)

    return wrapped


@mutant("authorize.request_object_others", "authorize.outside_ignored", "authorize.request_object_client")
def assertion_as_request_object(policy: Policy) -> Policy:
    """Any JWT that a client signed makes the parameters beside it a signed request."""
    policy = policy.evolve("authorization.outside_parameters_fill", True)
    policy = policy.evolve("authorization.request_object_nbf_required", False)
    return policy.evolve("authorization.request_object_client_id_checked", False)
