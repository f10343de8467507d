"""What the layer's build leaves of botocore's data."""

import gzip
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "layers" / "dependencies" / "trim_botocore.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("trim_botocore", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two services, one with a shape that has a member called documentation."""
    partition = {"services": {"sqs": {"endpoints": {}}, "iot": {"endpoints": {}}}}
    (tmp_path / "endpoints.json").write_text(json.dumps({"partitions": [partition]}))
    shape = {"documentation": "<p>Long.</p>", "members": {"documentation": {"shape": "Text"}}}
    for service in ("sqs", "iot"):
        folder = tmp_path / service / "2012-11-05"
        folder.mkdir(parents=True)
        (folder / "service-2.json.gz").write_bytes(gzip.compress(json.dumps({"shapes": {"Page": shape}}).encode()))
    return tmp_path


def test_only_the_named_services_stay_with_their_endpoints(script: ModuleType, data: Path) -> None:
    script.trim(data, {"sqs"})

    assert sorted(each.name for each in data.iterdir()) == ["endpoints.json", "sqs"]
    assert json.loads((data / "endpoints.json").read_text())["partitions"][0]["services"].keys() == {"sqs"}


def test_descriptions_lose_their_texts_but_no_member_and_are_not_compressed(script: ModuleType, data: Path) -> None:
    script.trim(data, {"sqs"})

    [file] = (data / "sqs" / "2012-11-05").iterdir()
    shape = json.loads(file.read_text())["shapes"]["Page"]
    assert file.name == "service-2.json"
    assert shape == {"documentation": "", "members": {"documentation": {"shape": "Text"}}}
