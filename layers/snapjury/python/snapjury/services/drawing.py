"""Random choice from the pool of undecided snapshots, by keys alone, at a cost that does not grow with the pool.

Entries stand at random places of a few shards. From each shard a window of entries is read at a random place, round the
end if need be, and the choice is made among all of them: the first entries of one place would be those behind gaps.
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from random import Random

from snapjury.services.ports import PoolEntry, Snapshots

LOWEST, HIGHEST = "!", "~"
PLACE_CHARACTERS = "abcdefghijklmnopqrstuvwxyz234567"
PLACE_LENGTH = 10
BITS = 5
"""Of a character of a place."""

CHOICE = 4
"""Entries that are read for each one that is chosen."""

SMALLEST_WINDOW = 25
WHOLE_WINDOW = 1000
"""Entries that are read at a time where a QA has voted on nearly all, and those that are left must be found."""


def random_place(chance: Random) -> str:
    """A place in the pool."""
    drawn = chance.getrandbits(BITS * PLACE_LENGTH)  # at once: each question to the system's source is a call of it
    return "".join(PLACE_CHARACTERS[(drawn >> shift) & 31] for shift in range(0, BITS * PLACE_LENGTH, BITS))


def pick_for(qa: str, count: int, excluded: Collection[str], snapshots: Snapshots, chance: Random) -> tuple[str, ...]:
    """The ids of at most `count` random snapshots that this QA has not voted on; fewer only if there are no more."""
    window = max(SMALLEST_WINDOW, count * CHOICE // snapshots.shards)
    shards = [windows(partial(snapshots.pool, shard), window, chance) for shard in range(snapshots.shards)]
    chance.shuffle(shards)
    found: dict[str, PoolEntry] = {}
    while shards and len(found) < count:
        for shard in list(shards):
            entries = next(shard, None)
            if entries is None:
                shards.remove(shard)
                continue
            found |= {each.id: each for each in entries if qa not in each.voters and each.id not in excluded}
            if len(found) >= count * CHOICE:
                break
    return tuple(chance.sample(sorted(found), min(count, len(found))))


Shard = Callable[[str, str, int], tuple[PoolEntry, ...]]
"""Reads the first so many entries between two places."""


def windows(shard: Shard, size: int, chance: Random) -> Iterator[tuple[PoolEntry, ...]]:
    """The entries of a shard once round from a random place: a first window of this size, then larger ones."""
    origin = random_place(chance)
    beyond = shard(origin, HIGHEST, size)
    if len(beyond) == size:
        yield beyond
        yield from stretch(shard, after(beyond[-1]), HIGHEST, WHOLE_WINDOW)
        yield from stretch(shard, LOWEST, origin, WHOLE_WINDOW)
        return
    rest = shard(LOWEST, origin, size - len(beyond))
    yield beyond + rest
    if len(beyond) + len(rest) == size:
        yield from stretch(shard, after(rest[-1]), origin, WHOLE_WINDOW)


def stretch(shard: Shard, start: str, end: str, size: int) -> Iterator[tuple[PoolEntry, ...]]:
    """The entries between two places of a shard, in windows of this size."""
    while entries := shard(start, end, size):
        yield entries
        if len(entries) < size:
            return
        start = after(entries[-1])


def after(entry: PoolEntry) -> str:
    """The first place behind this entry's."""
    return entry.place + LOWEST


def pool_size(snapshots: Snapshots, chance: Random) -> tuple[int, bool]:
    """How many snapshots the pool holds, and whether that is an estimate.

    A small pool is counted. A large one is estimated from how densely its random places lie: a window of w entries
    tells a shard's size to within about one part in the square root of w.
    """
    sizes = [shard_size(shard, snapshots, chance) for shard in range(snapshots.shards)]
    return sum(size for size, _ in sizes), any(is_estimate for _, is_estimate in sizes)


def shard_size(shard: int, snapshots: Snapshots, chance: Random) -> tuple[int, bool]:
    origin = random_place(chance)
    before = snapshots.pool(shard, LOWEST, origin, WHOLE_WINDOW)
    beyond = snapshots.pool(shard, origin, HIGHEST, WHOLE_WINDOW)
    if max(len(before), len(beyond)) < WHOLE_WINDOW:
        return len(before) + len(beyond), False
    window = max(before, beyond, key=len)
    share = fraction(window[-1].place) - fraction(window[0].place)
    return round((len(window) - 1) / share), True


def fraction(place: str) -> float:
    """Where a place lies between the first and the last possible one, from 0 to 1."""
    ordered = sorted(PLACE_CHARACTERS)
    digits = (ordered.index(character) for character in place)
    return sum(digit * float(len(ordered)) ** -depth for depth, digit in enumerate(digits, start=1))
