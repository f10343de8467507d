"""Builds the current code with SAM and deploys it to an emulator: `make deploy-local`."""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from botocore.exceptions import ClientError

from infra.aws import TEST_CREDENTIALS, client, ensure_bucket
from infra.emulator import is_healthy
from infra.flatten import flatten
from infra.page import upload_page
from infra.parameters import ParameterError, asked_for, complete, local_parameters
from infra.places import (
    LOCAL,
    REGION,
    ROOT,
    SOURCE_BUCKET,
    STACK,
    api_url,
    environment,
    page_url,
    public_endpoint,
    shown,
)
from infra.ports import HOST
from infra.processes import run_to_end
from infra.reload import restore
from infra.routes import changes_routes, write_without_api

DEPLOYMENT_BUCKET = "snapjury-deployment"
LOG = LOCAL / "deploy.log"
FLAT = LOCAL / "flat"

# A first deployment that broke off leaves a stack that can be neither updated nor used.
UNUSABLE = {"CREATE_FAILED", "CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED",
            "ROLLBACK_IN_PROGRESS", "DELETE_FAILED"}  # fmt: skip


class DeploymentError(Exception):
    """Building or deploying failed; the message carries the tool's own words."""


def with_those_asked_for(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters, but for those that somebody asks for in the environment."""
    try:
        return {**parameters, **asked_for(os.environ)}
    except ParameterError as error:
        raise DeploymentError(str(error)) from error


def build_and_deploy(endpoint: str, parameters: Mapping[str, str]) -> Path:
    """Bring the stack at this emulator up to date with the code that lies here; the built template.

    What did not change stays.
    """
    with alone():
        LOG.write_bytes(b"")
        template = build()
        deploy(endpoint, template, parameters)
    return template


def build() -> Path:
    """Build layers and functions for the Python that will run them; the built template.

    Layers whose folder did not change come from a cache, which belongs to one version of Python.
    """
    folder = LOCAL / "build" / python_tag()
    run_sam("build", "--build-dir", str(folder / "built"), "--cache-dir", str(folder / "cache"))
    return folder / "built" / "template.yaml"


def deploy(endpoint: str, template: Path, parameters: Mapping[str, str]) -> None:
    """Deploy a built template to the emulator, and the page; DeploymentError also if it takes other parameters."""
    try:
        values = complete(parameters, template)
    except ParameterError as error:
        raise DeploymentError(str(error)) from error
    ensure_bucket(endpoint, DEPLOYMENT_BUCKET)
    ensure_bucket(endpoint, SOURCE_BUCKET)
    remove_unusable_stack(endpoint)
    file = LOCAL / "parameters.yaml"  # so that values may hold commas and spaces; JSON is YAML
    file.write_text(json.dumps(values, indent=2))
    templates = [write_without_api(template), template] if changes_routes(endpoint, template) else [template]
    for each in templates:
        run_sam(
            *("deploy", "--template-file", str(each), "--parameter-overrides", f"file://{file}"),
            endpoint=endpoint,
        )
    restore(endpoint)  # where a killed `make dev` left other code, which CloudFormation does not notice
    upload_page(endpoint)


def remove_unusable_stack(endpoint: str) -> None:
    """Delete a stack that was never created completely, which would refuse every deployment."""
    cloudformation = client("cloudformation", endpoint)
    try:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return  # there is none
    if stack["StackStatus"] in UNUSABLE:
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})


def build_flat() -> Path:
    """Build for an emulator that does not apply layers; the flattened template."""
    with alone():
        LOG.write_bytes(b"")
        return flatten(build(), FLAT)


def function_python() -> Path:
    """What runs functions: MiniStack's own Python, or in a container the one that is there."""
    embedded = environment("ministack")
    return embedded if embedded.exists() else environment("")


def python_tag() -> str:
    """The version tag of the Python that runs functions, e.g. cpython-312."""
    command = [str(function_python()), "-c", "import sys; print(sys.implementation.cache_tag)"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def run_sam(*arguments: str, endpoint: str | None = None) -> None:
    command = [str(environment("sam")), "-m", "samcli", *arguments]
    command += ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]
    written_before = LOG.stat().st_size
    with TemporaryDirectory() as scratch:  # SAM leaves a folder behind for each function and layer that it packs
        code = run_to_end(command, LOG, sam_environment(endpoint) | {"TMPDIR": scratch}, ROOT)
    if code != 0:
        with LOG.open("rb") as log:
            log.seek(written_before)
            said = log.read().decode(errors="replace").strip()
        raise DeploymentError(f"`sam {arguments[0]}` failed. It said ({shown(LOG)}):\n\n{said[-4000:]}")


def sam_environment(endpoint: str | None) -> dict[str, str]:
    """This machine's environment, for pip's sake, without the person's AWS settings and the outer make's flags."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "SAM_", "LAYER_")) and name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    }
    kept |= TEST_CREDENTIALS | {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(ROOT / "infra" / "aws-config"),  # not the person's own
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHON": str(function_python()),  # the layers' packages must fit what runs the functions
        "SAM_CLI_TELEMETRY": "0",
    }
    return kept if endpoint is None else kept | {"AWS_ENDPOINT_URL": endpoint}


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Only one build at a time: they share a folder."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "deploy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Deploy to the running local system."""
    port = int(os.environ.get("PORT", "4566"))
    endpoint = f"http://{HOST}:{port}"
    if not is_healthy(endpoint):
        sys.exit(f"Nothing to deploy to: no emulator answers on port {port}. Start one first: make server")
    print("Building and deploying ...", flush=True)
    try:
        build_and_deploy(endpoint, with_those_asked_for(local_parameters(port)))
    except DeploymentError as error:
        sys.exit(str(error))
    print(f"Deployed: {page_url(public_endpoint(port))} and {api_url(public_endpoint(port))}")


if __name__ == "__main__":
    main()
