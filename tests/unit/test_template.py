import json
from typing import Any

import pytest

from infra.parameters import local_parameters
from snapjury.metrics import NAMESPACE, UNITS
from snapjury.rules.delivery import CRASH_RECOVERY, DeliveryPolicy
from snapjury.rules.jury import DecidingVote
from snapjury.rules.policy import DEFAULT_POLICY, POLICIES, FinalLabel
from snapjury.services.ports import LONGEST_DELAY
from tests.template import ROOT, monitoring, properties, resources, statements_of, template

QUEUES = resources("AWS::SQS::Queue")
FUNCTIONS = resources("AWS::Serverless::Function")
BUCKETS = resources("AWS::S3::Bucket")


def default_of(value: Any) -> Any:
    return template()["Parameters"][value["Ref"]]["Default"] if isinstance(value, dict) else value


def sources_of(function: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in properties(function)["Events"].values() if each["Type"] == "SQS"]


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if sources_of(name)])
def test_a_message_stays_hidden_longer_than_its_function_may_run(function: str) -> None:
    timeout = default_of(properties(function)["Timeout"])
    for source in sources_of(function):
        queue = properties(source["Queue"]["Fn::GetAtt"].removesuffix(".Arn"))
        assert default_of(queue["VisibilityTimeout"]) > timeout


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if sources_of(name)])
def test_one_bad_record_does_not_repeat_its_batch(function: str) -> None:
    assert all(source["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for source in sources_of(function))


def test_an_images_server_is_given_up_before_its_validation_is() -> None:
    parameters = template()["Parameters"]
    local = local_parameters(4566)

    assert parameters["HttpTimeout"]["MaxValue"] < parameters["ValidationTimeout"]["Default"]
    assert float(local["HttpTimeout"]) < float(local["ValidationTimeout"])


def test_a_start_event_whose_consumer_died_comes_back_before_the_end_gives_it_up() -> None:
    assert properties("NotificationQueue")["VisibilityTimeout"] < CRASH_RECOVERY


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if sources_of(name)])
def test_lambda_lets_a_function_go_on_that_sends_itself_messages(function: str) -> None:
    own = {source["Queue"]["Fn::GetAtt"] for source in sources_of(function)}
    sends_to = json.dumps([each["Resource"] for each in statements_of(function) if each["Action"] == "sqs:SendMessage"])

    is_recursive = any(f'"Fn::GetAtt": "{queue}"' in sends_to for queue in own)

    assert properties(function).get("RecursiveLoop", "Terminate") == ("Allow" if is_recursive else "Terminate")


def test_the_default_ladder_is_the_one_of_the_code() -> None:
    ladder = template()["Parameters"]["RetryLadder"]["Default"].split(",")

    assert tuple(map(float, ladder)) == DeliveryPolicy().retry.ladder


def test_limits_name_routes_as_cloudformation_wants_them() -> None:
    """A path's slashes are `~1`, but for the first: written otherwise, a limit is for no route at all."""
    settings = [(each["HttpMethod"], each["ResourcePath"]) for each in properties("Api")["MethodSettings"]]
    events = [each for function in FUNCTIONS for each in properties(function)["Events"].values()]
    routes = {
        (each["Properties"]["Method"].upper(), each["Properties"]["Path"]) for each in events if each["Type"] == "Api"
    }

    assert ("*", "/*") in settings
    assert {(method, path[1:].replace("~1", "/")) for method, path in settings if path != "/*"} <= routes
    assert all(path.count("/") == 1 for _, path in settings)


def test_there_is_no_second_stage_without_limits() -> None:
    """SAM leaves its own stage out where a version of OpenAPI is named."""
    assert properties("Api")["OpenApiVersion"]


@pytest.mark.parametrize("layer", ["dependencies", "imaging", "science", "snapjury"])
def test_layers_are_built_for_the_python_that_runs_functions_on_aws(layer: str) -> None:
    runtime = template()["Globals"]["Function"]["Runtime"]

    assert f"LAYER_PYTHON ?= {runtime.removeprefix('python')}\n" in (ROOT / "layers" / layer / "Makefile").read_text()


