"""How the tests of deployed systems are shared out where several run at once (pytest-xdist's `--dist loadgroup`)."""

import pytest

DEPLOYMENTS = {"test_dev", "test_routes", "test_scale", "test_server"}
"""Files whose tests deploy, or replace what runs: one after another, since they share what is built."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))


def group_of(item: pytest.Item) -> str:
    """Tests of one group run in one process, on one system: all of the browser, and else those of a file."""
    if item.path.parent.name == "browser":
        return "browser"
    return "deployments" if item.path.stem in DEPLOYMENTS else item.path.stem
