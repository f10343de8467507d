"""The JSON of sessions and votes: what requests must look like, and what QAs are shown."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from msgspec import Meta, Struct

from snapjury.rules.jury import Receipt
from snapjury.rules.product import Product
from snapjury.rules.session import PAGE, Session
from snapjury.rules.snapshot import Snapshot, Standing, Verdict
from snapjury.schemas import Moment, Problem, moment
from snapjury.services.ports import MediaLinks
from snapjury.services.reviews import Page


class VoteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PUT /sessions/{session}/votes/{snapshot}`."""

    verdict: Verdict


class VotesRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `PATCH /sessions/{session}/votes`: a verdict for each snapshot; null takes the vote back."""

    votes: Annotated[dict[str, Verdict | None], Meta(min_length=1, max_length=PAGE)]


class ProductNameView(TypedDict):
    """A product; `name` is null if it is not known."""

    gtin: str
    name: str | None


class ItemView(TypedDict):
    """A snapshot to judge. The URLs show the pictures for an hour; the seat is kept until `lease_expires_at`."""

    snapshot: str
    product: ProductNameView
    snapshot_url: str
    reference_url: str | None
    width: int
    height: int
    lease_expires_at: Moment | None


class PageView(TypedDict):
    """What a QA has before them. `grid` is how many to show at a time, 0 for one after the other."""

    id: str
    target: int
    remaining: int
    grid: int
    items: list[ItemView]


class ReceiptView(TypedDict):
    """What became of a vote, and how many snapshots of the session remain."""

    counted: bool
    reason: Standing
    remaining: int


class VotesView(TypedDict):
    """What became of several votes, by snapshot: those that were taken, and why others were not."""

    receipts: dict[str, ReceiptView]
    problems: dict[str, Problem]


def page_view(page: Page, products: Mapping[str, Product], links: MediaLinks, grid: int = 0) -> PageView:
    """What a QA has before them: snapshots, each beside the reference image of its product, or `grid` at a time."""
    return {
        "id": page.session.id,
        "target": page.session.target,
        "remaining": page.remaining,
        "grid": grid,
        "items": [item_view(each, page.session, products.get(each.product), links) for each in page.snapshots],
    }


def item_view(snapshot: Snapshot, session: Session, product: Product | None, links: MediaLinks) -> ItemView:
    lease = snapshot.lease_of(session.qa, session.id)
    return {
        "snapshot": snapshot.id,
        "product": {"gtin": snapshot.product, "name": product.name if product else None},
        "snapshot_url": links.link(snapshot.image, snapshot.type),
        "reference_url": (
            links.link(product.reference, product.reference_type) if product and product.reference else None
        ),
        "width": snapshot.width,
        "height": snapshot.height,
        "lease_expires_at": moment(lease.expires_at) if lease else None,
    }


def receipt_view(receipt: Receipt) -> ReceiptView:
    return {"counted": receipt.counted, "reason": receipt.standing, "remaining": receipt.remaining}
