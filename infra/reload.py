"""Replaces the code of functions on a running emulator without a deployment, and brings the deployed code back."""

from typing import Any

from infra.aws import client, resource_names
from infra.places import STACK

MARK = "snapjury:reloaded"  # the tag of a function that does not run its deployed code

# A second update is refused until the first has been made.
QUICKLY = {"Delay": 0.2, "MaxAttempts": 150}


def replace_code(endpoint: str, function: str, package: bytes) -> None:
    """Let the function run a package that holds all it needs, and wait until it does.

    Its layers go, because MiniStack finds modules in layers before those in the package; and they go last, because
    the deployed code cannot run without them.
    """
    functions = client("lambda", endpoint)
    configuration = functions.get_function_configuration(FunctionName=function)
    functions.tag_resource(Resource=configuration["FunctionArn"], Tags={MARK: "true"})
    functions.update_function_code(FunctionName=function, ZipFile=package)
    await_update(functions, function)
    if configuration.get("Layers"):
        functions.update_function_configuration(FunctionName=function, Layers=[])
        await_update(functions, function)


def restore(endpoint: str) -> list[str]:
    """Let every function with replaced code run what the stack's template says; the logical names of those."""
    names = resource_names(endpoint)
    functions = client("lambda", endpoint)
    processed = client("cloudformation", endpoint).get_template(StackName=STACK, TemplateStage="Processed")
    restored = []
    for logical, resource in processed["TemplateBody"]["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Function" and is_reloaded(functions, names[logical]):
            restore_function(functions, names, names[logical], resource["Properties"])
            restored.append(logical)
    return restored


def restore_function(functions: Any, names: dict[str, str], function: str, deployed: dict[str, Any]) -> None:
    layers = [names[layer["Ref"]] for layer in deployed.get("Layers", [])]
    if layers:  # first: the deployed code cannot run without them
        functions.update_function_configuration(FunctionName=function, Layers=layers)
        await_update(functions, function)
    functions.update_function_code(FunctionName=function, **deployed["Code"])
    await_update(functions, function)
    functions.untag_resource(Resource=arn_of(functions, function), TagKeys=[MARK])


def is_reloaded(functions: Any, function: str) -> bool:
    return MARK in functions.list_tags(Resource=arn_of(functions, function))["Tags"]


def arn_of(functions: Any, function: str) -> str:
    arn: str = functions.get_function_configuration(FunctionName=function)["FunctionArn"]
    return arn


def await_update(functions: Any, function: str) -> None:
    functions.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig=QUICKLY)
