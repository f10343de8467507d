"""The jury's rule: who gets a seat on a snapshot, which votes count, and when it is decided.

Every function takes a snapshot as it is stored and gives the one to store next: the same object if nothing changes,
else one with the next version. Nobody votes twice; counted votes and live leases together never exceed the policy's
`most`, or a full jury where that is more and the snapshot is audited, or a vote on it was changed.

Where a decision may come before the last vote, who casts one verdict and then the other learns what the others said.
So where a vote was changed or taken back fewer than a full jury never decide, and what was said first is kept, whatever
becomes of the seat: the leaderboard goes by that.
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from snapjury.errors import AlreadyDecidedError, NotDrawnError
from snapjury.rules.crowd import NOBODY_KNOWN, Crowd
from snapjury.rules.policy import (
    FinalLabel,
    Policy,
    decide,
    is_audited,
    majority_of,
    seats_for,
    tells_by_stopping,
)
from snapjury.rules.snapshot import Decision, Lease, Snapshot, Standing, Verdict, Vote

LATE_LEASES_KEPT = 12
"""Expired leases on a snapshot that late votes are still known by; older ones make place."""

MOST_LEASES = 3
"""Leases that one QA may have of a seat one after another; who has not voted by then leaves it to others for one."""


class DecidingVote(StrEnum):
    """Who is asked next where the votes are even."""

    ANYONE = "anyone"
    BEST_RANKED = "best-ranked"


class Rules(Struct, frozen=True):
    """By which policy the jury decides, and how long a seat is kept for a QA; times are in milliseconds.

    `crowd` is what is known of the QAs. Of `audit_share` percent a full jury is asked. Where the votes are even, the
    next seat is kept for the crowd's referees until `referee_time` after the last vote.
    """

    policy: Policy
    lease: int
    crowd: Crowd = NOBODY_KNOWN
    label: FinalLabel = FinalLabel.MAJORITY
    audit_share: float = 0
    referee_time: int = 0


class Ballot(Struct, frozen=True):
    """One QA's verdict, given in a session."""

    qa: str
    session: str
    verdict: Verdict


class Receipt(Struct, frozen=True):
    """What a QA is told about a vote: the same again when the request is repeated."""

    standing: Standing
    remaining: int

    @property
    def counted(self) -> bool:
        return self.standing is Standing.COUNTED


def open_snapshot(snapshot: Snapshot, rules: Rules, now: int) -> Snapshot:
    """The snapshot with what its votes and the clock have come to meanwhile.

    Surplus votes take seats that nobody keeps any more, the earliest first. Votes that are enough decide, also where
    they became so because the policy was changed to ask for fewer.
    """
    settled = snapshot
    while not settled.is_settled:
        decision = decision_on(settled, rules, now)
        if decision is None and not (settled.surplus and open_seats(settled, rules, now) > 0):
            break
        if decision is None:
            first, *others = settled.surplus
            settled = replace(settled, votes=(*settled.votes, first), surplus=tuple(others))
        settled = replace(settled, decision=decision)
    return next_version(snapshot, settled)


def decision_on(snapshot: Snapshot, rules: Rules, now: int) -> Decision | None:
    """What the votes decide; None as long as more are needed."""
    full = asks_full_jury(snapshot, rules)
    decision = decide(snapshot.votes, rules.policy, now, rules.crowd, rules.label, full)
    is_sampled = is_audited(snapshot.id, rules.audit_share)
    return decision if decision is None or is_sampled else replace(decision, audit=None)


def asks_full_jury(snapshot: Snapshot, rules: Rules) -> bool:
    """Whether a full jury is asked, even if the policy would stop before."""
    return is_audited(snapshot.id, rules.audit_share) or snapshot.is_revised


def open_seats(snapshot: Snapshot, rules: Rules, now: int) -> int:
    """Seats that are neither voted from nor kept for somebody; none once it is decided, or gone.

    Below 0 where a vote was withdrawn after it had opened seats that others have taken.
    """
    if snapshot.is_settled:
        return 0
    seats = seats_for(snapshot.votes, rules.policy, rules.crowd, asks_full_jury(snapshot, rules))
    return seats - len(snapshot.votes) - len(snapshot.live_leases(now))


