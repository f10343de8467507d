"""Manifests are read alike wherever they lie."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from snapjury.adapters.local_files import LocalFiles
from snapjury.adapters.memory_jobs import MemoryManifests
from snapjury.adapters.s3_reader import S3Reader
from snapjury.adapters.sources import EnabledSources
from snapjury.errors import (
    UnreachableError,
)
from snapjury.rules.asset import Location, Source
from snapjury.services.job_ports import Manifests
from tests.aws import mocked_aws

REGION = "us-east-1"


@pytest.fixture(params=["memory", "s3", "local"])
def manifest_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[bytes | None], Manifests]]:
    def memory(content: bytes | None) -> Manifests:
        return MemoryManifests({} if content is None else {WEEK.path: content})

    def s3(content: bytes | None) -> Manifests:
        client = boto3.client("s3", REGION)
        client.create_bucket(Bucket="shelves")
        if content is not None:
            client.put_object(Bucket="shelves", Key="week27.csv", Body=content)
        reader = S3Reader(client, "shelves")
        return Located(EnabledSources(reader, None, None, reader, "shelves"), WEEK)

    def local(content: bytes | None) -> Manifests:
        if content is not None:
            (tmp_path / "week27.csv").write_bytes(content)
        files = LocalFiles(str(tmp_path))
        nowhere: Any = None
        return Located(EnabledSources(nowhere, files, None, None, ""), Source(Location.LOCAL, "week27.csv"))

    with mocked_aws():
        yield {"memory": memory, "s3": s3, "local": local}[request.param]


WEEK = Source(Location.S3, "s3://shelves/week27.csv")


class Located:
    """Reads one manifest, wherever it is said to be."""

    def __init__(self, manifests: EnabledSources, source: Source) -> None:
        self._manifests = manifests
        self._source = source

    def read_piece(self, source: Source, start: int, length: int) -> Any:
        return self._manifests.read_piece(self._source, start, length)


def test_a_manifest_is_read_from_any_place_on(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    manifests = manifest_of(b"0123456789")

    pieces = [manifests.read_piece(WEEK, start, 4) for start in (0, 4, 8)]

    assert [piece.content for piece in pieces] == [b"0123", b"4567", b"89"]
    assert {piece.size for piece in pieces} == {10}
    assert len({piece.tag for piece in pieces}) == 1


def test_a_manifest_that_changed_has_another_tag(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    before = manifest_of(b"0123456789").read_piece(WEEK, 0, 4)
    manifests = manifest_of(b"0123")

    assert manifests.read_piece(WEEK, 0, 4).tag != before.tag
    assert manifests.read_piece(WEEK, 4, 4).tag != before.tag


def test_an_empty_manifest_has_no_bytes(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    piece = manifest_of(b"").read_piece(WEEK, 0, 4)

    assert (piece.content, piece.size) == (b"", 0)


def test_a_manifest_that_is_not_there_is_unreachable(manifest_of: Callable[[bytes | None], Manifests]) -> None:
    manifests = manifest_of(None)

    with pytest.raises(UnreachableError):
        manifests.read_piece(WEEK, 0, 4)
