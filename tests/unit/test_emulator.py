"""When the embedded emulator cannot be started."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra.emulator import Emulator, EmulatorError
from infra.ports import free_port


def test_a_full_disk_is_named_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=123_456_789))
    emulator = Emulator(free_port(), tmp_path)

    for _ in range(2):  # the first attempt keeps nothing locked
        with pytest.raises(EmulatorError, match="has 123 MB free, and the local system needs 500: make room"):
            emulator.start()

    assert not emulator.log.exists()
