from collections.abc import Iterator
from xml.sax.saxutils import escape

import boto3
import pytest

from snapjury.adapters.dynamo_catalog import DynamoUsers
from snapjury.adapters.table import Table
from snapjury.rules.password import is_password
from snapjury.rules.user import Role
from tests.api_server import ApiServer, Reply, Request, problem
from tests.aws import mocked_aws
from tests.command_line import lines_of, run
from tests.template import create_core_table, create_table, template

OUTPUTS = {"CoreTable": "core", "SessionsTable": "sessions"}


class Users:
    """The part of the API that keeps users; `maria` is the admin."""

    def __init__(self) -> None:
        self.passwords = {"maria": "maria's secret"}
        self.users: dict[str, dict[str, object]] = {"maria": {"name": "maria", "role": "admin", "disabled": False}}

    def __call__(self, request: Request) -> Reply:
        if request.route == "POST /auth/token":
            is_right = self.passwords.get(request.body["name"]) == request.body["password"]
            return Reply(200, {"token": "token of maria"}) if is_right else problem(401, "the password is wrong")
        if request.headers.get("authorization") != "Bearer token of maria":
            return problem(401, "sign in first")
        if request.route == "POST /users":
            return self.create(**request.body)
        if request.method == "PATCH":
            user = self.users.get(request.path.removeprefix("/users/"))
            if user is None:
                return problem(404, "nobody has this name")
            user |= request.body
            return Reply(200, user)
        return Reply(200, {"users": list(self.users.values()), "next": None})

    def create(self, name: str, password: str, role: str) -> Reply:
        if name in self.users:
            return problem(409, "is taken", "name")
        self.passwords[name] = password
        self.users[name] = {"name": name, "role": role, "disabled": False}
        return Reply(201, self.users[name])


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
def api(users: Users) -> Iterator[ApiServer]:
    with ApiServer(users) as server:
        yield server


@pytest.fixture
def as_maria(api: ApiServer) -> dict[str, str]:
    return {"SNAPJURY_URL": api.url, "SNAPJURY_USER": "maria", "SNAPJURY_PASSWORD": "maria's secret"}


def test_an_admin_creates_a_qa_whose_password_comes_from_the_input(as_maria: dict[str, str], users: Users) -> None:
    result = run("users", "create", "kevin", "--role", "qa", "--password-stdin", env=as_maria, stdin="open sesame\n")

    assert lines_of(result) == [{"name": "kevin", "role": "qa"}]
    assert users.passwords["kevin"] == "open sesame"
    assert users.users["kevin"]["role"] == "qa"


def test_a_token_is_as_good_as_a_password(api: ApiServer, users: Users) -> None:
    env = {"SNAPJURY_TOKEN": "token of maria", "SNAPJURY_NEW_PASSWORD": "open sesame"}

    lines_of(run("users", "create", "zoe", "--role", "admin", "--url", api.url, env=env))

    assert users.passwords["zoe"] == "open sesame"
    assert api.routes == ["POST /users"]


def test_a_taken_name_fails_with_one_line(as_maria: dict[str, str]) -> None:
    env = as_maria | {"SNAPJURY_NEW_PASSWORD": "open sesame"}

    result = run("users", "create", "maria", "--role", "qa", env=env)

    assert (result.exit_code, result.stdout) == (1, "")
    url = as_maria["SNAPJURY_URL"]
    assert result.stderr == f"snapjury users create: name: is taken (POST {url}/users answered 409)\n"


def test_where_nobody_can_be_asked_what_is_missing_is_said(api: ApiServer, as_maria: dict[str, str]) -> None:
    signed_out = run("users", "create", "kevin", "--role", "qa", "--url", api.url)
    without_password = run("users", "create", "kevin", "--role", "qa", env=as_maria)

    assert "sign in: --user and --password" in signed_out.stderr
    assert "--password-stdin or in SNAPJURY_NEW_PASSWORD" in without_password.stderr
    assert (signed_out.exit_code, without_password.exit_code) == (1, 1)


