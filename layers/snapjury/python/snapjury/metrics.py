"""Figures for CloudWatch, in its embedded metric format: the log line that tells of an event carries them.

Messages and requests may come more than once, so what is counted is counted at least once.
"""

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Snapjury"

UNITS = {
    "AssetsSubmitted": MetricUnit.Count,
    "AssetsAccepted": MetricUnit.Count,
    "AssetsRefused": MetricUnit.Count,
    "TimeToVerdict": MetricUnit.Milliseconds,  # from the submission of an asset
    "WebhooksDelivered": MetricUnit.Count,
    "WebhooksGivenUp": MetricUnit.Count,
    "WebhookAttemptsFailed": MetricUnit.Count,  # and to be repeated
    "WebhookTime": MetricUnit.Milliseconds,  # of one call
    "VotesCounted": MetricUnit.Count,
    "VotesNotCounted": MetricUnit.Count,  # they came too late
    "SnapshotsDecided": MetricUnit.Count,
    "VotesPerDecision": MetricUnit.Count,
    "ScoringTime": MetricUnit.Milliseconds,
    "RequestsRefused": MetricUnit.Count,  # for who sent them: 401, 403 and 429
    "RecordsFailed": MetricUnit.Count,  # of a queue; Lambda's own Errors do not count them
}
"""What is measured, all that the dashboard shows beside AWS's own metrics."""


def measured(**figures: float) -> dict[str, object]:
    """The fields that make a log line a metric as well; none without a figure. KeyError for an unknown name."""
    if not figures:
        return {}
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    for name, value in figures.items():
        metrics.add_metric(name, UNITS[name], value)
    return dict(metrics.serialize_metric_set())
