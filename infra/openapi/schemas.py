"""Types of the code as JSON Schema, and what parameters may be."""

import inspect
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, is_typeddict

import msgspec
from msgspec import Struct

from snapjury import schemas
from snapjury.rules import delivery
from snapjury.rules.asset import Event
from snapjury.rules.types.registry import TYPES
from snapjury.schemas import GTIN_TEXT, ID_TEXT, OWNER_TEXT, USER_TEXT
from snapjury.wiring.queues import QUEUES

Json = dict[str, Any]

FILES = sorted(Path(schemas.__file__).parent.glob("schemas*.py"))
MODULES = (delivery, *(import_module(f"snapjury.{each.stem}") for each in FILES))
FIELDS = {name: each.__annotations__ for module in MODULES for name, each in vars(module).items() if is_typeddict(each)}
"""The fields of TypedDicts in the order that they are written in, which msgspec does not keep."""


def ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def schemas_of(types: Sequence[Any]) -> tuple[list[Json], Json]:
    """The schemas of these types, and by their names those that they refer to."""
    found, named = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    for name, schema in named.items():
        schema.pop("title", None)
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
        if name in FIELDS:
            schema["properties"] = {field: schema["properties"][field] for field in FIELDS[name]}
            schema["required"] = [field for field in FIELDS[name] if field in schema["required"]]
    return list(found), dict(named)


def parameters_of(query: type[Struct]) -> list[Json]:
    """The parameters of a query, one for each field. None is what a parameter is that is not sent."""
    _, named = schemas_of([query])
    return [
        {"name": name, "in": "query", "schema": without_null(schema)}
        for name, schema in named[query.__name__]["properties"].items()
    ]


def without_null(schema: Json) -> Json:
    kept = {name: value for name, value in schema.items() if name != "anyOf" and value is not None}
    for each in schema.get("anyOf", []):
        if each != {"type": "null"}:
            kept |= each
    return kept


def path_parameters() -> Json:
    """The parameters of paths by their names."""
    identifier = {"type": "string", "pattern": ID_TEXT}
    others = [each for each in TYPES if each != "image"]  # which has a path of its own
    kinds: dict[str, Json] = {
        "asset_id": identifier,
        "type_or_id": {"type": "string", "anyOf": [{"enum": others}, {"pattern": ID_TEXT}]},
        "import_id": identifier,
        "export_id": identifier,
        "snapshot_id": identifier,
        "session_id": identifier,
        "key_id": identifier,
        "name": {"type": "string", "pattern": USER_TEXT},
        "owner": {"type": "string", "pattern": OWNER_TEXT},
        "gtin": {"type": "string", "pattern": GTIN_TEXT},
        "event": {"type": "string", "enum": list(Event)},
        "queue": {"type": "string", "enum": list(QUEUES)},
    }
    return {name: {"name": name, "in": "path", "required": True, "schema": kind} for name, kind in kinds.items()}
