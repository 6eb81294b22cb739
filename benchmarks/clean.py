"""The reference bank by every phase, and every conformant authorization server, over ten seeds in memory.

``python -m benchmarks clean [SEEDS]`` prints a line for each, and ends with 1 where one has a finding, or
leaves anything open.
"""

from __future__ import annotations

import sys
import time

from benchmarks.machine import say
from conformance.model import Verdict
from tests.matrix import fired, results

SERVERS = {
    "open": "FAPI 2.0, private_key_jwt, DPoP",
    "fapi2-certificate": "FAPI 2.0, private_key_jwt, certificates",
    "fapi2-mutual": "FAPI 2.0, mutual TLS throughout",
    "fapi2-self-signed": "FAPI 2.0, self-signed certificates",
    "fapi1": "FAPI 1.0 Advanced with JARM",
    "oauth2": "OAuth 2.0, code with PKCE, mutual TLS",
    "openid": "OpenID Connect",
    "fapi1-baseline": "FAPI 1.0 Baseline",
    "hybrid": "OpenID Connect, hybrid flow",
    "ciba": "FAPI 2.0 with backchannel requests",
}
PHASES = {
    "phase1": "Phase I, open to everybody",
    "phase2": "Phase II",
    "phase4": "Phase IV",
    "publication": "what a bank publishes",
}
ROWS = [(profile, "open", title) for profile, title in PHASES.items()]
ROWS += [("phase3", base, title) for base, title in SERVERS.items()]
OPEN = (Verdict.ERROR, Verdict.INCONCLUSIVE)


def main() -> int:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    wrong = 0
    for profile, base, title in ROWS:
        begun, cases, passed, troubles = time.perf_counter(), 0, 0, []
        for seed in range(seeds):
            found = results(None, seed, (profile,), base)
            results.cache_clear()
            cases += len(found)
            passed += sum(r.verdict is Verdict.PASS for r in found)
            troubles += [f"seed {seed}: {check}" for check in fired(found)]
            troubles += [f"seed {seed}: {r.case.id}: {r.reason}" for r in found if r.verdict in OPEN]
        seconds = time.perf_counter() - begun
        say(f"{title:<42}{seeds:>3} seeds  {cases:>6} cases  {passed:>6} pass  {len(troubles):>3} findings"
            f"  {seconds:>6.1f} s")  # fmt: skip
        for trouble in troubles:
            say(f"    {trouble}")
        wrong += len(troubles)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
