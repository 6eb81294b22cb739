"""Keys from where the header of a token says that they are: what no server should go and fetch."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from conformance.bank.authorization import jws

PATIENCE = 2.0


def fetched(header: Mapping[str, Any]) -> list[jws.Key]:
    """Give the keys of the set that `jku` names; none where there is no such address or set."""
    address = header.get("jku")
    if not isinstance(address, str) or not address.startswith(("http://127.0.0.1:", "https://127.0.0.1:")):
        return []
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            found = json.loads(answer.read())["keys"]
            return [jws.public_key(each) for each in found]
    except (OSError, ValueError, KeyError, TypeError, jws.BadToken):
        return []
