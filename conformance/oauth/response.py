"""The authorization response: its parameters, plain or in a JWT (JARM)."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.jose import BadJws, taken_apart


def read_response(parameters: Mapping[str, str]) -> Mapping[str, str]:
    """The parameters of a response; those inside ``response`` where it is a JWT, unverified."""
    if "response" not in parameters:
        return parameters
    try:
        claims = taken_apart(parameters["response"]).claims
    except BadJws:
        return parameters
    inside = {name: value for name, value in claims.items() if isinstance(value, str)}
    return {**{k: v for k, v in parameters.items() if k != "response"}, **inside}
