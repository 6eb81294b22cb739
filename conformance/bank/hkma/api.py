"""The stand-in as one WSGI application: datasets by path, with the parameters of HKMA's Open API."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from conformance.bank.hkma.policy import HkmaPolicy, Record
from conformance.bank.hkma.records import records
from conformance.bank.policy import Policy

PREFIX = "/public/"
DEFAULT_PAGE = 100
_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_HONG_KONG = timedelta(hours=8)


class _Refusal(Exception):
    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class HkmaApi:
    """The WSGI callable. ``clock`` gives seconds since 1970; ``seed`` varies the synthetic data."""

    def __init__(self, policy: Policy, clock: Callable[[], float] = time.time, seed: int = 0) -> None:
        self.policy: HkmaPolicy = policy.hkma
        self._clock = clock
        self._seed = seed
        self._made = lru_cache(maxsize=None)(self._make)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        policy, name = self.policy, request.path.rpartition("/")[2]
        if policy.outage:
            return Response(_GATEWAY, status=502, content_type="text/html")
        if request.method not in ("GET", "HEAD"):
            return Response(status=405, headers={"Allow": "GET, HEAD"})
        dataset = policy.datasets.get(name)
        if dataset is None or request.path != PREFIX + dataset["path"].strip("/") or policy.lacks(name):
            return Response("<html><body>Not Found</body></html>", status=404, content_type="text/html")
        arguments = request.args.to_dict()
        try:
            found = self._chosen(name, dataset, _Arguments(arguments, dataset, policy))
        except _Refusal as refusal:
            return self._refused(refusal)
        header = {"success": True, "err_code": "0000", "err_msg": "No error found"}
        body: Any = {"header": header, "result": {"datasize": len(found), "records": found}}
        for pattern, edit in policy.answer_edits:
            if fnmatchcase(name, pattern):
                body = edit(body, arguments)
        sent = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return Response(sent, status=policy.status, content_type=policy.media_type)

    def _chosen(self, name: str, dataset: Mapping[str, Any], asked: _Arguments) -> list[Record]:
        day = datetime.fromtimestamp(self._clock(), UTC) + _HONG_KONG - timedelta(days=self.policy.age)
        found = copy.deepcopy(self._made(name, day.date(), asked.language()))
        segment = asked.segment()
        if segment:
            for record in found:
                for field in dataset.get("numbers", ())[:1]:
                    if record.get(field) is not None:
                        record[field] += segment
        for pattern, edit in self.policy.record_edits:
            if fnmatchcase(name, pattern):
                found = edit(found, asked.language())
        return asked.select(found)

    def _make(self, name: str, day: Any, language: str) -> list[Record]:
        return records(name, self.policy.datasets[name], day, language, self._seed)

    def _refused(self, refusal: _Refusal) -> Response:
        policy = self.policy
        if refusal.parameter in policy.breaks_on:
            return Response(
                _GATEWAY.replace(b"502 Bad Gateway", b"500"), status=500, content_type="text/html"
            )
        if policy.refusal == "html":
            return Response(
                "<html>Bad Request</html>", status=policy.refusal_status, content_type="text/html"
            )
        header: dict[str, Any] = {"success": False, "err_code": "0400", "err_msg": str(refusal)}
        if policy.refusal == "success":
            header = {"success": True, "err_code": "0000", "err_msg": "No error found"}
        body = {"header": header, "result": {"datasize": 0, "records": []}}
        return Response(json.dumps(body), status=policy.refusal_status, content_type=policy.media_type)


class _Arguments:
    """The parameters of one request, each checked where it is used."""

    def __init__(self, given: dict[str, str], dataset: Mapping[str, Any], policy: HkmaPolicy) -> None:
        self._given = {k: v for k, v in given.items() if k not in policy.ignores}
        self._dataset = dataset
        self._policy = policy

    def language(self) -> str:
        known = self._dataset.get("languages", ())
        if not known:
            return "en"
        said = self._given.get("lang", "")
        if said not in known and not self._policy.lang_optional and "lang" not in self._policy.ignores:
            raise _Refusal("lang", "lang is mandatory")
        if said == "sc" and self._policy.one_script:
            return "tc"
        return said if said in known else str(known[0])

    def segment(self) -> int:
        """The place of the segment among those that there are."""
        known = list(self._dataset.get("segments", ()))
        said = self._given.get("segment", known[0] if known else "")
        if known and said not in known[: 1 if self._policy.first_segment_only else None]:
            raise _Refusal("segment", "there is no such segment")
        return known.index(said) if known else 0

    def select(self, found: list[Record]) -> list[Record]:
        """The records that are asked for, sorted, paged, and with the fields that are asked for."""
        names = {name for record in found for name in record}
        found = self._between(self._filtered(found, names), names)
        if "sortby" in self._given:
            by, order = self._field("sortby", names), self._given.get("sortorder", "asc")
            found = sorted(found, key=lambda record: str(record.get(by)), reverse=order == "desc")
        if self._given.get("sortorder", "asc") not in ("asc", "desc"):
            self._wrong("sortorder", "asc or desc")
        start, size = self._count("offset", 0), self._count("pagesize", DEFAULT_PAGE)
        found = found[start : start + size]
        if "fields" not in self._given:
            return found
        wanted = [name for name in self._given["fields"].split(",") if name]
        if not set(wanted) <= names:
            self._wrong("fields", "there is no such field")
            return found
        return [{name: record.get(name) for name in wanted} for record in found]

    def _filtered(self, found: list[Record], names: set[str]) -> list[Record]:
        if "filter" not in self._given:
            return found
        column = self._field("column", names)
        values = {value.strip('"') for value in self._given["filter"].split(",")}
        return [record for record in found if str(record.get(column)) in values]

    def _between(self, found: list[Record], names: set[str]) -> list[Record]:
        if "choose" not in self._given:
            bounded = {"from", "to"} & set(self._given) and "choose" not in self._policy.ignores
            if bounded and not self._policy.range_without_choose:
                raise _Refusal("choose", "from and to need choose")
            return found
        if self._given["choose"] not in names:
            self._wrong("choose", "there is no such field")
            return found
        name = self._given["choose"]
        low, high = self._given.get("from", ""), self._given.get("to", "\uffff")
        return [record for record in found if low <= str(record.get(name)) <= high]

    def _field(self, parameter: str, names: set[str]) -> str:
        name = self._given.get(parameter, "")
        if name not in names:
            self._wrong(parameter, "there is no such field")
        return name

    def _count(self, parameter: str, otherwise: int) -> int:
        said = self._given.get(parameter)
        if said is None:
            return otherwise
        if not (said.isascii() and said.isdigit()):
            self._wrong(parameter, "a whole number")
            return otherwise
        return int(said)

    def _wrong(self, parameter: str, message: str) -> None:
        """Refuse a wrong value, unless the policy takes it as absent."""
        if parameter not in self._policy.accepts:
            raise _Refusal(parameter, f"{parameter}: {message}")
