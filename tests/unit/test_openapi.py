"""The API's description is made of the code, says what the template says, and is what the API serves."""

import msgspec
import pytest
from openapi_spec_validator import validate

from infra.openapi.__main__ import written
from infra.openapi.document import ROUTES, TABLES, description
from infra.openapi.route import Route
from infra.openapi.webhooks import EXAMPLES, WEBHOOKS
from infra.places import ROOT
from snapjury.rules.asset import Event, Location, Source, State, queue_asset
from snapjury.rules.delivery import webhook_body
from tests.builders import NOON
from tests.template import properties, resources


def declared(function: str) -> set[tuple[str, str, str]]:
    """The operations that the template gives a function, with method and path."""
    return {
        (name[0].lower() + name[1:], event["Properties"]["Method"], event["Properties"]["Path"])
        for name, event in properties(function)["Events"].items()
        if event["Type"] == "Api"
    }


def test_the_written_files_are_what_the_code_says() -> None:
    stale = [path for path, content in written().items() if (ROOT / path).read_text() != content]

    assert stale == [], "run `make openapi`"


def test_the_description_is_valid() -> None:
    validate(description())


@pytest.mark.parametrize("function", TABLES)
def test_each_route_of_the_template_has_its_line_in_the_table_of_its_function(function: str) -> None:
    described = {(route.operation, route.method, route.path) for route in TABLES[function]}

    assert described == declared(f"{function.title()}Function")


def test_every_function_with_routes_has_a_table() -> None:
    functions = resources("AWS::Serverless::Function")

    assert {name for name in functions if declared(name)} == {f"{name.title()}Function" for name in TABLES}


@pytest.mark.parametrize("route", [each for each in ROUTES if each.sends is not None], ids=lambda each: each.operation)
def test_the_example_of_a_body_is_one_that_is_taken(route: Route) -> None:
    assert msgspec.json.decode(msgspec.json.encode(route.sends), type=type(route.sends)) == route.sends


@pytest.mark.parametrize("event", Event)
def test_a_webhook_has_the_body_that_is_described(event: Event) -> None:
    asset = queue_asset("gr52lrz4kq3uyf5hjb4a", "acme", Source(Location.LOCAL, "x"), {}, NOON)
    asset = msgspec.structs.replace(asset, state=State.FAILED, errors={"asset": ("is not a jpeg",)})

    body = msgspec.json.decode(webhook_body(asset, event), type=WEBHOOKS[event])

    assert body == msgspec.convert(EXAMPLES[event], WEBHOOKS[event])
