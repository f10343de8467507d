"""How much memory an export takes at most, and what ten times as many snapshots add to it.

    .venv/bin/python -m benchmarks.export_memory

Snapshots are made as they are asked for and parts are thrown away, so that what is measured is the exporter's own.
"""

import sys
import time
import tracemalloc
from collections.abc import Sequence

from msgspec.structs import replace
from rich.console import Console
from rich.progress import track

from snapjury.adapters.memory_jobs import MemoryExports, MemoryJobQueue
from snapjury.rules.export_job import ExportJob
from snapjury.rules.job import JobState
from snapjury.rules.snapshot import Snapshot
from snapjury.services.export_rows import reader_of
from snapjury.services.exports import ExportPorts, run_export
from snapjury.services.ports import SnapshotPage
from tests.builders import NOON
from tests.jury import NO, YES, judged

SNAPSHOTS = 20_000
ALLOWED = 1.2
"""Times the memory that ten times as many snapshots may take: the progress lists each part."""


class EndlessSnapshots:
    """So many decided snapshots, none of which exists before it is asked for."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._example = judged(YES, NO, YES)

    def decided(self, since: int, until: int, limit: int, position: str | None) -> SnapshotPage:
        first = int(position or 0)
        last = min(self._count, first + limit)
        return SnapshotPage(tuple(map(self._snapshot, range(first, last))), str(last) if last < self._count else None)

    def _snapshot(self, number: int) -> Snapshot:
        votes = tuple(replace(vote, at=vote.at + number) for vote in self._example.votes)
        return replace(self._example, id=f"snapshot{number:012}", image=f"{number:064x}", votes=votes)


class Scales:
    """Weighs what is uploaded, and keeps nothing."""

    def __init__(self) -> None:
        self.bytes = 0

    def put(self, key: str, content: bytes) -> None:
        self.bytes += len(content)

    def begin(self, key: str) -> str:
        return key

    def put_part(self, key: str, upload: str, number: int, content: bytes) -> str:
        self.bytes += len(content)
        return f'"{number:032x}"'

    def complete(self, key: str, upload: str, tags: Sequence[str], size: int) -> None:
        pass

    def abort(self, key: str, upload: str) -> None:
        pass


def peak_of(count: int) -> int:
    """The most bytes that an export of so many snapshots held at once."""
    jobs, scales = MemoryExports(), Scales()
    jobs.add(ExportJob("week27", "ada", 0, NOON, NOON, version=1))
    ports = ExportPorts(
        jobs,
        MemoryJobQueue(),
        EndlessSnapshots(count),
        scales,
        lambda sha256: f"s3://media/sha256/{sha256[:2]}/{sha256}.jpg",
        lambda qa: reader_of("secret", qa),
    )
    began = time.perf_counter()
    tracemalloc.start()
    job = run_export("week27", ports, lambda: True, lambda: NOON)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert job is not None
    assert (job.state, job.snapshots) == (JobState.DONE, count)
    Console().print(
        f"{count:>9,} snapshots: {scales.bytes / 1e6:7.1f} MB written, {peak / 1e6:5.1f} MB held at most, "
        f"{time.perf_counter() - began:.0f} s"
    )
    return peak


def main() -> int:
    counts = (SNAPSHOTS, 10 * SNAPSHOTS)
    once, tenfold = [peak_of(count) for count in track(counts, "Exporting", console=Console(stderr=True))]
    print(f"ratio {tenfold / once:.2f} (at most {ALLOWED} is right)")
    return 0 if tenfold / once <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
