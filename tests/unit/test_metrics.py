"""The embedded metric format, as CloudWatch's specification has it."""

import json
import time

import pytest

from snapjury.logs import log_event
from snapjury.metrics import measured


def test_the_line_of_an_event_carries_what_is_measured_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "shop")

    log_event("asset_validated", asset="chips", **measured(AssetsAccepted=1, TimeToVerdict=812))

    line = json.loads(capsys.readouterr().out)
    metadata = line.pop("_aws")
    assert abs(metadata["Timestamp"] - time.time() * 1000) < 60_000
    assert metadata["CloudWatchMetrics"] == [
        {
            "Namespace": "Snapjury",
            "Dimensions": [["service"]],
            "Metrics": [{"Name": "AssetsAccepted", "Unit": "Count"}, {"Name": "TimeToVerdict", "Unit": "Milliseconds"}],
        }
    ]
    assert line == {
        "event": "asset_validated",
        "asset": "chips",
        "service": "shop",
        "AssetsAccepted": [1.0],
        "TimeToVerdict": [812.0],
    }


def test_a_line_without_figures_is_no_metric() -> None:
    assert measured() == {}


def test_a_name_that_the_dashboard_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError, match="AssetsForgotten"):
        measured(AssetsForgotten=1)


def test_one_event_takes_nothing_over_from_another() -> None:
    measured(VotesCounted=1)

    assert "VotesCounted" not in measured(ScoringTime=3)
