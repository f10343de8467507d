"""A value that an enumeration does not have is refused with those that it has, wherever in a request it stands."""

import msgspec
import pytest

from snapjury.schemas import SubmitAssetRequest
from snapjury.schemas_customers import CreateKeyRequest
from snapjury.schemas_jobs import CreateImportRequest
from snapjury.schemas_people import CreateUserRequest
from snapjury.schemas_reviews import VoteRequest, VotesRequest
from snapjury.web import invalid

LOCATIONS = "Invalid enum value 'ftp'; use one of: http, local, s3, upload"
VERDICTS = "Invalid enum value 'maybe'; use one of: correct, incorrect_or_unsure"

REQUESTS = [
    (SubmitAssetRequest, '{"assetPath": {"location": "ftp", "path": "a"}}', "assetPath.location", LOCATIONS),
    (CreateImportRequest, '{"manifest": {"location": "ftp", "path": "a"}}', "manifest.location", LOCATIONS),
    (VoteRequest, '{"verdict": "maybe"}', "verdict", VERDICTS),
    (VotesRequest, '{"votes": {"a": null, "b": "maybe"}}', "votes[...]", VERDICTS),
    (
        CreateKeyRequest,
        '{"owner": "acme", "scopes": ["assets:read", "all"]}',
        "scopes[1]",
        "Invalid enum value 'all'; use one of: assets:read, assets:write, snapshots:write",
    ),
    (
        CreateUserRequest,
        '{"name": "grace", "password": "tortilla-chips", "role": "king"}',
        "role",
        "Invalid enum value 'king'; use one of: admin, qa",
    ),
]


@pytest.mark.parametrize(("kind", "body", "field", "message"), REQUESTS, ids=[each[2] for each in REQUESTS])
def test_a_wrong_value_is_refused_with_the_right_ones(kind: type, body: str, field: str, message: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=kind)

    refused = invalid(caught.value, kind)

    assert (refused.field, str(refused)) == (field, message)
