import copy
from typing import Any

from infra.routes import api_of, without_api

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Api": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1"}},
        "ReviewsFunction": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Events": {"CastVote": {"Type": "Api", "Properties": {"Path": "/votes"}}}},
        },
        "ValidatorFunction": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Events": {"Queued": {"Type": "SQS", "Properties": {"Queue": "q"}}}},
        },
        "CoreTable": {"Type": "AWS::DynamoDB::Table"},
    },
    "Outputs": {"ApiUrl": {"Value": "https://api"}, "CoreTable": {"Value": "core"}},
}


def test_without_the_api_queues_tables_and_their_names_stay() -> None:
    left = without_api(copy.deepcopy(TEMPLATE))

    assert list(left["Resources"]) == ["ReviewsFunction", "ValidatorFunction", "CoreTable"]
    assert left["Resources"]["ReviewsFunction"]["Properties"]["Events"] == {}
    assert list(left["Resources"]["ValidatorFunction"]["Properties"]["Events"]) == ["Queued"]
    assert list(left["Outputs"]) == ["CoreTable"]


def test_another_route_is_another_api_and_other_code_is_not() -> None:
    moved, rewritten = copy.deepcopy(TEMPLATE), copy.deepcopy(TEMPLATE)
    moved["Resources"]["ReviewsFunction"]["Properties"]["Events"]["CastVote"]["Properties"]["Path"] = "/ballots"
    rewritten["Resources"]["ReviewsFunction"]["Properties"]["CodeUri"] = "elsewhere"

    deployed = copy.deepcopy(TEMPLATE)
    deployed["Resources"]["Api"]["Metadata"] = {"SamResourceId": "Api"}

    assert api_of(moved) != api_of(TEMPLATE)
    assert api_of(deployed) == api_of(TEMPLATE)
    assert api_of(rewritten) == api_of(TEMPLATE)
