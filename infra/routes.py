"""Changed routes: MiniStack cannot change an API of a fixed id in place, so it is taken away and made again."""

from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError

from infra.aws import client
from infra.flatten import FUNCTION_TYPE, Template
from infra.places import STACK

API = "Api"
"""What the template calls the API; its routes are events of functions, of the type of the same name."""


def changes_routes(endpoint: str, template: Path) -> bool:
    """Whether another API than this template's is deployed to the emulator."""
    try:
        answer = client("cloudformation", endpoint).get_template(StackName=STACK, TemplateStage="Original")
    except ClientError:
        return False  # there is none
    deployed = answer["TemplateBody"]
    before: Template = yaml.safe_load(deployed) if isinstance(deployed, str) else deployed
    return API in before["Resources"] and api_of(before) != api_of(yaml.safe_load(template.read_text()))


def write_without_api(template: Path) -> Path:
    """A template beside this one that makes all of it but the API; its path."""
    written = template.with_name("without-api.yaml")
    written.write_text(yaml.safe_dump(without_api(yaml.safe_load(template.read_text())), sort_keys=False))
    return written


def api_of(template: Template) -> dict[str, Any]:
    """All that makes the API: its properties, and the routes of each function.

    Not its metadata, where SAM notes names of its own as it deploys.
    """
    resources = template["Resources"]
    routes = {name: routes_of(each) for name, each in resources.items() if each["Type"] == FUNCTION_TYPE}
    return {
        "api": resources[API]["Properties"] if API in resources else None,
        "routes": {name: each for name, each in routes.items() if each},
    }


def routes_of(function: dict[str, Any]) -> dict[str, Any]:
    events = function["Properties"].get("Events", {})
    return {name: event for name, event in events.items() if event["Type"] == API}


def without_api(template: Template) -> Template:
    """The template without the API, its routes and its address."""
    resources = {name: each for name, each in template["Resources"].items() if name != API}
    for resource in resources.values():
        if resource["Type"] == FUNCTION_TYPE:
            events = resource["Properties"].get("Events", {})
            resource["Properties"]["Events"] = {name: each for name, each in events.items() if each["Type"] != API}
    outputs = {name: each for name, each in template.get("Outputs", {}).items() if name != "ApiUrl"}
    return template | {"Resources": resources, "Outputs": outputs}
