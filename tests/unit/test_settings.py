import pytest
from msgspec.structs import fields

from snapjury.errors import MissingSettingError
from snapjury.rules.policy import POLICIES
from snapjury.settings import AssetsSettings, JurySettings, NotifierSettings, settings_from

ENVIRONMENT = {
    "CORE_TABLE": "core",
    "SECRETS_TABLE": "secrets",
    "NOTIFICATION_QUEUE": "https://queue",
    "NOTIFICATION_DEAD_LETTERS": "https://dead-letters",
    "SIGNING_SECRET": "secret",
    "ALLOWED_CIDRS": "127.0.0.0/8",
    "WEBHOOK_TIMEOUT": "2.5",
    "RETRY_LADDER": "1,2,4",
    "OVERLOAD_PAUSE": "60",
}

VARIABLES_OF_ASSETS = [field.name.upper() for field in fields(AssetsSettings)]
VARIABLES_OF_THE_JURY = [field.name.upper() for field in fields(JurySettings)]


def test_settings_are_read_from_the_variables_of_their_names() -> None:
    settings = settings_from(ENVIRONMENT, NotifierSettings)

    assert settings.webhook_timeout == 2.5
    assert settings.ladder == (1, 2, 4)
    assert settings.allowed_cidrs == "127.0.0.0/8"


def test_a_missing_variable_is_named() -> None:
    without = {name: value for name, value in ENVIRONMENT.items() if name != "SIGNING_SECRET"}

    with pytest.raises(MissingSettingError, match="SIGNING_SECRET is not set"):
        settings_from(without, NotifierSettings)


def test_an_unreadable_variable_is_named() -> None:
    with pytest.raises(MissingSettingError, match="WEBHOOK_TIMEOUT"):
        settings_from(ENVIRONMENT | {"WEBHOOK_TIMEOUT": "soon"}, NotifierSettings)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_switch_is_on_or_off(text: str, value: bool) -> None:
    environment = dict.fromkeys(VARIABLES_OF_ASSETS, "1") | {"REQUIRE_API_KEYS": text}

    assert settings_from(environment, AssetsSettings).require_api_keys is value


def test_a_switch_that_is_neither_is_named() -> None:
    environment = dict.fromkeys(VARIABLES_OF_ASSETS, "1") | {"REQUIRE_API_KEYS": "no"}

    with pytest.raises(MissingSettingError, match="REQUIRE_API_KEYS: 'no' is neither 'true' nor 'false'"):
        settings_from(environment, AssetsSettings)


def test_a_policy_is_set_by_its_name_and_a_wrong_name_is_answered_with_the_right_ones() -> None:
    environment = dict.fromkeys(VARIABLES_OF_THE_JURY, "1") | {"FINAL_LABEL": "majority", "DECIDING_VOTE": "anyone"}

    settings = settings_from(environment | {"REVIEW_POLICY": "lead-of-two"}, JurySettings)

    assert settings.review_policy is POLICIES["lead-of-two"]
    with pytest.raises(MissingSettingError, match=f"REVIEW_POLICY: 'coin' is none of: {', '.join(POLICIES)}"):
        settings_from(environment | {"REVIEW_POLICY": "coin"}, JurySettings)