def may_be_drawn(snapshot: Snapshot, qa: str, session: str, rules: Rules, now: int) -> bool:
    """Whether this QA can be shown it in this session: no vote yet, not on another page of theirs, and an open seat.

    Nor can they if they have kept a seat on it for too long: others are to decide what somebody does not get to.
    """
    if snapshot.is_settled or snapshot.vote_of(qa) is not None:
        return False
    if is_to_wait(snapshot, qa, rules, now):
        return False
    own = [lease for lease in snapshot.live_leases(now) if lease.qa == qa]
    if own:
        return own[0].session == session
    return open_seats(snapshot, rules, now) > 0 and not is_kept_from(snapshot, qa, rules, now)


def is_to_wait(snapshot: Snapshot, qa: str, rules: Rules, now: int) -> bool:
    """Whether this QA has had a seat for as long as they may, and leaves it to others for a lease."""
    return now >= seated_since(snapshot, qa, rules, now) + MOST_LEASES * rules.lease


def seated_since(snapshot: Snapshot, qa: str, rules: Rules, now: int) -> int:
    """Since when this QA has had a seat, whichever session it was for: since now if the last one ended a lease ago."""
    recent = (each.drawn_at for each in snapshot.leases if each.qa == qa and each.expires_at > now - rules.lease)
    return min(recent, default=now)


def is_kept_from(snapshot: Snapshot, qa: str, rules: Rules, now: int) -> bool:
    """Whether the next vote decides among even ones, and is kept a while for those QAs who do that best."""
    if not snapshot.votes or majority_of(snapshot.votes) is not None or qa in rules.crowd.referees:
        return False
    is_too_early = now < max(vote.at for vote in snapshot.votes) + rules.referee_time
    return is_too_early and any(snapshot.vote_of(referee) is None for referee in rules.crowd.referees)


def take_seat(snapshot: Snapshot, lease: Lease, rules: Rules) -> Snapshot | None:
    """The snapshot with this lease; None if it may not be drawn."""
    opened = open_snapshot(snapshot, rules, lease.drawn_at)
    if not may_be_drawn(opened, lease.qa, lease.session, rules, lease.drawn_at):
        return None
    return next_version(snapshot, keep_seat(opened, lease, rules))


def keep_seat(snapshot: Snapshot, lease: Lease, rules: Rules) -> Snapshot:
    """The snapshot, which may be drawn, with this lease.

    A live lease of the same session is kept as it is. It is renewed once half of its time is over, or when something
    else than it said will remain after it; that does not make it younger.
    """
    held = snapshot.lease_of(lease.qa, lease.session)
    if held is not None and held.remaining == lease.remaining and held.expires_at - lease.drawn_at > rules.lease // 2:
        return snapshot
    since = seated_since(snapshot, lease.qa, rules, lease.drawn_at)
    end = min(lease.expires_at, since + MOST_LEASES * rules.lease)
    kept = replace(lease, drawn_at=since, expires_at=end)
    if kept == held:
        return snapshot
    others = tuple(each for each in snapshot.leases if each is not held)
    return replace(snapshot, leases=pruned((*others, kept), lease.drawn_at), version=snapshot.version + 1)


def cast_vote(snapshot: Snapshot, ballot: Ballot, rules: Rules, now: int) -> tuple[Snapshot, Receipt]:
    """The snapshot with this vote, and what to tell the QA.

    The same vote again changes nothing. Another verdict replaces the QA's vote until it is settled, then
    AlreadyDecidedError. NotDrawnError if there is no vote, and the snapshot was never drawn in this session.
    """
    given = snapshot.vote_of(ballot.qa)
    if given is not None:
        return change_vote(snapshot, given, ballot, rules, now)
    lease = snapshot.lease_of(ballot.qa, ballot.session)
    if lease is None:
        raise NotDrawnError
    opened = open_snapshot(snapshot, rules, now)
    before = next((each for each in opened.withdrawn if each.qa == ballot.qa), None)
    without_own_seats = replace(
        opened,
        leases=tuple(each for each in opened.leases if each.qa != ballot.qa),
        withdrawn=tuple(each for each in opened.withdrawn if each.qa != ballot.qa),
    )
    standing = Standing.COUNTED
    if opened.decision is not None:
        standing = Standing.ALREADY_DECIDED
    elif opened.is_gone:
        standing = Standing.REMOVED
    elif lease.expires_at <= now and open_seats(without_own_seats, rules, now) <= 0:
        standing = Standing.NO_OPEN_SEAT
    vote = Vote(ballot.qa, ballot.verdict, now, ballot.session, lease.drawn_at, lease.remaining, standing)
    if before is not None:
        vote = replace(vote, at=before.at, drawn_at=before.drawn_at, first=before.first)
    if standing is Standing.COUNTED:
        voted = replace(without_own_seats, votes=(*opened.votes, vote))
    else:
        voted = replace(without_own_seats, surplus=(*opened.surplus, vote))
    return settled(snapshot, voted, rules, now), receipt_of(vote)


