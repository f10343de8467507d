"""What asking for and running an import or an export have in common."""

import hashlib
from collections.abc import Callable
from typing import Protocol

from snapjury.errors import AlreadyExistsError, ConflictError, IdempotencyKeyReusedError, NotFoundError
from snapjury.rules.ids import new_id_from
from snapjury.services.job_ports import Job, JobQueue

PAUSE_SECONDS = 30


class JobStore(Protocol[Job]):
    def add(self, job: Job, /) -> None:
        """Store a new job; AlreadyExistsError if its id is taken."""

    def get(self, job_id: str, /) -> Job:
        """The job; NotFoundError if there is none."""


def job_id_for(asked_by: str, key: str | None, new_id: Callable[[], str]) -> str:
    """The id that somebody's Idempotency-Key always leads to; a new one without a key."""
    return new_id_from(hashlib.sha256(f"{asked_by}\0{key}".encode()).digest()) if key else new_id()


def request_job(job: Job, is_same: Callable[[Job, Job], bool], jobs: JobStore[Job], queue: JobQueue) -> Job:
    """The job, durably stored and queued: the stored one if it was asked for before.

    IdempotencyKeyReusedError if that was asked for in other words. If the queue does not take it, TemporaryFaultError:
    a repetition with the key queues it, and without a key what is left behind stays queued.
    """
    try:
        jobs.add(job)
    except AlreadyExistsError:
        stored = jobs.get(job.id)
        if not is_same(stored, job):
            raise IdempotencyKeyReusedError from None
        job = stored
    if not job.state.is_final:
        queue.send(job.id)
    return job


def at_once(_job: Job) -> int:
    return 0


def run_job(
    job_id: str,
    jobs: JobStore[Job],
    queue: JobQueue,
    step: Callable[[Job], Job],
    has_time: Callable[[], bool],
    wait: Callable[[Job], int] = at_once,
) -> Job | None:
    """The job as far as steps bring it while there is time; then it is queued again. None if there is none.

    A step saves what it gives; `wait` tells for how many seconds the next one is put off. Of two that work on a job at
    once, the one whose save fails leaves it to the other.
    """
    try:
        job = jobs.get(job_id)
    except NotFoundError:
        return None
    try:
        while not job.state.is_final and has_time() and not wait(job):
            job = step(job)
    except ConflictError:
        return leave_to_the_other(jobs.get(job_id), queue)
    if not job.state.is_final:
        queue.send(job.id, wait(job))
    return job


def give_up_job(job_id: str, jobs: JobStore[Job], fail: Callable[[Job], Job]) -> Job | None:
    """The job, failed because no attempt came to its end; an end that exists is kept. None if there is none."""
    while True:
        try:
            job = jobs.get(job_id)
            return job if job.state.is_final else fail(job)
        except NotFoundError:
            return None
        except ConflictError:
            continue


def leave_to_the_other(job: Job, queue: JobQueue) -> Job:
    """The job, which somebody else has saved meanwhile and goes on with; looked at again after a while.

    What looks like somebody else may have been our own save, repeated because its confirmation was lost.
    """
    if not job.state.is_final:
        queue.send(job.id, PAUSE_SECONDS)
    return job
