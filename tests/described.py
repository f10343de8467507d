"""Holds answers to the API's description: status, headers and body, in which no field may be that is not described."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from infra.openapi.document import description


def hold_to_description(method: str, path: str, status: int, headers: Mapping[str, str], body: object) -> None:
    """AssertionError if the API is not described to answer so; the body is None where there is no content."""
    responses = document()["paths"][path][method.lower()]["responses"]
    key = str(status) if str(status) in responses else f"{status // 100}XX"
    assert key in responses, f"{method} {path} is not described to answer {status}"
    response = resolved(responses[key])
    required = [name.lower() for name, each in response.get("headers", {}).items() if resolved(each).get("required")]
    assert set(required) <= headers.keys(), f"{method} {path} {status} lacks a header: {required}"
    content_type = headers.get("content-type")
    assert content_type in response.get("content", {None: {}}), f"{method} {path} {status} is {content_type}"
    if content_type is not None:
        validator(method.lower(), path, key, content_type).validate(body)


@cache
def document() -> dict[str, Any]:
    """The description, its bodies closed to fields that are not named."""
    found = description()
    for schema in found["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return found


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for; all else is itself."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = document()["components"][kind][name]
    return found


@cache
def validator(method: str, path: str, status: str, content_type: str) -> Draft202012Validator:
    response = resolved(document()["paths"][path][method]["responses"][status])
    schema = response["content"][content_type]["schema"]
    return Draft202012Validator(schema | {"components": document()["components"]})
