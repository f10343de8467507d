"""What running an import and running an export have in common."""

import hashlib
from typing import TypeVar

from snapjury.rules.export_job import ExportJob
from snapjury.rules.import_job import ImportJob
from snapjury.services.assets import new_id_from
from snapjury.services.job_ports import JobQueue

Job = TypeVar("Job", ImportJob, ExportJob)

PAUSE_SECONDS = 30


def job_id_of_key(asked_by: str, key: str) -> str:
    """The id that somebody's Idempotency-Key always leads to."""
    return new_id_from(hashlib.sha256(f"{asked_by}\0{key}".encode()).digest())


def leave_to_the_other(job: Job, queue: JobQueue) -> Job:
    """The job, which somebody else has saved meanwhile and goes on with; looked at again after a while.

    What looks like somebody else may have been our own save, repeated because its confirmation was lost.
    """
    if not job.state.is_final:
        queue.send(job.id, PAUSE_SECONDS)
    return job