@pytest.mark.parametrize("queue", [name for name in QUEUES if "DeadLetters" not in name])
def test_every_queue_has_dead_letters(queue: str) -> None:
    assert properties(queue)["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].endswith("DeadLetters.Arn")


def test_a_hint_is_read_later_than_it_was_sent_but_no_later_than_a_queue_allows() -> None:
    delay = template()["Parameters"]["ScoringDelay"]

    assert 1 <= delay["MinValue"] <= delay["Default"] <= delay["MaxValue"] == LONGEST_DELAY


def test_the_policies_and_labels_that_may_be_set_are_those_that_there_are() -> None:
    parameters = template()["Parameters"]

    assert set(parameters["ReviewPolicy"]["AllowedValues"]) == set(POLICIES)
    assert parameters["ReviewPolicy"]["Default"] == DEFAULT_POLICY
    assert set(parameters["FinalLabel"]["AllowedValues"]) == set(FinalLabel)
    assert set(parameters["DecidingVote"]["AllowedValues"]) == set(DecidingVote)


def test_api_keys_are_required_but_on_a_local_system() -> None:
    assert template()["Parameters"]["RequireApiKeys"]["Default"] == "true"
    assert local_parameters(4566)["RequireApiKeys"] == "false"


@pytest.mark.parametrize("queue", QUEUES)
def test_an_alarm_and_the_dashboard_watch_each_queue(queue: str) -> None:
    metric = "ApproximateNumberOfMessagesVisible" if queue.endswith("DeadLetters") else "ApproximateAgeOfOldestMessage"

    alarm = monitoring()["Resources"][f"{queue}Alarm"]["Properties"]

    watched = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", [])[1:]] or [alarm]
    assert watched[0]["MetricName"] == metric
    assert {str(each["Dimensions"]) for each in watched} == {str([{"Name": "QueueName", "Value": {"Ref": queue}}])}
    assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    assert ["AWS/SQS", metric, "QueueName", {"Ref": queue}] in plotted()


@pytest.mark.parametrize("queue", [name for name in QUEUES if name.endswith("DeadLetters")])
def test_dead_letters_that_a_function_takes_are_counted_also_while_it_holds_them(queue: str) -> None:
    has_consumer = any(f"{queue}.Arn" in json.dumps(sources_of(function)) for function in FUNCTIONS)

    parts = monitoring()["Resources"][f"{queue}Alarm"]["Properties"].get("Metrics", [])[1:]

    counted = [each["MetricStat"]["Metric"]["MetricName"] for each in parts]
    held = ["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"]
    assert counted == (held if has_consumer else [])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_error_rate_and_the_dashboard_count_each_function(function: str) -> None:
    dimensions = [{"Name": "FunctionName", "Value": {"Ref": function}}]

    counted = [
        part["MetricStat"]["Metric"]["MetricName"]
        for parts in error_rates()
        for part in parts
        if part["MetricStat"]["Metric"]["Dimensions"] == dimensions
    ]

    assert counted == ["Errors", "Invocations"]
    assert ["AWS/Lambda", "Errors", "FunctionName", {"Ref": function}] in plotted()


def test_the_dashboard_shows_each_metric_of_ours_under_the_name_that_the_functions_give_it() -> None:
    own = [metric for metric in plotted() if metric[0] == NAMESPACE]

    assert {metric[1] for metric in own} == set(UNITS)
    assert all(metric[2:4] == ["service", {"Ref": "StackName"}] for metric in own)
    environment = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert environment["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
    assert properties("Monitoring")["Parameters"]["StackName"] == {"Ref": "AWS::StackName"}


def test_no_alarm_has_more_metrics_than_cloudwatch_takes() -> None:
    assert all(len(parts) <= 10 for parts in error_rates())


def test_what_is_watched_is_given_by_its_own_name() -> None:
    given = properties("Monitoring")["Parameters"]

    assert given.keys() == monitoring()["Parameters"].keys()
    for name in (*QUEUES, *FUNCTIONS):
        assert given[name] == ({"Fn::GetAtt": f"{name}.QueueName"} if name in QUEUES else {"Ref": name})


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_encrypted_private_and_refuses_plain_http_on_aws(bucket: str) -> None:
    policy = template()["Resources"][f"{bucket}Policy"]
    denied = [each for each in policy["Properties"]["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]

    assert properties(bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert set(properties(bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert policy["Condition"] == "IsReachedOverTls"
    assert policy["Properties"]["Bucket"] == {"Ref": bucket}
    assert [each["Condition"] for each in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    assert denied[0]["Resource"] == [{"Fn::GetAtt": f"{bucket}.Arn"}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted(queue: str) -> None:
    assert properties(queue)["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_logs_of_a_function_end(function: str) -> None:
    group = function.replace("Function", "Logs")
    logs = properties(group)

    assert properties(function)["LoggingConfig"] == {"LogGroup": {"Ref": group}}
    assert logs["LogGroupName"] == {
        "Fn::Sub": f"/aws/lambda/${{AWS::StackName}}/{function.removesuffix('Function').lower()}"
    }
    assert logs["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_what_has_a_name_is_named_after_its_stack_so_that_two_can_share_an_account() -> None:
    described = [*template()["Resources"].items(), *monitoring()["Resources"].items()]

    fixed = [name for name, each in described if isinstance(each.get("Properties", {}).get("Name"), str)]

    assert fixed == []


def test_what_is_kept_when_its_stack_goes_has_no_name_that_the_next_one_needs() -> None:
    kept = {name: each["Properties"] for name, each in template()["Resources"].items() if "DeletionPolicy" in each}

    assert {"CoreTable", "SecretsTable", "MediaBucket", "SigningSecret", "ReaderSecret"} <= kept.keys()
    assert not [name for name, each in kept.items() if any(property.endswith("Name") for property in each)]


def test_what_the_gateway_answers_by_itself_is_a_problem_document_that_says_its_status() -> None:
    answers = properties("Api")["GatewayResponses"]

    for name, answer in answers.items():
        [(content_type, text)] = answer["ResponseTemplates"].items()
        problem = json.loads(text)
        assert content_type == "application/json"
        assert answer["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"
        assert "$" not in str(problem)
        assert problem["detail"]
        assert problem.get("status") == answer.get("StatusCode"), name
    assert [name for name, answer in answers.items() if "StatusCode" not in answer] == ["DEFAULT_4XX", "DEFAULT_5XX"]


def test_webhooks_that_wait_for_their_time_raise_no_alarm_and_others_soon_do() -> None:
    alarm = monitoring()["Resources"]["NotificationQueueAlarm"]["Properties"]

    usual = LONGEST_DELAY + properties("NotificationQueue")["VisibilityTimeout"]

    assert usual < alarm["Threshold"] <= 2 * usual


def test_the_indexes_of_the_core_table_which_throttle_first_are_on_the_dashboard() -> None:
    indexes = {each["IndexName"] for each in properties("CoreTable")["GlobalSecondaryIndexes"]}

    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        seen = {each[-1] for each in plotted() if each[1] == metric and "GlobalSecondaryIndexName" in each}
        assert seen == indexes


def test_no_error_of_the_api_is_kept_for_other_people_at_the_edge() -> None:
    kept = properties("PageDistribution")["DistributionConfig"]["CustomErrorResponses"]

    assert {each["ErrorCachingMinTTL"] for each in kept} == {0}
    assert {404, 500, 502, 503, 504} <= {each["ErrorCode"] for each in kept}


def plotted() -> list[Any]:
    """The metrics on the dashboard."""
    body = monitoring()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::ToJsonString"]
    return [metric for widget in body["widgets"] for metric in widget["properties"]["metrics"]]


def error_rates() -> list[Any]:
    """What the alarms on failed invocations are computed from."""
    found = (each["Properties"].get("Metrics", [])[1:] for each in monitoring()["Resources"].values())
    return [parts for parts in found if parts]
