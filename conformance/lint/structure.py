"""The frame of a description: its references, operations, parameters, responses, security and servers."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.document import kind, mapping, pointer, resolve, sequence, shown
from conformance.lint.walk import Call, Slip, Specimen

_TEMPLATE = re.compile(r"\{([^{}/]*)\}")


def references(given: Specimen) -> Iterator[Slip]:
    """Every ``$ref`` leads to something inside the description, which is then complete by itself."""
    everything = [(part.at, part.value) for part in given.schemas]
    for at, value in sorted([*given.objects, *everything], key=lambda pair: pair[0]):
        target = value.get("$ref")
        if not isinstance(target, str):
            continue
        if target != "#" and not target.startswith("#/"):
            yield Slip("a reference inside the description", shown(target), f"{at}/$ref")
        else:
            try:
                resolve(given.document, unquote(target[1:]))
            except LookupError:
                yield Slip("a reference to something that exists", shown(target), f"{at}/$ref")


def operation_ids(given: Specimen) -> Iterator[Slip]:
    """Every operation has an operationId of its own, by which generated code calls it."""
    names = Counter(c.value.get("operationId") for c in given.calls if c.value.get("operationId"))
    for call in given.calls:
        name = call.value.get("operationId")
        if not name or not isinstance(name, str):
            yield Slip("an operationId", "none" if name is None else shown(name), call.at)
        elif names[name] > 1:
            yield Slip("an operationId of its own", f"{shown(name)}, {names[name]} times",
                       f"{call.at}/operationId")  # fmt: skip


def path_parameters(given: Specimen) -> Iterator[Slip]:
    """The parameters in a path and those declared for it are the same."""
    for call in given.calls:
        declared = {}
        for item in (*call.shared, *sequence(call.value.get("parameters"))):
            parameter, at = given.resolved(item, call.at)
            if parameter.get("in") == "path":
                declared[str(parameter.get("name"))] = (parameter, at)
        written = _TEMPLATE.findall(call.path)
        for name in dict.fromkeys(written):
            if name not in declared:
                yield Slip(f"a parameter in: path called {name}", "none", call.at)
        for name, (parameter, at) in declared.items():
            if name not in written:
                yield Slip(f"{{{name}}} in the path", call.path, at)
            elif parameter.get("required") is not True:
                yield Slip("required: true of a parameter in the path", shown(parameter.get("required")), at)


def responses(given: Specimen) -> Iterator[Slip]:
    """Every operation describes what it answers when all is well, each response with a description."""
    for call in given.calls:
        described = mapping(call.value.get("responses"))
        statuses = [str(status) for status in described if not str(status).startswith("x-")]
        for status in statuses:
            if not re.fullmatch(r"[1-5](?:\d\d|XX|xx)|default", status):
                yield Slip("a status, a range such as 4XX, or default", shown(status), f"{call.at}/responses")
        if not any(status[:1] in "123" or status == "default" for status in statuses):
            yield Slip("a successful response", ", ".join(statuses) or "no response", f"{call.at}/responses")
        for status in statuses:
            place = f"{call.at}/responses{pointer((status,))}"
            response, at = given.resolved(described.get(status), place)
            if response and "description" not in response:
                yield Slip("a description of the response", "none", at)


def security(given: Specimen) -> Iterator[Slip]:
    """The security that is required is defined."""
    if given.swagger:
        defined = mapping(given.document.get("securityDefinitions"))
    else:
        defined = mapping(mapping(given.document.get("components")).get("securitySchemes"))
    places: list[tuple[str, Any]] = [("", given.document)]
    places += [(call.at, call.value) for call in given.calls]
    for at, value in places:
        for index, alternative in enumerate(sequence(value.get("security"))):
            for name in mapping(alternative):
                if name not in defined:
                    yield Slip(f"a definition of the scheme {shown(name)}",
                               f"only {', '.join(map(str, defined)) or 'none'}",
                               f"{at}/security/{index}")  # fmt: skip


def servers(given: Specimen) -> Iterator[Slip]:
    """Servers are addresses that a TSP can reach, over https."""
    if given.swagger:
        schemes, host = sequence(given.document.get("schemes")), given.document.get("host")
        if schemes and "https" not in schemes and "wss" not in schemes:
            yield Slip("https among the schemes", ", ".join(map(str, schemes)), "/schemes")
        if isinstance(host, str) and _private(host):
            yield Slip("a host that a TSP can reach", shown(host), "/host")
        return
    for index, item in enumerate(sequence(given.document.get("servers"))):
        server, at = mapping(item), f"/servers/{index}"
        url = server.get("url")
        if not isinstance(url, str):
            yield Slip("the url of the server", kind(url), at)
            continue
        variables = mapping(server.get("variables"))
        for name in _TEMPLATE.findall(url):
            variable = mapping(variables.get(name))
            if "default" not in variable:
                yield Slip(f"a default of the variable {name}", "none", at)
            url = url.replace(f"{{{name}}}", str(variable.get("default", "x")))
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            yield Slip("a URL", shown(url), f"{at}/url")
            continue
        if parts.scheme and parts.scheme not in ("https", "wss"):
            yield Slip("https", shown(url), f"{at}/url")
        elif host and _private(host):
            yield Slip("a host that a TSP can reach", shown(url), f"{at}/url")


def _private(host: str) -> bool:
    name = host.partition(":")[0].strip("[]").lower()
    if name in ("localhost", "example.com", "example.org") or name.endswith(
        (".local", ".localhost", ".internal", ".test", ".invalid")
    ):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return False


def well_formed(given: Specimen) -> Iterator[Slip]:
    """The description has the parts that its specification requires."""
    info = given.document.get("info")
    if not isinstance(info, Mapping):
        yield Slip("info with title and version", kind(info) if info is not None else "none", "/info")
    else:
        for name in ("title", "version"):
            if not isinstance(info.get(name), str) or not str(info[name]).strip():
                yield Slip(f"the {name} of the API as text", shown(info.get(name)), f"/info/{name}")
    if not given.calls:
        yield Slip("at least one operation", "none", "/paths")
    for path in mapping(given.document.get("paths")):
        if not str(path).startswith(("/", "x-")):
            yield Slip("a path that begins with /", shown(path), f"/paths{pointer((str(path),))}")
    for call in given.calls:
        yield from _parameters(given, call)


def _parameters(given: Specimen, call: Call) -> Iterator[Slip]:
    seen: set[tuple[str, str]] = set()
    for index, item in enumerate(sequence(call.value.get("parameters"))):
        parameter, at = given.resolved(item, f"{call.at}/parameters/{index}")
        if not parameter:
            continue
        name, place = parameter.get("name"), parameter.get("in")
        if not isinstance(name, str) or not isinstance(place, str):
            yield Slip("name and in of a parameter", shown(parameter), at)
        elif (name, place) in seen:
            yield Slip(
                "each parameter once", f"{shown(name)} in {place} twice", f"{call.at}/parameters/{index}"
            )
        else:
            seen.add((name, place))
