from pathlib import Path

import pytest
import yaml

from infra.flatten import flatten

TEMPLATE = {
    "Parameters": {"AssetRoot": {"Type": "String"}},
    "Resources": {
        "Ours": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "Ours"}},
        "Theirs": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "Theirs"}},
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Validator": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "../functions/validator",
                "Layers": [{"Ref": "Ours"}, {"Ref": "Theirs"}],
                "Environment": {"Variables": {"TABLE": {"Fn::GetAtt": ["Table", "Arn"]}}},
            },
        },
        "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "Nested/template.yaml"}},
        "Plain": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "../functions/plain"}},
    },
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    files = {
        "functions/validator/app.py": "function",
        "functions/validator/__pycache__/app.pyc": "stale",
        "functions/plain/app.py": "plain",
        "built/Ours/python/snapjury/rules.py": "ours",
        "built/Ours/python/shared.py": "ours",
        "built/Theirs/python/PIL/image.so": "theirs",
        "built/Theirs/python/shared.py": "theirs",
        "built/Theirs/python/app.py": "theirs",
        "built/Nested/template.yaml": "nested",
        "built/template.yaml": yaml.safe_dump(TEMPLATE),
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path / "built" / "template.yaml"


def test_a_function_gets_what_its_layers_hold(built: Path, tmp_path: Path) -> None:
    flatten(built, tmp_path / "flat")

    code = tmp_path / "flat" / "Validator"
    assert {str(file.relative_to(code)) for file in code.rglob("*") if file.is_file()} == {
        "app.py",
        "shared.py",
        "snapjury/rules.py",
        "PIL/image.so",
    }


def test_a_functions_own_file_wins_and_then_the_last_layers(built: Path, tmp_path: Path) -> None:
    flatten(built, tmp_path / "flat")

    assert (tmp_path / "flat" / "Validator" / "app.py").read_text() == "function"
    assert (tmp_path / "flat" / "Validator" / "shared.py").read_text() == "theirs"


def test_the_template_has_no_layers_and_is_otherwise_the_same(built: Path, tmp_path: Path) -> None:
    flattened = yaml.safe_load(flatten(built, tmp_path / "flat").read_text())

    assert flattened["Parameters"] == TEMPLATE["Parameters"]
    assert set(flattened["Resources"]) == {"Table", "Validator", "Nested", "Plain"}
    assert flattened["Resources"]["Validator"]["Properties"] == {
        "CodeUri": "Validator",
        "Environment": {"Variables": {"TABLE": {"Fn::GetAtt": ["Table", "Arn"]}}},
    }
    assert (tmp_path / "flat" / "Plain" / "app.py").read_text() == "plain"
    assert (tmp_path / "flat" / "Nested" / "template.yaml").read_text() == "nested"


def test_what_an_earlier_run_left_is_gone(built: Path, tmp_path: Path) -> None:
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "old.txt").write_text("old")

    flatten(built, tmp_path / "flat")

    assert not (tmp_path / "flat" / "old.txt").exists()


def test_a_layer_that_is_not_built_here_is_named(built: Path, tmp_path: Path) -> None:
    template = yaml.safe_load(built.read_text())
    template["Resources"]["Plain"]["Properties"]["Layers"] = ["arn:aws:lambda:us-east-1:1:layer:foreign:1"]
    built.write_text(yaml.safe_dump(template))

    with pytest.raises(ValueError, match=r"Plain uses layers .*layer:foreign:1"):
        flatten(built, tmp_path / "flat")
