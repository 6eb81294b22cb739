"""What openapi.yaml and resources.yaml say, and whether an answer of the bank is so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import Client, TestResponse

PHASE1 = Path(__file__).parents[2] / "profiles" / "phase1"
PROFILE = yaml.safe_load((PHASE1 / "profile.yaml").read_text(encoding="utf-8"))
RESOURCES = yaml.safe_load((PHASE1 / "resources.yaml").read_text(encoding="utf-8"))["resources"]
API = yaml.safe_load((PHASE1 / "openapi.yaml").read_text(encoding="utf-8"))
RESOURCE_OF = {function["id"]: function["resource"] for function in PROFILE["functions"]}
TAGS = {"en": "en", "tc": "zh-Hant", "sc": "zh-Hans"}
REGISTRY: Registry[Any] = Registry().with_resource("urn:api", Resource.from_contents(API, DRAFT202012))


def described(response: TestResponse, template: str) -> dict[str, Any]:
    """Validate status, headers and body against openapi.yaml; give the response object of the description."""
    found = API["paths"][template]["get"]["responses"][str(response.status_code)]
    name = found["$ref"].rpartition("/")[2]
    described: dict[str, Any] = API["components"]["responses"][name]
    for header, reference in described["headers"].items():
        rule = API["components"]["headers"][reference["$ref"].rpartition("/")[2]]
        assert header in response.headers or not rule["required"], header
        Draft202012Validator(rule["schema"]).validate(response.headers[header])
    if "content" in described:
        assert response.content_type == "application/json"
        schema = {"$ref": f"urn:api#/components/responses/{name}/content/application~1json/schema"}
        Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker()).validate(
            response.json
        )
    else:
        assert response.data == b""
    return described


def valid(name: str, payload: Any) -> None:
    """Validate a payload against the schema of a named response of openapi.yaml."""
    schema = {"$ref": f"urn:api#/components/responses/{name}/content/application~1json/schema"}
    Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker()).validate(payload)


def content(response: TestResponse) -> Any:
    """Give the JSON of an answer that has some."""
    assert response.json is not None
    return response.json


def pages(client: Client, path: str, language: str, size: int) -> Iterator[TestResponse]:
    """Follow the links of a list from its first page."""
    following: str | None = f"{path}?page_size={size}"
    while following:
        response = client.get(following, headers={"Accept-Language": language})
        yield response
        following = content(response)["links"].get("next")


def rows(client: Client, path: str, language: str = "en") -> list[dict[str, Any]]:
    """Give the rows of all pages."""
    return [row for page in pages(client, path, language, 100) for row in content(page)["data"]]