def change_vote(snapshot: Snapshot, given: Vote, ballot: Ballot, rules: Rules, now: int) -> tuple[Snapshot, Receipt]:
    """The snapshot with another verdict in the place of the given one."""
    if given.verdict is not ballot.verdict:
        if snapshot.is_settled:
            raise AlreadyDecidedError(given.verdict)
        first = said_first(snapshot, given, rules)
        changed = replace(given, verdict=ballot.verdict, at=given.at if first else now, first=first)
        voted = replace(
            snapshot,
            votes=tuple(changed if each is given else each for each in snapshot.votes),
            surplus=tuple(changed if each is given else each for each in snapshot.surplus),
        )
        snapshot = settled(snapshot, voted, rules, now)
    return snapshot, receipt_of(given)


def withdraw_vote(snapshot: Snapshot, qa: str, session: str, rules: Rules, now: int) -> tuple[Snapshot, Receipt]:
    """The snapshot without this QA's vote, the seat kept for them again if it is still theirs to have.

    That seat is of this session, also if they voted in another. Nothing changes where there is no vote.
    AlreadyDecidedError once it is settled; NotDrawnError if there is none, and it was never drawn in this session.
    """
    given = snapshot.vote_of(qa)
    if given is None:
        lease = snapshot.lease_of(qa, session)
        if lease is None:
            raise NotDrawnError
        return snapshot, Receipt(Standing.WITHDRAWN, lease.remaining + 1)
    if snapshot.is_settled:
        raise AlreadyDecidedError(given.verdict)
    without = replace(
        snapshot,
        votes=tuple(each for each in snapshot.votes if each is not given),
        surplus=tuple(each for each in snapshot.surplus if each is not given),
    )
    first = said_first(snapshot, given, rules)
    if first is not None:
        without = replace(without, withdrawn=(*without.withdrawn, replace(given, first=first)))
    is_kept = open_seats(without, rules, now) > 0 and now < given.drawn_at + MOST_LEASES * rules.lease
    until = now + rules.lease if is_kept else now
    lease = Lease(qa, session, given.drawn_at, until, given.remaining)
    kept = replace(without, leases=pruned((*without.leases, lease), now))
    return settled(snapshot, kept, rules, now), Receipt(Standing.WITHDRAWN, given.remaining + 1)


def said_first(snapshot: Snapshot, given: Vote, rules: Rules) -> Verdict | None:
    """What this vote said at first, where that must not be forgotten: who changes it may know what is right by now.

    The leaderboard tells in time how somebody answered gold; a decision that comes early, what others said.
    """
    is_telling = snapshot.gold is not None or tells_by_stopping(rules.policy)
    return (given.first or given.verdict) if is_telling else None


def give_up_seat(snapshot: Snapshot, qa: str, session: str, now: int) -> Snapshot:
    """The snapshot without the seat that was kept for this QA in this session, which takes no vote any more."""
    held = snapshot.lease_of(qa, session)
    if held is None:
        return snapshot
    given_up = replace(held, expires_at=min(now, held.expires_at), given_up=True)
    leases = tuple(given_up if each is held else each for each in snapshot.leases)
    return next_version(snapshot, replace(snapshot, leases=leases))


def receipt_of(vote: Vote) -> Receipt:
    return Receipt(vote.standing, vote.remaining)


def pruned(leases: tuple[Lease, ...], now: int) -> tuple[Lease, ...]:
    """The leases without the oldest of the expired ones, first of all those of QAs who have a newer one."""
    if len(leases) <= LATE_LEASES_KEPT:
        return leases
    newest = {each.qa: each for each in sorted(leases, key=lambda each: each.expires_at)}
    ended = (each for each in leases if each.expires_at <= now)
    expired = sorted(ended, key=lambda each: (each is newest[each.qa], each.expires_at))
    dropped = expired[:-LATE_LEASES_KEPT]
    return tuple(each for each in leases if each not in dropped)


def settled(before: Snapshot, after: Snapshot, rules: Rules, now: int) -> Snapshot:
    return next_version(before, open_snapshot(after, rules, now))


def next_version(before: Snapshot, after: Snapshot) -> Snapshot:
    """`after` as what follows `before`; `before` itself if nothing changed."""
    unversioned = replace(after, version=before.version)
    return before if unversioned == before else replace(after, version=before.version + 1)
