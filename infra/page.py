"""Puts the page into its bucket: the files of `web/`, with the API's path on an emulator."""

import json
import mimetypes
from pathlib import Path
from typing import Any

from infra.aws import client, resource_names
from infra.places import ROOT, api_url

WEB = Path("web")
SETTINGS = "settings.js"


def upload_page(endpoint: str, root: Path = ROOT) -> list[str]:
    """Make the emulator's bucket hold the files of `web/` in this root, and no others; the names of those it got."""
    s3, bucket = client("s3", endpoint), resource_names(endpoint)["PageBucket"]
    let_anybody_read(s3, bucket)
    files = {file.name: content_of(file) for file in sorted((root / WEB).iterdir()) if is_part(file)}
    before = {each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}
    for name in before - files.keys():
        s3.delete_object(Bucket=bucket, Key=name)
    for name, content in files.items():
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Browsers ask each time whether the file has changed, so nobody works with half an old page.
        s3.put_object(Bucket=bucket, Key=name, Body=content, ContentType=kind, CacheControl="no-cache")
    return list(files)


def let_anybody_read(s3: Any, bucket: str) -> None:
    """Open the emulator's bucket, which browsers read directly: there is no CloudFront before it."""
    reading = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],  # without the latter a missing file is a forbidden one
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [reading]}))


def is_part(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".")


def content_of(file: Path) -> bytes:
    """The file's bytes; of the settings those for an emulator."""
    if file.name == SETTINGS:
        return f'export const API = "{api_url("")}";\n'.encode()
    return file.read_bytes()
