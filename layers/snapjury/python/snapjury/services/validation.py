"""The validation of a queued asset: one end state, however often and by however many it is attempted."""

import hashlib
from collections.abc import Callable
from random import Random

from msgspec import Struct

from snapjury.errors import ConflictError, NotFoundError, TooLargeError, UnreachableError
from snapjury.rules.addresses import Network
from snapjury.rules.asset import (
    NOT_REACHABLE,
    NOT_VALIDATED,
    Asset,
    Errors,
    Event,
    File,
    State,
    finish_validation,
    start_validation,
)
from snapjury.rules.types.inspection import larger_than_message
from snapjury.rules.types.registry import TYPES, rule_of
from snapjury.rules.urls import INVALID_URL, may_be_called
from snapjury.services.filing import FilingPorts, file_picture
from snapjury.services.ports import Assets, Media, NotificationQueue, Snapshots, Sources


class ValidationPorts(Struct, frozen=True):
    assets: Assets
    snapshots: Snapshots
    sources: Sources
    media: Media
    notifications: NotificationQueue
    allowed_networks: tuple[Network, ...]
    chance: Random

    @property
    def filing(self) -> FilingPorts:
        return FilingPorts(self.assets, self.snapshots, self.chance)


class Examination(Struct, frozen=True):
    """The rules that a file breaks; if none, what it is, and its bytes."""

    errors: tuple[str, ...]
    file: File | None = None
    content: bytes = b""


def validate_asset(
    asset_id: str, ports: ValidationPorts, now: Callable[[], int], seen: Asset | None = None
) -> Asset | None:
    """The asset in its end state, filed if it is a snapshot, its webhooks on their way; None if withdrawn.

    `seen` is the asset as it was when it was queued, which spares a read where nobody has begun yet.

    Safe to repeat after a crash at any point: what is stored is kept, what may not have been sent is sent again. Of
    two that validate the same asset at once, the first to store its verdict wins, and both report that one.
    """
    try:
        queued = seen if seen is not None and seen.state is State.QUEUED else ports.assets.get(asset_id)
        asset = begin(queued, ports, now())
    except NotFoundError:
        return None
    if not asset.is_finished:
        notify(asset, Event.START, ports)
        examination = examine(asset, ports)
        if examination.file and not broken_urls(asset, ports.allowed_networks):
            ports.media.put(examination.file.sha256, examination.content, TYPES[asset.type])
        asset = settle(asset, examination, ports, now())
    return conclude(asset, ports)


def give_up_validation(asset_id: str, ports: ValidationPorts, now: Callable[[], int]) -> Asset | None:
    """The asset, failed because no attempt to validate it came to an end; a verdict that exists is kept.

    Where none has begun, since there was no function free to do it, or no table to read, this is the first: it is
    not the asset's fault. If that crashes, the message comes once more, and finds that one has begun.
    """
    try:
        asset = ports.assets.get(asset_id)
    except NotFoundError:
        return None
    if asset.state is State.QUEUED:
        return validate_asset(asset_id, ports, now)
    return conclude(settle(asset, Examination((NOT_VALIDATED,)), ports, now()), ports)


def begin(asset: Asset, ports: ValidationPorts, now: int) -> Asset:
    """The asset with work on it begun, here or by somebody else."""
    while asset.state is State.QUEUED:
        started = start_validation(asset, broken_urls(asset, ports.allowed_networks), now)
        try:
            ports.assets.save(started)
            return started
        except ConflictError:  # begun elsewhere, or removed
            asset = ports.assets.get(asset.id)
    return asset


def settle(asset: Asset, examination: Examination, ports: ValidationPorts, now: int) -> Asset:
    """Store the verdict, unless another is stored already: then that one counts."""
    while not asset.is_finished:
        url_errors = broken_urls(asset, ports.allowed_networks)
        finished = finish_validation(asset, examination.errors, url_errors, examination.file, now)
        try:
            ports.assets.save(finished)
            return finished
        except ConflictError:
            asset = ports.assets.get(asset.id)
    return asset


def conclude(asset: Asset, ports: ValidationPorts) -> Asset:
    """Do what follows from the verdict; all of it again if it comes again."""
    file_picture(asset, ports.filing)
    if asset.end_event is not None:
        notify(asset, asset.end_event, ports)
    return asset


def notify(asset: Asset, event: Event, ports: ValidationPorts) -> None:
    if asset.url_for(event) is not None:
        ports.notifications.send(asset, event, is_news=True)


def broken_urls(asset: Asset, allowed: tuple[Network, ...]) -> Errors:
    """The notification URLs that nothing can be sent to, in the order start, success, failure."""
    given = ((event, asset.notifications.get(event)) for event in Event)
    return {event: (INVALID_URL,) for event, url in given if url is not None and not may_be_called(url, allowed)}


def examine(asset: Asset, ports: ValidationPorts) -> Examination:
    """What reading the asset's file, and inspecting it by the rule of its type, comes to."""
    kind = TYPES[asset.type]
    try:
        content = ports.sources.read(asset.source, kind)
    except UnreachableError:
        return Examination((NOT_REACHABLE,))
    except TooLargeError:
        return Examination((larger_than_message(kind.limits.max_bytes),))
    found = rule_of(kind)(content)
    if not found.ok:
        return Examination(found.errors)
    sha256 = hashlib.sha256(content).hexdigest()
    return Examination((), File(sha256, len(content), found.width, found.height, found.pages), content)
