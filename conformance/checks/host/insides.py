"""Whether a server shows what is no part of its API: its source, settings, workings and folders."""

from __future__ import annotations

import re

from conformance import probe
from conformance.answer import Answer
from conformance.errors import Unreachable
from conformance.model import Finding
from conformance.operation import Operation
from conformance.registry import Findings, check
from conformance.tsp import Tsp

_SHOWN: dict[str, tuple[str, re.Pattern[bytes]]] = {
    "/.git/HEAD": ("a repository", re.compile(rb"\Aref: refs/\S+\s*\Z|\A[0-9a-f]{40}\s*\Z")),
    "/.env": ("settings", re.compile(rb"\A(?:(?:#[^\n]*|[ \t\r]*)\n)*(?:export )?[A-Z][A-Z0-9_]{1,60}=\S")),
    "/actuator/env": ("settings", re.compile(rb'\A\s*\{[^\0]*"propertySources"\s*:\s*\[')),
    "/actuator": (
        "workings",
        re.compile(rb'/actuator/(?:env|heapdump|threaddump|beans|configprops|loggers)"'),
    ),
    "/server-status": ("workings", re.compile(rb"<title>Apache Status</title>|\ATotal Accesses: \d")),
    "/phpinfo.php": ("workings", re.compile(rb"<title>phpinfo\(\)</title>|<title>PHP [\d.]+ - phpinfo")),
}
"""What a place shows, and how its content is told from any other."""
_LISTING = re.compile(
    rb"(?i)<title>\s*(?:index of /|directory listing for /|listing of /)|<h1>\s*(?:index of /|directory: /)"
)


@check(intrusive=True, requests=10)
def insides_hidden(tsp: Tsp, operations: tuple[Operation, ...]) -> Findings:
    """Shows nobody the repository, settings, workings or folders of the server."""
    operation = probe.sample(tsp, operations)
    bare = tsp.request(operation, credentials=False)
    own = probe.path_of(bare)
    for path, (what, told) in _SHOWN.items():
        answer = _shown(tsp, operation, path)
        if answer is not None and told.search(answer.body[:65536]):
            yield _finding(f"{what} of the server", path, answer)
    parts = own.rstrip("/").split("/")
    for folder in dict.fromkeys(("/", "/".join(parts[:2]) + "/", "/".join(parts[:-1]) + "/")):
        answer = _shown(tsp, operation, folder) if folder != own else None
        if answer is not None and _LISTING.search(answer.body[:65536]):
            yield _finding("a listing of a folder", folder, answer)
            return


def _shown(tsp: Tsp, operation: Operation, path: str) -> Answer | None:
    """What a stranger is shown at a path; None for a refusal."""
    try:
        answer = tsp.send(probe.at_path(tsp.request(operation, credentials=False), path), patient=False)
    except Unreachable:
        return None
    return answer if answer.ok else None


def _finding(what: str, path: str, answer: Answer) -> Finding:
    return Finding(
        expected="a refusal, such as 404",
        actual=f"status {answer.status} with {what}",
        at=f"path {path}",
        exchange=answer.exchange,
    )