def test_users_are_listed_disabled_and_enabled(as_maria: dict[str, str], users: Users) -> None:
    users.create("kevin", "open sesame", "qa")

    listed = lines_of(run("users", "list", env=as_maria))
    disabled = lines_of(run("users", "disable", "kevin", env=as_maria))
    enabled = lines_of(run("users", "enable", "kevin", env=as_maria))

    assert [each["name"] for each in listed] == ["maria", "kevin"]
    assert [each["disabled"] for each in (*disabled, *enabled)] == [True, False]


@pytest.mark.parametrize("command", ["disable", "enable"])
def test_a_name_is_only_ever_a_name(as_maria: dict[str, str], api: ApiServer, command: str) -> None:
    result = run("users", command, "../jobs/1?all", env=as_maria)

    assert result.stderr.startswith(f"snapjury users {command}: nobody has this name")
    assert api.routes[-1] == "PATCH /users/..%2Fjobs%2F1%3Fall"


def described(stack: str) -> Reply:
    """What CloudFormation says of the stack `snapjury`."""
    if stack != "snapjury":
        error = f"<Error><Code>ValidationError</Code><Message>{stack} does not exist</Message></Error>"
        return Reply(400, f"<ErrorResponse>{error}</ErrorResponse>".encode())
    outputs = "".join(
        f"<member><OutputKey>{key}</OutputKey><OutputValue>{escape(value)}</OutputValue></member>"
        for key, value in OUTPUTS.items()
    )
    stacks = f"<Stacks><member><StackName>{stack}</StackName><Outputs>{outputs}</Outputs></member></Stacks>"
    result = f"<DescribeStacksResult>{stacks}</DescribeStacksResult>"
    return Reply(200, f"<DescribeStacksResponse>{result}</DescribeStacksResponse>".encode())


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoUsers]:
    """The users of a stack that is deployed in an AWS of the test's own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    named = lambda request: dict(part.split("=") for part in request.content.decode().split("&"))["StackName"]  # noqa: E731
    with ApiServer(lambda request: described(named(request))) as formation, mocked_aws():
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", formation.url)
        client = boto3.client("dynamodb")
        create_core_table(client, "core")
        create_table(client, "SessionsTable", "sessions")
        yield DynamoUsers(Table(client, "core"))


def test_the_first_admin_is_written_to_the_table_itself(stored: DynamoUsers) -> None:
    result = run("users", "create", "maria", "--role", "admin", env={"SNAPJURY_NEW_PASSWORD": "maria's secret"})

    assert lines_of(result) == [{"name": "maria", "role": "admin"}]
    assert result.stderr == "Written to the table core itself.\n"
    maria = stored.get("maria")
    assert maria.role is Role.ADMIN
    assert is_password("maria's secret", maria.password)


def test_a_qa_is_written_to_the_table_itself_only_on_demand(stored: DynamoUsers) -> None:
    env = {"SNAPJURY_NEW_PASSWORD": "open sesame"}

    lines_of(run("users", "create", "kevin", "--role", "qa", "--direct", env=env))

    assert stored.get("kevin").role is Role.QA


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("maria", "maria's secret", "a user 'maria' exists already"),
        ("Big Boss", "maria's secret", "name must be"),
        ("boss", "short", "password must have"),
    ],
)
def test_what_the_api_would_refuse_is_refused_here_too(
    stored: DynamoUsers, name: str, password: str, words: str
) -> None:
    run("users", "create", "maria", "--role", "admin", env={"SNAPJURY_NEW_PASSWORD": "maria's secret"})

    result = run("users", "create", name, "--role", "admin", env={"SNAPJURY_NEW_PASSWORD": password})

    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.usefixtures("stored")
def test_a_stack_that_is_not_there_is_named_before_a_password_is_asked_for() -> None:
    result = run("users", "create", "maria", "--role", "admin", "--stack", "other")

    assert result.exit_code == 1
    assert "other does not exist" in result.stderr


def test_the_template_has_the_outputs_that_are_asked_for() -> None:
    assert OUTPUTS.keys() <= template()["Outputs"].keys()
