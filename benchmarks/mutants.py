"""Every mutant by the whole plan of its profile, and not only by the cases that its defect reaches.

``python -m benchmarks mutants [PART]`` prints the mutants that other checks find than they name, among those
with PART in their names, and ends with 1 where there is one.
"""

from __future__ import annotations

import sys
import time

from benchmarks.machine import say
from conformance.bank.mutant import all_mutants
from tests.matrix import fired, profiles_of, results


def main() -> int:
    begun, part = time.process_time(), sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [mutant for mutant in all_mutants() if part in mutant.name]
    wrong = 0
    for mutant in chosen:
        found = set(fired(results(mutant, profiles=profiles_of(mutant), whole=True)))
        results.cache_clear()
        if found != set(mutant.kills):
            wrong += 1
            say(f"    {mutant.name}: {', '.join(sorted(found)) or 'nothing'}, not {', '.join(mutant.kills)}")
    seconds = time.process_time() - begun
    say(f"{len(chosen)} mutants by the whole plan, {wrong} found by other checks, {seconds:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
