"""Votes that are to be scored, in so few bytes that a million of them fit into a function's memory."""

from array import array

from snapjury.rules.snapshot import Snapshot, Verdict


class Ledger:
    """Counted votes on decided snapshots and on gold, and those that QAs thought better of, in columns.

    `decided` and `known` have one entry a snapshot: what was decided, and what an admin knows, -1 if nobody does. The
    others have one a vote: the snapshot's number, the QA's, the session's, and epoch milliseconds. Of verdicts, 1 is
    correct; they are those that were given first, also of votes that were taken back.
    """

    def __init__(self) -> None:
        self.decided = array("b")
        self.known = array("b")
        self.snapshot = array("i")
        self.qa = array("i")
        self.verdict = array("b")
        self.session = array("i")
        self.at = array("q")
        self.drawn_at = array("q")
        self.qas: dict[str, int] = {}
        self._sessions: dict[str, int] = {}

    @property
    def snapshots(self) -> int:
        return len(self.decided)

    @property
    def votes(self) -> int:
        return len(self.snapshot)

    def add(self, snapshot: Snapshot) -> None:
        """Enter the votes on a snapshot; nothing if there are none, or it is neither decided nor gold."""
        known = snapshot.gold.answer if snapshot.gold else snapshot.known
        decided = known or (snapshot.decision and snapshot.decision.status)
        if decided is None or not snapshot.scored:
            return
        for vote in snapshot.scored:
            self.snapshot.append(self.snapshots)
            self.qa.append(self.qas.setdefault(vote.qa, len(self.qas)))
            self.verdict.append((vote.first or vote.verdict) is Verdict.CORRECT)
            self.session.append(self._sessions.setdefault(vote.session, len(self._sessions)))
            self.at.append(vote.at)
            self.drawn_at.append(vote.drawn_at)
        self.decided.append(decided is Verdict.CORRECT)
        self.known.append(-1 if known is None else known is Verdict.CORRECT)

    def cut(self, snapshots: int, votes: int) -> None:
        """Forget all but the first so many."""
        del self.decided[snapshots:], self.known[snapshots:]
        for column in (self.snapshot, self.qa, self.verdict, self.session, self.at, self.drawn_at):
            del column[votes:]
