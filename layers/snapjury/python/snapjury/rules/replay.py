"""What a jury policy would have made of votes that were cast already: how many it asks for, and what it decides.

Each task's votes come in a random order, tasks at random, as from QAs who draw from a pool. Every so often the votes
cast so far are scored, as the scorer does; from then on votes are weighed by that.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from snapjury.rules.crowd import NOBODY_KNOWN, Crowd, cautious, probability_of_correct
from snapjury.rules.policy import JURY, FinalLabel, Policy, label_of, majority_of
from snapjury.rules.scoring import crowd_from, score
from snapjury.rules.snapshot import Verdict, Vote
from snapjury.rules.vote_model import Votes

REFITS = 12
"""How often votes are scored while as many are cast as full juries would."""

FEWEST_NEW = 100
"""Votes that are cast before scoring again is worth the time."""

CLEARLY = 0.6
"""The probability by which a label replaces the one that was decided: three to two."""

Ballots = Sequence[Sequence[Vote]]
"""The votes on each task."""


class Outcome(Struct, frozen=True):
    """What became of each task, in the order given.

    `spent` counts its votes. Labels are the verdict's: 1 for correct, 0 for incorrect, 0.5 for even votes. `decided` is
    the label when it was decided; `final` what all votes that were cast say, scored once more at the end.
    """

    spent: tuple[int, ...]
    decided: tuple[float, ...]
    final: tuple[float, ...]


def ballots_of(cast: Iterable[tuple[str, str, int]]) -> dict[str, tuple[Vote, ...]]:
    """Votes on each task from task, worker and label; a later vote of a worker on a task replaces the earlier one."""
    ballots: dict[str, dict[str, Vote]] = {}
    for task, worker, label in cast:
        verdict = Verdict.CORRECT if label else Verdict.INCORRECT_OR_UNSURE
        ballots.setdefault(task, {})[worker] = Vote(worker, verdict, 0, "", 0, 0)
    return {task: tuple(votes.values()) for task, votes in ballots.items()}


def shuffled(ballots: Ballots, chance: np.random.Generator) -> Ballots:
    """The same votes, those on each task in a random order."""
    return [[votes[place] for place in chance.permutation(len(votes))] for votes in ballots]


def replay(ballots: Ballots, policy: Policy, chance: np.random.Generator, best_decide: bool = False) -> Outcome:
    """Ask for each task's votes in the order given, until the policy has enough or there are no more.

    With `best_decide` the one who votes next where votes are even is the best ranked of those left.
    """
    run = Run(ballots, policy, best_decide)
    while queue := run.open_seats():
        for place in chance.permutation(queue):
            run.ask(place)
    run.learn()
    labelled = zip(run.cast, run.decided, strict=True)
    decided = tuple(run.label(votes) if label is None else label for votes, label in labelled)
    final = tuple(reviewed(label, votes, run.crowd) for label, votes in zip(decided, run.cast, strict=True))
    return Outcome(tuple(len(votes) for votes in run.cast), decided, final)


class Run:
    """A replay under way: by task, the votes `cast`, those `left`, and what was decided."""

    def __init__(self, ballots: Ballots, policy: Policy, best_decide: bool) -> None:
        self.policy = policy
        self.best_decide = best_decide
        self.left = [list(votes) for votes in ballots]
        self.cast: list[list[Vote]] = [[] for _ in ballots]
        self.decided: list[float | None] = [None] * len(ballots)
        self.crowd = NOBODY_KNOWN
        self.ranks: Mapping[str, int] = {}
        self.log: list[tuple[int, str, bool]] = []
        self.pause = max(FEWEST_NEW, sum(min(JURY, len(votes)) for votes in ballots) // REFITS)

    def open_seats(self) -> list[int]:
        """The tasks that wait for votes, each as often as votes are asked for and left."""
        seats: list[int] = []
        for place, label in enumerate(self.decided):
            if label is None:
                cast = self.cast[place]
                asked = self.policy.seats(cast, self.crowd) - len(cast)
                seats += [place] * min(asked, len(self.left[place]))
        return seats

    def ask(self, place: int) -> None:
        """Cast the task's next vote, unless what was learned meanwhile makes it needless."""
        cast = self.cast[place]
        if self.is_settled(place):
            return
        vote = self.next_vote(cast, self.left[place])
        cast.append(vote)
        self.log.append((place, vote.qa, vote.verdict is Verdict.CORRECT))
        if len(self.log) % self.pause == 0 and (self.policy.weighs or self.best_decide):
            self.learn()
        self.is_settled(place)

    def is_settled(self, place: int) -> bool:
        """Whether the task is decided, also if it is only now."""
        cast = self.cast[place]
        if self.decided[place] is None and cast and self.policy.stop(cast, self.crowd):
            self.decided[place] = self.label(cast)
        return self.decided[place] is not None

    def next_vote(self, cast: Sequence[Vote], left: list[Vote]) -> Vote:
        if not (self.best_decide and cast and majority_of(cast) is None):
            return left.pop(0)
        return left.pop(min(range(len(left)), key=lambda place: self.ranks.get(left[place].qa, len(self.ranks))))

    def label(self, votes: Sequence[Vote]) -> float:
        """What a task's votes say: weighed if that is how the policy works, else by number."""
        if self.policy.weighs:
            return float(label_of(votes, self.crowd, FinalLabel.POSTERIOR) is Verdict.CORRECT)
        return label_by_number(votes)

    def learn(self) -> None:
        """Score the votes cast so far."""
        places, qas, said_yes = map(np.array, zip(*self.log, strict=True))
        (tasks, task), (workers, worker) = (np.unique(column, return_inverse=True) for column in (places, qas))
        scores = score(Votes(task, worker, said_yes.astype(np.int8), len(tasks), len(workers)))
        crowd = crowd_from(scores, workers.tolist())
        self.crowd = replace(crowd, types=cautious(crowd.types, len(tasks)))
        self.ranks = {workers[place]: rank for rank, place in enumerate(scores.order)}


def label_by_number(votes: Sequence[Vote]) -> float:
    majority = majority_of(votes)
    return 0.5 if majority is None else float(majority is Verdict.CORRECT)


def reviewed(label: float, votes: Sequence[Vote], crowd: Crowd) -> float:
    """The label as it was decided, unless the other one has turned out to be clearly likelier."""
    correct = probability_of_correct(votes, crowd)
    return float(correct > 0.5) if label == 0.5 or max(correct, 1 - correct) >= CLEARLY else label
