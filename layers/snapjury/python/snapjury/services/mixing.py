"""Gold among what a QA is asked: which, as copies that nobody can tell from the rest, at a cost that never grows."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from random import Random

from snapjury.rules.gold import decided_as, gold_wanted, question_for
from snapjury.rules.ids import new_id_from
from snapjury.rules.session import TARGET
from snapjury.rules.snapshot import Snapshot
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


def copy_id_of(qa: str, snapshot: Snapshot) -> str:
    """The id of this QA's copy of the snapshot, whose answer is known."""
    return copy_id_for(qa, snapshot.id, snapshot.gold_place or snapshot.place)


def as_question(qa: str, snapshot: Snapshot, beside: Iterable[Snapshot], chance: Random, now: int) -> Snapshot:
    """What to ask this QA: the snapshot, or if its answer is known, the QA's own copy of it.

    The copy's shadow is one of those that the QA is shown `beside` it.
    """
    if snapshot.known is None or snapshot.is_gone:
        return snapshot
    others = [each.id for each in beside if each.known is None and each.gold is None and not each.is_settled]
    shadow = chance.choice(others) if others else None
    return question_for(qa, snapshot, copy_id_of(qa, snapshot), shadow, now)


def as_with_others(snapshots: Sequence[Snapshot], store: Snapshots) -> list[Snapshot]:
    """These, copies as decided whose shadows are.

    What is no copy is read again itself: otherwise the time that it takes would tell copies from others.
    """
    shadows = store.get_many(sorted({shadow_of(each) for each in snapshots}))
    return [decided_as(each, shadows.get(shadow_of(each))) for each in snapshots]


def shadow_of(snapshot: Snapshot) -> str:
    return (snapshot.gold and snapshot.gold.shadow) or snapshot.id


def left_as_others_are(asked: Sequence[Snapshot], store: Snapshots, now: int) -> list[Snapshot]:
    """These, copies as decided whose shadows are if their QA left them until the lease was over.

    If all copies stayed on a page that was left, while others judged the rest of it, then what stayed would be gold.
    """
    left = [each for each in asked if each.gold is not None and is_left(each, now)]
    found = {each.id: each for each in as_with_others(left, store)}
    return [found.get(each.id, each) for each in asked]


def is_left(copy: Snapshot, now: int) -> bool:
    """Whether its QA had it on a page, in whichever session, and has it on none now."""
    return bool(copy.leases) and not copy.live_leases(now)


def mixed_with_gold(
    qa: str, real: Sequence[str], votes_of: Callable[[str], int], snapshots: Snapshots, chance: Random
) -> tuple[str, ...]:
    """The ids of what to ask in a session: the given ones, some of which make place for gold, in random order.

    Gold is named by what it will be a copy of, or by the copy if that was drawn before. What was marked a moment ago
    may still be among those given. One query if there is none, else up to three and a batch read.
    """
    entries = gold_to_choose_from(snapshots, chance) if real else ()
    wanted = gold_wanted(len(real), votes_of(qa)) if entries else 0
    gold = new_gold(qa, wanted, [each for each in entries if each.id not in real], snapshots, chance)
    mixed = [*real[: TARGET - len(gold)], *gold]
    chance.shuffle(mixed)
    return tuple(mixed)


def gold_to_choose_from(snapshots: Snapshots, chance: Random) -> tuple[PoolEntry, ...]:
    entries = snapshots.gold(LOWEST, HIGHEST, WINDOW)
    return entries if len(entries) < WINDOW else next(windows(snapshots.gold, WINDOW, chance))


def new_gold(
    qa: str, wanted: int, entries: Sequence[PoolEntry], snapshots: Snapshots, chance: Random
) -> tuple[str, ...]:
    """At most so many of these that the QA has voted on neither as one of the jury, nor as gold; copies if stored."""
    unseen = [each for each in entries if qa not in each.voters]
    looked_at = chance.sample(unseen, min(len(unseen), wanted * CHOICE, MOST_LOOKED_AT))
    copies = {each.id: copy_id_for(qa, each.id, each.place) for each in looked_at}
    stored = snapshots.get_many(list(copies.values())) if copies else {}
    voted_on = {each.id for each in stored.values() if each.vote_of(qa) is not None}
    return tuple(copy if copy in stored else of for of, copy in copies.items() if copy not in voted_on)[:wanted]
