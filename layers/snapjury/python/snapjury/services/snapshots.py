"""What customers and admins do with snapshots: submit a picture of a product, look at what was decided."""

import contextlib
from random import Random

from msgspec import Struct

from snapjury.errors import InvalidRequestError, NotFoundError
from snapjury.rules.api_key import Access
from snapjury.rules.asset import Asset
from snapjury.rules.ids import checked_id
from snapjury.rules.snapshot import Snapshot, Verdict
from snapjury.services.assets import Submission, SubmissionPorts, asset_seen_by, submit_asset
from snapjury.services.drawing import pool_size
from snapjury.services.ports import Assets, Products, QueueLengths, Queues, Snapshots

HOUR = 3_600_000
LARGEST_TALLY = 1000
"""Decisions that statistics look at: more would make the request slow."""


class SnapshotPorts(Struct, frozen=True):
    snapshots: Snapshots
    assets: Assets
    queues: Queues
    chance: Random


class SnapshotRecord(Struct, frozen=True):
    """A submitted picture, and the snapshot that it became; None until it has been validated, and if it was refused.

    `judged` is the snapshot that is judged for it: another one if it is a duplicate, else its own.
    """

    asset: Asset
    snapshot: Snapshot | None
    judged: Snapshot | None

    @property
    def status(self) -> str | None:
        """Of a duplicate that of the snapshot that is judged for it; None where there is no snapshot."""
        if self.snapshot is None or self.judged is None:
            return None
        return self.snapshot.status if self.snapshot.removed_at is not None else self.judged.judgement


def submit_snapshot(submission: Submission, products: Products, ports: SubmissionPorts, now: int) -> Asset:
    """The asset, durably stored and queued, to be filed under its product once it has been validated.

    InvalidRequestError if there is no such product; else as `submit_asset`.
    """
    gtin = submission.product or ""
    product = products.get_many([gtin]).get(gtin)
    if product is None or product.deleted:
        raise InvalidRequestError("no product has this GTIN; an admin creates it with POST /products", "product")
    return submit_asset(submission, ports, now)


def record_seen_by(access: Access, snapshot_id: str, ports: SnapshotPorts) -> SnapshotRecord:
    """What is known of the snapshot; NotFoundError if no picture of a product was submitted under this id.

    To all but admins that of others is not found either. To admins what a QA was asked in the place of a snapshot with
    a known answer leads to that snapshot.
    """
    checked_id(snapshot_id)
    try:
        asset = asset_seen_by(access, snapshot_id, ports.assets)
    except NotFoundError:
        copy = ports.snapshots.get_many([snapshot_id]).get(snapshot_id) if access.admin else None
        if copy is None or copy.gold is None:
            raise
        return record_seen_by(access, copy.gold.of, ports)
    if asset.product is None:
        raise NotFoundError(snapshot_id)
    snapshot = judged = ports.snapshots.get_many([snapshot_id]).get(snapshot_id)
    if snapshot is not None and snapshot.duplicate_of is not None:
        with contextlib.suppress(NotFoundError):  # claimed its bytes, but is not filed yet
            judged = ports.snapshots.get(snapshot.duplicate_of)
    return SnapshotRecord(asset, snapshot, judged)


class Tally(Struct, frozen=True):
    """The decisions of a time, and the votes spent on them and spared; the first thousand only if not `complete`.

    Of the `audited` the policy would have decided earlier, but a full jury was asked; with `agreed` the majority of it
    said the same.
    """

    decided: int
    correct: int
    votes: int
    votes_spared: int
    audited: int
    agreed: int
    complete: bool


class Statistics(Struct, frozen=True):
    """`pending` is counted while the pool is small, and estimated to within some percent when it is large."""

    queues: dict[str, QueueLengths]
    pending: int
    pending_is_estimated: bool
    last_hour: Tally


def statistics_of(ports: SnapshotPorts, now: int) -> Statistics:
    """The state of the system: what waits where, and what the last hour brought."""
    pending, is_estimated = pool_size(ports.snapshots, ports.chance)
    return Statistics(ports.queues.lengths(), pending, is_estimated, tally_since(now - HOUR, ports.snapshots, now))


def tally_since(since: int, snapshots: Snapshots, now: int) -> Tally:
    """What was decided since then (epoch ms)."""
    page = snapshots.decided(since, now, LARGEST_TALLY, None)
    decisions = [each.decision for each in page.snapshots if each.decision]
    return Tally(
        len(decisions),
        sum(each.status is Verdict.CORRECT for each in decisions),
        sum(len(each.votes) for each in page.snapshots),
        sum(each.spared for each in decisions),
        sum(each.audit is not None for each in decisions),
        sum(each.audit is not None and each.audit is each.majority for each in decisions),
        page.next_position is None,
    )
