"""How tests are shared out where several processes run them (pytest-xdist)."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

DEPLOYMENTS = {"test_dev", "test_routes", "test_scale", "test_server"}
"""Files whose tests deploy, or replace what runs: one after another, since they share what is built."""


class ByFile(LoadScopeScheduling):
    """The tests of a file run in one process; so do all of the browser, on one system, and those that deploy."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        if file.parent.name == "browser":
            return "browser"
        return "deployments" if file.stem in DEPLOYMENTS else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)
