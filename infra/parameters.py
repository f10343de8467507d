"""The template's parameters for local systems, and others that are asked for: `make server PARAMETERS='GridSize=9'`."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.places import ASSETS, PAGE_BUCKET, SOURCE_BUCKET, public_endpoint

VARIABLE = "PARAMETERS"


class ParameterError(Exception):
    """The template takes no such parameter, or not this value; the message says what it takes."""


def local_parameters(port: int, **others: str) -> dict[str, str]:
    """The template's parameters for the local system; `others` replace single ones."""
    return {
        "AssetRoot": str(ASSETS),
        "SourceBucket": SOURCE_BUCKET,
        "PublicEndpoint": public_endpoint(port),
        "PageBucketName": PAGE_BUCKET,
        "RequireApiKeys": "false",  # so that a plain curl works
        "AllowedCidrs": "127.0.0.0/8,::1/128",  # so that webhooks can reach receivers on this machine
        "HttpTimeout": "8",
        "WebhookTimeout": "15",
        # All in seconds, short enough for a person to watch.
        "RetryLadder": "1,2,5,10,20",
        "OverloadPause": "5",
        "ValidationTimeout": "15",
        "ValidationVisibility": "20",
        "ScoringDelay": "2",
        "ScoringPause": "5",
    } | others


def asked_for(environment: Mapping[str, str]) -> dict[str, str]:
    """The parameters in the variable PARAMETERS, such as `GridSize=9 RetryLadder='1, 2'`."""
    try:
        words = shlex.split(environment.get(VARIABLE, ""))
    except ValueError as error:
        raise ParameterError(f"{VARIABLE} cannot be read: {error}.") from error
    for word in words:
        if "=" not in word:
            raise ParameterError(f"{VARIABLE}: {word!r} is not Name=value.")
    return dict(word.split("=", 1) for word in words)


def complete(parameters: Mapping[str, str], built: Path) -> dict[str, str]:
    """These, and the built template's defaults of all others, which a stack that exists would keep as they were.

    ParameterError unless the template takes all of them: emulators do not look.
    """
    known: dict[str, dict[str, Any]] = yaml.safe_load(built.read_text())["Parameters"]
    for name, value in parameters.items():
        if name not in known:
            raise ParameterError(f"The template has no parameter {name}. It has: {', '.join(sorted(known))}.")
        if wanted := refusal_of(value, known[name]):
            raise ParameterError(f"The parameter {name} cannot be {value!r}: it is {wanted}.")
    return {name: str(each["Default"]) for name, each in known.items()} | dict(parameters)


def refusal_of(value: str, parameter: Mapping[str, Any]) -> str:
    """What a parameter must be that cannot be this; empty if it can."""
    allowed = [str(each) for each in parameter.get("AllowedValues", [value])]
    if value not in allowed:
        return f"one of {', '.join(allowed)}"
    if parameter["Type"] != "Number":
        return ""
    lowest, highest = (float(parameter.get(name, end)) for name, end in (("MinValue", "-inf"), ("MaxValue", "inf")))
    try:
        is_in_range = lowest <= float(value) <= highest
    except ValueError:
        is_in_range = False
    return "" if is_in_range else f"a number from {lowest:g} to {highest:g}"
