"""The description as a document, put together from the tables and from the types that they name."""

import json
import re
import tomllib
from types import UnionType
from typing import Any, get_args

import msgspec

from infra.openapi import assets, catalog, customers, operations, reviews
from infra.openapi.route import Route, statuses_of
from infra.openapi.schemas import parameters_of, path_parameters, ref, schemas_of
from infra.openapi.texts import ABOUT, PROBLEMS, REQUEST_HEADERS, RESPONSE_HEADERS, SECURITY_SCHEMES
from infra.openapi.webhooks import WEBHOOKS, webhook
from infra.places import ROOT
from snapjury.schemas import Problem

TABLES = {
    "assets": assets.ROUTES,
    "catalog": catalog.ROUTES,
    "customers": customers.ROUTES,
    "operations": operations.ROUTES,
    "reviews": reviews.ROUTES,
}
"""The routes of each function that has some."""

ROUTES = [route for table in TABLES.values() for route in table]
FAULT = "5XX"

Json = dict[str, Any]


def description() -> Json:
    """The API's description by OpenAPI 3.1."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Snapjury", "version": version, "description": ABOUT},
        "servers": [{"url": ".", "description": "Where this description was read."}],
        "paths": paths(),
        "webhooks": {event: webhook(event) for event in WEBHOOKS},
        "components": components(),
    }
    plain: Json = json.loads(json.dumps(document))  # enumerations as strings
    return plain


def paths() -> Json:
    found: Json = {}
    for route in ROUTES:
        item = found.setdefault(route.path, {})
        if not item and (names := path_names(route)):
            item["parameters"] = [ref("parameters", name) for name in names]
        item[route.method.lower()] = operation(route)
    return found


def operation(route: Route) -> Json:
    parameters = [ref("parameters", name) for name in route.heeds]
    if route.query is not None:
        parameters += parameters_of(route.query)
    described: Json = {
        "operationId": route.operation,
        "tags": [route.path.split("/")[1]],
        "summary": route.summary,
        "security": [
            *({"token": [role]} for role in route.roles),
            *({"apiKey": [scope]} for scope in route.scopes),
        ],
    }
    if parameters:
        described["parameters"] = parameters
    if route.sends is not None:
        content = {"schema": ref("schemas", type(route.sends).__name__), "example": msgspec.to_builtins(route.sends)}
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    failed = {str(status.value): ref("responses", PROBLEMS[status].name) for status in statuses_of(route)}
    described["responses"] = {str(route.status.value): answered(route), **failed, FAULT: ref("responses", "Fault")}
    return described


def answered(route: Route) -> Json:
    response: Json = {"description": route.status.phrase}
    if route.carries:
        response["headers"] = {name: ref("headers", name) for name in route.carries}
    if links := links_of(route):
        response["links"] = links
    if route.answers is not None:
        schemas, _ = schemas_of(bodies_of(route))
        response["content"] = {"application/json": {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}}
    return response


def links_of(route: Route) -> Json:
    """The operations that take what this one's answer gives; the pages of a list follow each other."""
    given = {f"path.{name}": f"$response.body#{pointer}" for name, pointer in route.gives}
    links: Json = {}
    for other in ROUTES:
        taken = [f"path.{name}" for name in path_names(other)]
        if given.keys() & taken[:1] and other.gives != route.gives:
            parameters = {name: given[name] for name in taken if name in given}
            links[other.operation] = {"operationId": other.operation, "parameters": parameters}
    if route.query is not None and "next" in route.query.__struct_fields__:
        links["next"] = {"operationId": route.operation, "parameters": {"query.next": "$response.body#/next"}}
    return links


def path_names(route: Route) -> list[str]:
    """The names of the path's parameters."""
    return re.findall(r"{(\w+)}", route.path)


def bodies_of(route: Route) -> list[Any]:
    """The types that the answer's body may have; msgspec takes no unions of TypedDicts."""
    if route.answers is None:
        return []
    return list(get_args(route.answers)) if isinstance(route.answers, UnionType) else [route.answers]


def components() -> Json:
    sent = [type(route.sends) for route in ROUTES if route.sends is not None]
    answers = [body for route in ROUTES for body in bodies_of(route)]
    queries = [route.query for route in ROUTES if route.query is not None]
    _, schemas = schemas_of([*sent, *answers, *WEBHOOKS.values(), Problem, *queries])
    for query in queries:
        schemas.pop(query.__name__, None)  # its fields are parameters
    return {
        "schemas": dict(sorted(schemas.items())),
        "parameters": path_parameters() | REQUEST_HEADERS,
        "headers": RESPONSE_HEADERS,
        "responses": {each.name: problem(each.description, each.headers) for each in PROBLEMS.values()},
        "securitySchemes": SECURITY_SCHEMES,
    }


def problem(about: str, headers: tuple[str, ...]) -> Json:
    response: Json = {"description": about}
    if headers:
        response["headers"] = {name: ref("headers", name) for name in headers}
    return response | {"content": {"application/problem+json": {"schema": ref("schemas", "Problem")}}}
