"""What imports and exports have in common: the states that they go through."""

from enum import StrEnum


class JobState(StrEnum):
    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    REMOVING = "removing"  # an import alone: what it brought is being taken out
    REMOVED = "removed"

    @property
    def is_final(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.REMOVED)
