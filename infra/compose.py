"""The one-shot service `deploy` of docker-compose.yml: deploy the code in its image, seed it, say what can be done."""

import os
import sys
from pathlib import Path

from infra.aws import client, endpoint_from_environment, resource_names
from infra.deploy import FLAT, LOG, DeploymentError, deploy, with_those_asked_for
from infra.parameters import local_parameters
from infra.samples import draw_samples, upload_sample
from infra.scale import MAPPING
from infra.seed import SeedError, seed
from infra.welcome import welcome

ASSET_ROOT = "/assets"
RECEIVER = "http://receiver:8080"
PRIVATE_NETWORKS = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"  # where Compose puts the receiver


def container_parameters(port: int, **others: str) -> dict[str, str]:
    """The template's parameters for the system in containers; `others` replace single ones."""
    return local_parameters(port, AssetRoot=ASSET_ROOT, AllowedCidrs=PRIVATE_NETWORKS) | others


def validate_in_batches(endpoint: str) -> None:
    """Hand the validator ten assets at a time: LocalStack hands out one batch a second, and the demo has 200."""
    mapping = resource_names(endpoint)[MAPPING]
    client("lambda", endpoint).update_event_source_mapping(UUID=mapping, BatchSize=10)


def main() -> None:
    """Deploy and seed, or say why it failed."""
    endpoint = endpoint_from_environment()
    port = int(os.environ["PORT"])
    LOG.write_bytes(b"")
    try:
        deploy(endpoint, FLAT / "template.yaml", with_those_asked_for(container_parameters(port)))
        validate_in_batches(endpoint)
        draw_samples(Path(ASSET_ROOT))
        upload_sample(endpoint)
        seed(endpoint, Path(ASSET_ROOT))
    except DeploymentError as error:
        sys.exit(str(error))
    except SeedError as error:
        print(f"{error}\nThe system runs without it.", flush=True)
    print(welcome(port, RECEIVER, "deployed", f"{ASSET_ROOT} of the containers"), flush=True)


if __name__ == "__main__":
    main()
