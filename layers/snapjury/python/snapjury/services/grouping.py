"""Sessions in groups of one product, so that a page can show several snapshots beside one reference image.

The random choice says which products come; others of the same product take the places of what was chosen after them.
"""

from collections.abc import Sequence
from random import Random

from snapjury.rules.session import TARGET
from snapjury.rules.snapshot import Snapshot
from snapjury.services.ports import Snapshots

CHOICE = 2
"""Others of a product that are looked at for each one that is wanted, since the QA may have voted on them."""


def in_groups(
    qa: str, picked: Sequence[str], spare: Sequence[str], size: int, snapshots: Snapshots, chance: Random
) -> tuple[str, ...]:
    """As many ids as were picked, product after product, groups filled up to this size with others of the product.

    Products that make a session are filled up, which takes one or two queries of each shard of their lists at the most;
    with a batch read of what was picked and two of the others, the cost is bounded. A product of which only gold was
    found is left out: whoever is shown it alone could guess. The `spare` ones come in where too few are left.
    """
    stored = snapshots.get_many(picked)
    groups: dict[str, list[Snapshot]] = {}
    for each in picked:
        if each in stored:
            groups.setdefault(stored[each].product, []).append(stored[each])
    wanted = {product: -len(own) % size for product, own in list(groups.items())[: -(-TARGET // size)]}
    others = {product: others_of(groups[product][0], lack, snapshots, chance) for product, lack in wanted.items()}
    looked_at = [each for found in others.values() for each in found if each not in stored]
    new = {each.id for each in snapshots.get_many(looked_at).values() if each.is_open and not each.vote_of(qa)}
    arranged: list[str] = []
    for product, own in groups.items():
        peers = [each for each in others.get(product, ()) if each in new][: wanted.get(product)]
        if peers or any(each.known is None and each.gold is None for each in own):
            group = [*(each.id for each in own), *peers]
            chance.shuffle(group)
            arranged += group
    return tuple(dict.fromkeys((*arranged, *spare)))[: len(picked)]


def others_of(snapshot: Snapshot, wanted: int, snapshots: Snapshots, chance: Random) -> list[str]:
    """Undecided snapshots of the same product, in random order: some more than are wanted, if there are."""
    found: list[str] = []
    for shard in chance.sample(range(snapshots.list_shards), snapshots.list_shards if wanted else 0):
        found += following(snapshot, shard, wanted * CHOICE, snapshots)
        if len(found) >= wanted * CHOICE:
            break
    return chance.sample(found, min(len(found), wanted * CHOICE))


def following(snapshot: Snapshot, shard: int, limit: int, snapshots: Snapshots) -> tuple[str, ...]:
    """The first of a shard behind the snapshot, round the end if need be.

    The snapshot is a random one of its product, so all others have the same chance, wherever they stand.
    """
    first = snapshots.undecided_of(snapshot.product, shard, None, limit)
    if len(first) < limit:
        return first  # all there are
    behind = snapshots.undecided_of(snapshot.product, shard, snapshot, limit)
    return tuple(dict.fromkeys((*behind, *first)))[:limit]
