"""Puts the page into its bucket: the files of `web/`, with the API's path on an emulator."""

import mimetypes
from pathlib import Path

from infra.aws import client, resource_names
from infra.places import ROOT, api_url

WEB = Path("web")
SETTINGS = "settings.js"


def upload_page(endpoint: str, root: Path = ROOT) -> list[str]:
    """Make the emulator's bucket hold the files of `web/` in this root, and no others; the names of those it got."""
    s3, bucket = client("s3", endpoint), resource_names(endpoint)["PageBucket"]
    files = {file.name: content_of(file) for file in sorted((root / WEB).iterdir()) if is_part(file)}
    before = {each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}
    for name in before - files.keys():
        s3.delete_object(Bucket=bucket, Key=name)
    for name, content in files.items():
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Browsers ask each time whether the file has changed, so nobody works with half an old page.
        s3.put_object(Bucket=bucket, Key=name, Body=content, ContentType=kind, CacheControl="no-cache")
    return list(files)


def is_part(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".")


def content_of(file: Path) -> bytes:
    """The file's bytes; of the settings those for an emulator."""
    if file.name == SETTINGS:
        return f'export const API = "{api_url("")}";\n'.encode()
    return file.read_bytes()
