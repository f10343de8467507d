import json
import re

from infra.logs import in_words, short_name
from infra.places import ROOT
from snapjury.metrics import measured

TRACE = """Traceback (most recent call last):
  File "/x/batch.py", line 4, in attempt
  File "/x/app.py", line 22, in validate
KeyError: 5"""


def test_an_event_is_one_line_that_begins_with_what_happened() -> None:
    event = {"event": "asset_validated", "asset": "chips", "state": "failed", "receives": 2, "again_in": None}

    assert in_words(json.dumps(event)) == "asset_validated asset=chips state=failed receives=2"


def test_a_failure_is_one_line_too_and_says_where() -> None:
    event = {"event": "record_failed", "level": "error", "error": "KeyError: 5", "trace": TRACE}

    assert in_words(json.dumps(event)) == "ERROR record_failed error=KeyError: 5 at=app.py:22"


def test_what_stands_in_a_line_for_cloudwatch_alone_is_not_shown() -> None:
    event = {"event": "asset_submitted", "asset": "chips", **measured(AssetsSubmitted=1)}

    assert in_words(json.dumps(event)) == "asset_submitted asset=chips"


def test_what_is_no_event_is_shown_as_it_is() -> None:
    assert in_words("Task timed out") == "Task timed out"
    assert in_words("[1, 2]") == "[1, 2]"


def test_a_function_is_called_by_its_short_name() -> None:
    assert short_name("/aws/lambda/snapjury/validator") == "validator"
    assert short_name("/aws/lambda/snapjury-ValidatorFunction-1A2B3C") == "validator"


def test_the_readme_names_every_event_that_is_logged() -> None:
    sources = (path for folder in ("functions", "layers") for path in (ROOT / folder).rglob("*.py"))
    logged = {name for path in sources for name in re.findall(r'log_(?:event|failure)\("(\w+)"', path.read_text())}
    readme = (ROOT / "README.md").read_text()

    assert len(logged) > 20
    assert [name for name in sorted(logged) if f"`{name}`" not in readme] == []
