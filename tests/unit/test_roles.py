"""What the template's policies say; what they do is tried by `tests/e2e/test_least_privilege.py`."""

from typing import Any

import pytest

from snapjury.adapters import keys
from snapjury.rules.board import Window
from tests.template import properties, resources, statements_of

FUNCTIONS = resources("AWS::Serverless::Function")
QUEUES = resources("AWS::SQS::Queue")

ITEMS = {
    f"{partition.partition('#')[0]}#*"
    for partition in (
        keys.asset_partition(""),
        keys.snapshot_partition(""),
        keys.picture_key("", "")["pk"],
        keys.user_key("")["pk"],
        keys.api_key_key("")["pk"],
        keys.product_partition(""),
        keys.import_partition(""),
        keys.export_key("")["pk"],
        keys.board_partition(Window.WEEK),
    )
}
"""What a policy may name of the core table: items of one kind."""

TRACES = {"Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
"""The one statement for all resources: traces have none."""

BY_KEY = {f"dynamodb:{name}" for name in ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")}
"""What names its items. Of others, as of a scan, `ForAllValues` holds whatever they read."""

PARTS = {
    "${UploadBucket.Arn}/uploads/*": "an upload's key is its id, below this prefix",
    "${MediaBucket.Arn}/sha256/*": "a picture's key is its hash",
    "${ExportBucket.Arn}/exports/*": "an export's key is its id",
    "arn:${AWS::Partition}:s3:::${SourceBucket}/*": "customers name the objects",
}
"""Resources that end in a wildcard, since what is in them has names that are not known before."""


def actions_of(statement: dict[str, Any]) -> list[str]:
    return listed(statement["Action"])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def items_of(statement: dict[str, Any]) -> list[str]:
    found: list[str] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return found


def on_core_table(function: str) -> list[dict[str, Any]]:
    return [each for each in statements_of(function) if each["Resource"] == {"Fn::GetAtt": "CoreTable.Arn"}]


def those_who_may(action: str, item: str) -> set[str]:
    """The functions that may do this with such items of the core table."""
    return {
        function
        for function in FUNCTIONS
        for each in on_core_table(function)
        if action in actions_of(each) and item in items_of(each)
    }


def queues_of(function: str, action: str) -> set[str]:
    statements = [each for each in statements_of(function) if action in actions_of(each)]
    return {queue["Fn::GetAtt"].removesuffix(".Arn") for each in statements for queue in listed(each["Resource"])}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_role_of_its_own_that_lambda_alone_may_take(function: str) -> None:
    name = function.replace("Function", "Role")
    role = properties(name)
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]

    assert properties(function)["Role"] == {"Fn::GetAtt": f"{name}.Arn"}
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert role.keys() == {"AssumeRolePolicyDocument", "Policies"}, "managed policies allow more than a function needs"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_single_actions_on_named_resources_only(function: str) -> None:
    for statement in statements_of(function):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in actions_of(statement))
        for resource in listed(statement["Resource"]):
            text = next(iter(resource.values())) if isinstance(resource, dict) else resource
            if "*" in text and text not in PARTS:
                assert {name: statement[name] for name in TRACES} == TRACES


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_touch_only_items_of_certain_kinds_in_the_core_table(function: str) -> None:
    assert on_core_table(function)
    assert all(set(items_of(each)) <= ITEMS for each in on_core_table(function))
    assert all(set(actions_of(each)) <= BY_KEY for each in on_core_table(function))


def test_only_those_may_write_what_others_trust_whose_work_it_is() -> None:
    noting_their_use = {"AssetsFunction", "CatalogFunction"}

    assert those_who_may("dynamodb:PutItem", "KEY#*") == {"CustomersFunction"} | noting_their_use
    assert those_who_may("dynamodb:PutItem", "USER#*") == {"CatalogFunction"}
    assert those_who_may("dynamodb:PutItem", "BOARD#*") == {"ScorerFunction"}
    assert {each for kind in ITEMS for each in those_who_may("dynamodb:UpdateItem", kind)} == {"ReviewsFunction"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_messages_are_received_from_own_queues_only_and_from_dead_letters_by_operations(function: str) -> None:
    events = [each["Properties"] for each in properties(function)["Events"].values() if each["Type"] == "SQS"]
    own = {each["Queue"]["Fn::GetAtt"].removesuffix(".Arn") for each in events}
    shown = {name for name in QUEUES if "DeadLetters" in name} if function == "OperationsFunction" else set()

    assert queues_of(function, "sqs:ReceiveMessage") == queues_of(function, "sqs:DeleteMessage") == own | shown


def test_signing_secrets_are_read_by_those_who_sign_and_those_who_make_them_alone() -> None:
    on_secrets = {
        function: actions_of(each)
        for function in FUNCTIONS
        for each in statements_of(function)
        if each["Resource"] == {"Fn::GetAtt": "SecretsTable.Arn"}
    }

    assert on_secrets == {
        "NotifierFunction": ["dynamodb:GetItem"],
        "CustomersFunction": ["dynamodb:GetItem", "dynamodb:PutItem"],
    }
