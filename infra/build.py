"""Builds the stack with its layers flattened, for the Docker image: `python -m infra.build`."""

import sys

from infra.deploy import DeploymentError, build_flat


def main() -> None:
    """Build, or say why it failed."""
    try:
        print(f"Built {build_flat()}")
    except DeploymentError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
