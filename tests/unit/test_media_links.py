"""Links to pictures, which browsers keep pictures by."""

from typing import Any

from snapjury.adapters.s3 import LINK_REUSED_MS, LINK_SECONDS, S3MediaLinks
from tests.builders import NOON


class Signer:
    """Signs with how often it has signed."""

    def __init__(self) -> None:
        self.count = 0

    def generate_presigned_url(self, operation: str, **given: Any) -> str:
        assert (operation, given["ExpiresIn"]) == ("get_object", LINK_SECONDS)
        self.count += 1
        return f"https://s3/{given['Params']['Bucket']}/{given['Params']['Key']}?{self.count}"


def test_a_link_stays_the_same_for_a_while_and_ends_long_before_its_signature_does() -> None:
    time = NOON
    links = S3MediaLinks(Signer(), "media", lambda: time)

    first = links.link("ab" * 32, "image")
    time += LINK_REUSED_MS - 1
    assert links.link("ab" * 32, "image") == first
    time += 1

    assert first == f"https://s3/media/sha256/ab/{'ab' * 32}.jpg?1"
    assert links.link("ab" * 32, "image") == first[:-1] + "2"
    assert LINK_REUSED_MS < 1000 * LINK_SECONDS / 2


def test_each_picture_and_type_has_a_link_of_its_own() -> None:
    links = S3MediaLinks(Signer(), "media", lambda: NOON)

    assert len({links.link("ab" * 32, "image"), links.link("ab" * 32, "png"), links.link("cd" * 32, "png")}) == 3
