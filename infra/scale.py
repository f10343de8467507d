"""Sets how many validators may run at once on the running emulator: `python -m infra.scale WORKERS`."""

import sys

from infra.aws import NoStackError, client, endpoint_from_environment, resource_names

MAPPING = "ValidatorFunctionQueued"  # what SAM calls the template's event `Queued` of the validator
FEWEST, MOST = 2, 1000  # Lambda's own limits of a maximum concurrency


class WorkersError(Exception):
    """This is no number of workers; the message says what would be."""


def scale(endpoint: str, workers: int) -> int | None:
    """Let so many validations run at once; how many it was before, None if that was not limited.

    The next deployment that changes the event source sets what the template says.
    """
    mapping = resource_names(endpoint).get(MAPPING)
    if mapping is None:
        raise NoStackError(f"The stack at {endpoint} is not complete. Deploy it first: make deploy-local")
    functions = client("lambda", endpoint)
    before: int | None = (
        functions.get_event_source_mapping(UUID=mapping).get("ScalingConfig", {}).get("MaximumConcurrency")
    )
    functions.update_event_source_mapping(UUID=mapping, ScalingConfig={"MaximumConcurrency": workers})
    return before


def workers_from(arguments: list[str]) -> int:
    """The number of workers on the command line."""
    text = " ".join(arguments)
    if not (text.isascii() and text.isdecimal() and FEWEST <= int(text) <= MOST):
        said = f"WORKERS={text} is not possible." if text else "How many workers?"
        raise WorkersError(f"{said} Give a whole number from {FEWEST} to {MOST}: make scale WORKERS=5")
    return int(text)


def main() -> None:
    """Scale, and say what was before and is now."""
    try:
        workers = workers_from(sys.argv[1:])
        before = scale(endpoint_from_environment(), workers)
    except (WorkersError, NoStackError) as error:
        sys.exit(str(error))
    print(f"Validations at once: {workers} at the most, before {before or 'without a limit'}.")


if __name__ == "__main__":
    main()
