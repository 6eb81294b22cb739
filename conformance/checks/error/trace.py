"""Traces of what runs behind an API, as they look in texts that escaped from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_PRODUCTS = "|".join(
    (
        r"apache|nginx|openresty|tomcat|jetty|jboss|wildfly|weblogic|websphere|iis|microsoft-httpapi",
        r"express|kestrel|node(?:\.js)?|asp\.net(?: core)?|coldfusion|php|python|openssl|spring(?: boot)?",
        r"werkzeug|gunicorn|uvicorn|cheroot|django|flask|envoy|varnish|kong|datapower|layer7|microsoft-iis",
    )
)
_INTERNAL = r"internal|intranet|corp|lan|svc|cluster\.local|localdomain"
_KINDS = {
    "stack trace": (
        r"Traceback \(most recent call last\)",
        r"File \\?\"[^\"\n]{1,200}\.py\\?\", line \d+",
        r"\bat [\w$.<>]{3,120}\((?:[\w$]{1,80}\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)",
        r"\bat [\w.<>`\[\]]{3,120}\([^()\n]{0,120}\) in [^\n]{1,160}:line \d+",
        r"\bat [\w$.<> \[\]]{0,80}\(?(?:file://)?/[^\s():]{1,160}\.(?:js|ts|mjs):\d+:\d+",
        r"\b(?:java|javax|jakarta|kotlin|scala)\.[\w.]{1,60}(?:Exception|Error)\b",
        r"\b(?:org\.(?:springframework|hibernate|apache)|com\.(?:ibm|layer7|microsoft))\.[\w.$]{2,120}",
        r"\bSystem\.(?:\w{1,40}\.){0,4}\w{1,60}Exception\b",
        r"goroutine \d+ \[running\]",
        r"#\d+ /[^\s(]{1,160}\.php\(\d+\)",
    ),
    "database query or fault": (
        r"\bORA-\d{5}\b",
        r"\bSQLSTATE\b",
        r"You have an error in your SQL syntax",
        r"syntax error at or near",
        r"[Uu]nclosed quotation mark",
        r"(?i:\bselect\b[^;\n]{1,200}\bfrom\b\s+[\w.\"`\[]+\s*(?:\bwhere\b|\bjoin\b|\border by\b|;|$))",
        r"(?i:\binsert\s+into\s+\w+\s*\()",
        r"\b(?:PG|psycopg2?|Psql|MySql|Sqlite|SqlClient)\w{0,20}(?:Error|Exception)\b",
        r"\bjdbc:\w{2,20}:",
    ),
    "product version": (
        rf"(?i:\b(?:{_PRODUCTS})(?:[ /](?:server|gateway|framework|version))?(?:[ /]v?|: ?)\d+(?:\.\d+)+)",
        r"(?i:\bmicrosoft-(?:iis|httpapi)/\d+)",
    ),
    "path of a file system": (
        r"(?<![\w:/.])/(?:usr|etc|var|opt|home|root|srv|tmp|mnt|app|apps|data|WEB-INF)/[\w.@-]{1,80}/[\w./@-]{1,160}",
        r"(?<![\w:/.])/(?:etc|proc)/[\w.-]{2,40}\b",
        r"(?<!\w)[A-Za-z]:\\{1,2}[\w .-]{1,60}\\{1,2}[\w .\\-]{1,160}",
    ),
    "internal address": (
        r"(?<![\d.])(?:(?:10|127)\.\d{1,3}|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}(?![\d.])",
        rf"(?i:(?<![\w.-])[a-z0-9](?:[a-z0-9-]{{0,40}}\.){{1,6}}(?:{_INTERNAL})(?![\w-])(?!\.[a-z]))",
        r"(?i:(?<![\w.-])localhost:\d{2,5}\b)",
    ),
}
_PATTERNS = tuple((kind, re.compile(p, re.M)) for kind, patterns in _KINDS.items() for p in patterns)


@dataclass(frozen=True, slots=True)
class Trace:
    """What kind of thing was given away, and the text that gives it away."""

    kind: str
    text: str


def traces(text: str, own_hosts: Collection[str]) -> Iterator[Trace]:
    """The first trace of each kind in a text; the bank's own public names are none."""
    found: set[str] = set()
    for kind, pattern in _PATTERNS:
        if kind in found:
            continue
        match = pattern.search(text)
        if match is not None and match[0].lower().partition(":")[0] not in own_hosts:
            found.add(kind)
            yield Trace(kind, match[0][:120])
