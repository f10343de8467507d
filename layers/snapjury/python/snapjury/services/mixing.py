"""Gold among what a QA is asked: which, and as whose copies. By keys alone, at a cost that the amount of gold does not
change.
"""

import hashlib
from collections.abc import Callable, Sequence
from random import Random

from snapjury.rules.gold import gold_wanted, question_for
from snapjury.rules.session import TARGET, Session
from snapjury.rules.snapshot import Snapshot
from snapjury.services.assets import new_id_from
from snapjury.services.drawing import HIGHEST, LOWEST, windows
from snapjury.services.ports import PoolEntry, Snapshots

WINDOW = 200
"""Gold that is read to choose from: all there is, or what follows a random place."""

CHOICE, MOST_LOOKED_AT = 4, 100
"""Gold that is looked at for each one that is wanted, since the QA may know it; one batch read at the most."""


def copy_id_for(qa: str, of: str, place: str) -> str:
    """The id of this QA's copy of a marked snapshot: always the same, so that nobody is asked it twice.

    It looks like every other. `place`, where the snapshot stands among the gold, is random and nobody is told it, so
    nobody can tell the copies of a snapshot by their ids, or that one is a copy at all.
    """
    return new_id_from(hashlib.sha256(f"gold\0{place}\0{of}\0{qa}".encode()).digest())


def as_question(qa: str, snapshot: Snapshot, now: int) -> Snapshot:
    """What to ask this QA: the snapshot, or if its answer is known, the QA's own copy."""
    return question_for(qa, snapshot, copy_id_for(qa, snapshot.id, snapshot.gold_place or ""), now)


def lost_as_others_are(
    asked: Sequence[Snapshot], free: Sequence[Snapshot], session: Session, chance: Random, now: int
) -> list[Snapshot]:
    """Those of a page that are free; of copies that the QA left until the lease was over, no more than of others.

    Nobody else takes the seat on a copy. If all of them stayed on a page that was left, while others judged the rest
    of it, then what stayed would be gold.
    """
    left = [each for each in asked if is_left(each, session, now)]
    others = [each.id for each in left if each.gold is None]
    still_free = {each.id for each in free}
    lost = {each.id for each in left if each.gold and others and chance.choice(others) not in still_free}
    return [each for each in free if each.id not in lost]


def is_left(snapshot: Snapshot, session: Session, now: int) -> bool:
    lease = snapshot.lease_of(session.qa, session.id)
    return lease is not None and lease.expires_at <= now


def mixed_with_gold(
    qa: str, real: Sequence[str], votes_of: Callable[[str], int], snapshots: Snapshots, chance: Random
) -> tuple[str, ...]:
    """The ids of what to ask in a session: the given ones, some of which make place for gold, in random order.

    Gold is named by what it will be a copy of. One query if there is none, else up to three and a batch read.
    """
    entries = gold_to_choose_from(snapshots, chance) if real else ()
    wanted = gold_wanted(len(real), votes_of(qa)) if entries else 0
    gold = new_gold(qa, wanted, entries, snapshots, chance)
    mixed = [*real[: TARGET - len(gold)], *gold]
    chance.shuffle(mixed)
    return tuple(mixed)


def gold_to_choose_from(snapshots: Snapshots, chance: Random) -> tuple[PoolEntry, ...]:
    entries = snapshots.gold(LOWEST, HIGHEST, WINDOW)
    return entries if len(entries) < WINDOW else next(windows(snapshots.gold, WINDOW, chance))


def new_gold(
    qa: str, wanted: int, entries: Sequence[PoolEntry], snapshots: Snapshots, chance: Random
) -> tuple[str, ...]:
    """At most so many of these that the QA has voted on neither as one of the jury, nor as gold."""
    unseen = [each for each in entries if qa not in each.voters]
    looked_at = chance.sample(unseen, min(len(unseen), wanted * CHOICE, MOST_LOOKED_AT))
    copies = {each.id: copy_id_for(qa, each.id, each.place) for each in looked_at}
    stored = snapshots.get_many(list(copies.values())) if copies else {}
    voted_on = {each.id for each in stored.values() if each.vote_of(qa) is not None}
    return tuple(of for of, copy in copies.items() if copy not in voted_on)[:wanted]
