"""What owners ask for: submit an asset, look at it, list assets, get an upload form."""

import hashlib
from collections.abc import Callable

from msgspec import Struct

from snapjury.errors import (
    AlreadyExistsError,
    ForbiddenError,
    IdempotencyKeyReusedError,
    LocationNotEnabledError,
    NotFoundError,
    TemporaryFaultError,
)
from snapjury.rules.api_key import Access, may_name
from snapjury.rules.asset import Asset, Event, Location, Source, is_same_request, queue_asset
from snapjury.rules.ids import checked_id, new_id_from
from snapjury.rules.types.image.about import IMAGE
from snapjury.services.ports import AssetHistory, Assets, UploadForm, Uploads, ValidationQueue


class Submission(Struct, frozen=True):
    """What an owner asks to have validated, and the key under which the same request may be sent again.

    With a `product` (a GTIN-14), the image is to become a snapshot of that product. `type` names one of the types.
    `sources` is the folder of the source bucket that the caller is held to; where none is given, nothing there may be
    named.
    """

    owner: str
    source: Source
    notifications: dict[Event, str]
    idempotency_key: str | None = None
    product: str | None = None
    type: str = IMAGE.name
    sources: str = ""


class SubmissionPorts(Struct, frozen=True):
    assets: Assets
    queue: ValidationQueue
    enabled_locations: tuple[Location, ...]
    new_id: Callable[[], str]


def submit_asset(submission: Submission, ports: SubmissionPorts, now: int) -> Asset:
    """The asset, durably stored and queued.

    Sent again with the same Idempotency-Key, the same request gives the same asset and makes sure that it is queued.
    ForbiddenError if the caller may not name the source.
    If the queue does not take it, TemporaryFaultError: without a key nothing is left behind; with a key the asset
    stays, and the repeated request queues it.
    """
    if submission.source.location not in ports.enabled_locations:
        raise LocationNotEnabledError(submission.source.location, ports.enabled_locations, "assetPath.location")
    if not may_name(submission.sources, submission.source):
        allowed = f"s3://<bucket>/{submission.sources}"
        raise ForbiddenError(f"this API key opens {allowed} alone: a path begins so, without '.' and '..' as folders")
    asset_id = asset_id_of_key(submission) if submission.idempotency_key else ports.new_id()
    asset = queue_asset(
        asset_id,
        submission.owner,
        submission.source,
        submission.notifications,
        now,
        submission.product,
        submission.type,
    )
    try:
        ports.assets.add(asset)
    except AlreadyExistsError:
        stored = ports.assets.get(asset_id)
        if not is_same_request(stored, asset):
            raise IdempotencyKeyReusedError from None
        asset = stored
    if not asset.is_finished:
        queue_or_withdraw(asset, submission, ports)
    return asset


def queue_or_withdraw(asset: Asset, submission: Submission, ports: SubmissionPorts) -> None:
    try:
        ports.queue.send(asset)
    except TemporaryFaultError:
        if submission.idempotency_key is None:  # with a key, another request may be relying on the stored asset
            ports.assets.withdraw(asset)
        raise


def asset_id_of_key(submission: Submission) -> str:
    """The asset id that an owner's Idempotency-Key always leads to."""
    digest = hashlib.sha256(f"{submission.owner}\0{submission.idempotency_key}".encode()).digest()
    return new_id_from(digest)


def owner_to_list(access: Access, named: str | None) -> str:
    """Whose things to list: the caller's, unless another owner is named; ForbiddenError if the caller is no admin."""
    owner = named or access.owner
    if not access.sees(owner):
        raise ForbiddenError("only admins list what other owners have")
    return owner


def asset_seen_by(access: Access, asset_id: str, assets: Assets) -> Asset:
    """The asset; NotFoundError also when it is somebody else's, or this cannot be an id."""
    asset = assets.get(checked_id(asset_id))
    if not access.sees(asset.owner):
        raise NotFoundError(asset_id)
    return asset


def history_seen_by(access: Access, asset_id: str, assets: Assets) -> AssetHistory:
    """The asset with its deliveries; NotFoundError also when it is somebody else's, or this cannot be an id."""
    history = assets.history(checked_id(asset_id))
    if not access.sees(history.asset.owner):
        raise NotFoundError(asset_id)
    return history


def create_upload(uploads: Uploads, max_bytes: int, new_id: Callable[[], str], now: int) -> UploadForm:
    """A form for one upload of at most so many bytes."""
    return uploads.form(new_id(), max_bytes, now)
