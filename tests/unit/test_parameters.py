"""Parameters that somebody asks for are taken if the template takes them, and else refused in words."""

from pathlib import Path

import pytest
import yaml

from infra.parameters import ParameterError, asked_for, complete, local_parameters
from tests.template import template


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """The template as `sam build` leaves it."""
    file = tmp_path / "template.yaml"
    file.write_text(yaml.safe_dump({"Parameters": template()["Parameters"]}))
    return file


def test_words_of_the_variable_are_parameters_and_quotes_hold_spaces() -> None:
    asked = asked_for({"PARAMETERS": "GridSize=9 RetryLadder='1, 2' PublicEndpoint=http://here/?a=b"})

    assert asked == {"GridSize": "9", "RetryLadder": "1, 2", "PublicEndpoint": "http://here/?a=b"}
    assert asked_for({}) == {}


@pytest.mark.parametrize(
    ("text", "words"), [("GridSize", "'GridSize' is not Name=value"), ("RetryLadder='1", "cannot be read")]
)
def test_what_names_no_parameters_is_refused(text: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        asked_for({"PARAMETERS": text})


def test_the_template_takes_the_parameters_of_a_local_system(built: Path) -> None:
    assert complete(local_parameters(4566), built).items() >= local_parameters(4566).items()


def test_what_is_not_asked_for_again_is_what_the_template_says(built: Path) -> None:
    once = complete({"GridSize": "9", "AuditShare": "100", "ReviewPolicy": "confidence"}, built)
    again = complete({"GridSize": "4"}, built)

    assert (once["GridSize"], once["AuditShare"], once["ReviewPolicy"]) == ("9", "100", "confidence")
    assert (again["GridSize"], again["AuditShare"], again["ReviewPolicy"]) == ("4", "5", "three-votes")
    assert set(once) == set(again) == set(template()["Parameters"])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Grid", "9", "no parameter Grid. It has: .*GridSize"),
        ("GridSize", "5", "one of 0, 4, 6, 9"),
        ("ReviewPolicy", "coin", "one of one-vote, three-votes"),
        ("AuditShare", "101", "a number from 0 to 100"),
        ("AuditShare", "much", "a number from 0 to 100"),
        ("ScoringDelay", "0", "a number from 1"),
    ],
)
def test_what_the_template_does_not_take_is_refused_with_what_it_takes(
    built: Path, name: str, value: str, words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        complete({name: value}, built)
