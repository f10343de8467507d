"""Exports: two files that hold the same, whatever crashes, comes twice or overtakes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_jobs import MemoryExportFiles, MemoryExportLinks, MemoryExports, MemoryJobQueue
from snapjury.adapters.memory_reviews import MemorySnapshots
from snapjury.errors import IdempotencyKeyReusedError, NotFoundError
from snapjury.rules.duplicates import list_duplicate
from snapjury.rules.export_job import KEPT_FOR, MAX_STARTS, ExportFile, ExportJob
from snapjury.rules.job import JobState
from snapjury.services.changes import change_stored
from snapjury.services.exports import (
    ExportPorts,
    ExportRequest,
    ExportRequestPorts,
    export_of,
    give_up_export,
    links_of,
    request_export,
    run_export,
)
from tests.builders import NOON
from tests.crashes import CrashError, CrashPoint, Overtaking
from tests.jury import MINUTE, NO, YES, id_of, judged

EXPORT = "aaaaaaaaaaaaaaaaaaaa"
LATER = NOON + 10 * MINUTE
MANIFEST, DECISIONS = f"exports/{EXPORT}/manifest.jsonl", f"exports/{EXPORT}/decisions.csv"


def decide(snapshots: MemorySnapshots, number: int) -> None:
    snapshots.add(replace(judged(YES, NO, YES, number=number), version=1))


class System:
    """An exporter over memory, with parts of about three snapshots and time for three steps at a time."""

    def __init__(self, count: int = 8, crash_point: CrashPoint | None = None) -> None:
        crash_point = crash_point or CrashPoint(None, before=False)
        self.jobs = MemoryExports()
        self.queue = MemoryJobQueue()
        self.files = MemoryExportFiles()
        self.snapshots = MemorySnapshots()
        for number in range(count):
            decide(self.snapshots, number)
        self.ports = ExportPorts(
            crash_point.around(self.jobs),
            crash_point.around(self.queue),
            self.snapshots,
            crash_point.around(self.files),
            lambda sha256, _: f"s3://media/{sha256}",
            lambda qa: f"reader of {qa}",
            part_bytes=1500,
            page=2,
        )

    def export(self) -> ExportJob:
        self.jobs.add(ExportJob(EXPORT, "ada", 0, LATER, LATER, version=1))
        return self.run([EXPORT])

    def run(self, messages: list[str]) -> ExportJob:
        """Receive messages until none is left, whatever crashes."""
        waiting = list(messages)
        for _ in range(100):
            if not waiting:
                return self.jobs.get(EXPORT)
            export_id = waiting.pop(0)
            try:
                run_export(export_id, self.ports, steps_of_time(3), lambda: LATER)
            except CrashError:
                waiting.append(export_id)
            waiting += self.queue.messages
            self.queue.messages.clear()
        raise AssertionError(f"never done with {waiting}")

    @property
    def exported(self) -> list[str]:
        return [json.loads(line)["snapjury-decision"]["snapshot"] for line in self.lines(MANIFEST)]

    def lines(self, key: str) -> list[bytes]:
        return self.files.objects[key].splitlines()


def steps_of_time(count: int) -> Callable[[], bool]:
    left = iter([True] * count)
    return lambda: next(left, False)


def expected(count: int = 8) -> dict[str, bytes]:
    system = System(count)
    system.ports = replace(system.ports, part_bytes=1 << 20)
    system.export()
    return system.files.objects


EXPECTED = expected()


# ---- what an export does


def test_both_files_hold_each_decided_snapshot_once() -> None:
    system = System()

    job = system.export()

    assert job.state is JobState.DONE
    assert job.snapshots == 8
    assert job.bytes == sum(len(content) for content in system.files.objects.values())
    assert system.exported == [id_of(number) for number in range(8)]
    assert [line.split(b",")[0].decode() for line in system.lines(DECISIONS)] == ["snapshot", *system.exported]


def test_parts_make_no_difference() -> None:
    assert System().export().done[ExportFile.MANIFEST].upload is not None
    assert expected(8) == EXPECTED
    system = System()
    system.export()
    assert system.files.objects == EXPECTED
    assert system.files.uploads == {}


def test_names_are_not_exported() -> None:
    content = b"".join(EXPECTED.values())

    assert b"reader of kevin" in content
    assert b"kevin" not in content.replace(b"reader of kevin", b"")


@pytest.mark.parametrize("count", range(1, 10))
def test_any_number_of_snapshots_makes_whole_files(count: int) -> None:
    system = System(count)

    job = system.export()

    assert job.snapshots == count
    assert system.files.objects == expected(count)


def test_an_export_of_nothing_is_two_valid_files() -> None:
    system = System(0)

    job = system.export()

    assert (job.state, job.snapshots) == (JobState.DONE, 0)
    assert system.files.objects[MANIFEST] == b""
    assert len(system.lines(DECISIONS)) == 1
    assert system.files.begun == 0


def test_only_what_was_decided_in_its_time_is_exported() -> None:
    system = System(3)
    early = judged(YES, YES, YES, number=50)
    assert early.decision is not None
    for number, moment in ((50, NOON - 1), (51, NOON), (52, LATER - 1), (53, LATER)):
        decision = replace(early.decision, decided_at=moment)
        system.snapshots.add(replace(early, id=id_of(number), version=1, decision=decision))
    system.jobs.add(ExportJob(EXPORT, "ada", NOON, LATER, LATER, version=1))

    system.run([EXPORT])

    assert system.exported == [id_of(number) for number in (51, 0, 1, 2, 52)]


# ---- crashes, duplicates and overtaking


def effects() -> list[str]:
    crash_point = CrashPoint(None, before=False)
    System(8, crash_point).export()
    return crash_point.effects


def test_an_export_takes_these_effects_and_no_others() -> None:
    manifest = ["begin", "save", *4 * ["put_part", "save"], "save", "complete", "save"]
    decisions = ["begin", "save", *2 * ["put_part", "save"], "save", "complete", "save"]

    assert [each for each in effects() if each != "send"] == [*manifest, *decisions]


def points() -> Iterator[Any]:
    for step, name in enumerate(effects(), start=1):
        for before in (True, False):
            yield pytest.param(step, before, id=f"{'before' if before else 'after'}-{step}-{name}")


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_a_crash_at_any_step_changes_neither_file(step: int, before: bool) -> None:
    crash_point = CrashPoint(step, before)
    system = System(8, crash_point)

    job = system.export()

    assert crash_point.happened
    assert (job.state, job.snapshots) == (JobState.DONE, 8)
    assert system.files.objects == EXPECTED


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_two_exporters_of_one_message_write_the_files_of_one(step: int, before: bool) -> None:
    overtaking = Overtaking(step, before)
    system = System(8, overtaking)
    overtaking.what = lambda: run_export(EXPORT, system.ports, steps_of_time(100), lambda: LATER)

    job = system.export()

    assert (job.state, job.snapshots) == (JobState.DONE, 8)
    assert system.files.objects == EXPECTED


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_snapshots_that_are_stored_late_are_in_both_files_or_in_none(step: int, before: bool) -> None:
    overtaking = Overtaking(step, before)
    system = System(8, overtaking)
    overtaking.what = lambda: decide(system.snapshots, 5_000)
    for number in range(8):  # the late one comes first in both files
        system.snapshots.snapshots[id_of(number)] = system.snapshots.snapshots.pop(id_of(number))

    job = system.export()

    assert job.state is JobState.DONE
    assert [line.split(b",")[0].decode() for line in system.lines(DECISIONS)[1:]] == system.exported
    assert len(system.exported) == job.snapshots


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_a_duplicate_that_comes_in_meanwhile_changes_neither_the_lines_nor_their_order(step: int, before: bool) -> None:
    overtaking = Overtaking(step, before)
    system = System(8, overtaking)
    overtaking.what = lambda: change_stored(system.snapshots, id_of(7), lambda each: list_duplicate(each, id_of(99)))

    job = system.export()

    assert (job.state, job.starts) == (JobState.DONE, 1)
    assert system.exported == [id_of(number) for number in range(8)]
    assert [line.split(b",")[0].decode() for line in system.lines(DECISIONS)[1:]] == system.exported


def test_snapshots_that_never_stop_coming_late_end_the_export_with_advice() -> None:
    system = System(2)
    put = system.files.put
    numbers = iter(range(100, 200))
    system.ports = replace(system.ports, files=system.files, part_bytes=1 << 20)
    system.files.put = lambda *given: (put(*given), decide(system.snapshots, next(numbers)))  # type: ignore[method-assign]

    job = system.export()

    assert job.state is JobState.FAILED
    assert job.error is not None
    assert "export until an earlier time" in job.error


def test_an_upload_that_is_gone_is_begun_anew() -> None:
    system = System()
    system.jobs.add(ExportJob(EXPORT, "ada", 0, LATER, LATER, version=1))
    run_export(EXPORT, system.ports, steps_of_time(2), lambda: LATER)
    system.files.uploads.clear()

    job = system.run([EXPORT])

    assert (job.state, job.starts) == (JobState.DONE, 2)
    assert system.files.objects == EXPECTED


# ---- exports that fail


def test_an_export_whose_uploads_are_gone_each_time_could_not_be_finished() -> None:
    system = System()
    system.jobs.add(ExportJob(EXPORT, "ada", 0, LATER, LATER, version=1))
    for _ in range(2 * MAX_STARTS):
        run_export(EXPORT, system.ports, steps_of_time(2), lambda: LATER)
        system.files.uploads.clear()

    job = system.jobs.get(EXPORT)

    assert (job.state, job.error) == (JobState.FAILED, "the export could not be finished")


def test_an_export_that_always_crashes_fails_and_leaves_no_parts_behind() -> None:
    system = System()
    system.jobs.add(ExportJob(EXPORT, "ada", 0, LATER, LATER, version=1))
    run_export(EXPORT, system.ports, steps_of_time(2), lambda: LATER)
    assert len(system.files.uploads) == 1

    job = give_up_export(EXPORT, system.ports, LATER + 1)

    assert job is not None
    assert (job.state, job.error) == (JobState.FAILED, "the export could not be finished")
    assert system.files.uploads == {}
    assert give_up_export(EXPORT, system.ports, LATER + 2) == job
    assert system.run([EXPORT]) == job


def test_a_crash_while_giving_up_leaves_no_parts_behind_either() -> None:
    crash_point = CrashPoint(None, before=True)
    system = System(8, crash_point)
    system.jobs.add(ExportJob(EXPORT, "ada", 0, LATER, LATER, version=1))
    run_export(EXPORT, system.ports, steps_of_time(2), lambda: LATER)
    crash_point.step = len(crash_point.effects) + 2
    with pytest.raises(CrashError, match="abort"):
        give_up_export(EXPORT, system.ports, LATER)

    give_up_export(EXPORT, system.ports, LATER)

    assert system.files.uploads == {}


def test_an_export_that_is_done_is_not_given_up() -> None:
    system = System()
    done = system.export()

    assert give_up_export(EXPORT, system.ports, LATER) == done
    assert system.files.objects == EXPECTED


def test_messages_about_unknown_exports_are_dropped() -> None:
    system = System()

    assert run_export(EXPORT, system.ports, steps_of_time(1), lambda: NOON) is None
    assert give_up_export(EXPORT, system.ports, NOON) is None


# ---- asking for one, and getting it


@pytest.fixture
def request_ports() -> ExportRequestPorts:
    return ExportRequestPorts(MemoryExports(), MemoryJobQueue(), lambda: EXPORT)


def test_an_export_ends_at_the_moment_it_is_asked_for(request_ports: ExportRequestPorts) -> None:
    whole = request_export(ExportRequest("ada"), request_ports, NOON)

    assert (whole.since, whole.until) == (0, NOON)
    assert request_ports.queue.messages == [EXPORT]


def test_an_export_until_tomorrow_ends_now(request_ports: ExportRequestPorts) -> None:
    assert request_export(ExportRequest("ada", NOON, NOON + 9), request_ports, NOON + 5).until == NOON + 5


def test_the_same_request_with_its_key_is_the_same_export(request_ports: ExportRequestPorts) -> None:
    keyed = ExportRequest("ada", idempotency_key="week-27")

    first = request_export(keyed, request_ports, NOON)

    assert request_export(keyed, request_ports, NOON + 5) == first
    with pytest.raises(IdempotencyKeyReusedError):
        request_export(replace(keyed, since=1), request_ports, NOON)


def test_links_are_given_while_the_files_are_there() -> None:
    links = MemoryExportLinks()
    system = System()
    waiting = ExportJob(EXPORT, "ada", 0, LATER, LATER, version=1)
    done = system.export()

    assert links_of(waiting, links, LATER) is None
    assert links_of(done, links, LATER + KEPT_FOR - 1) == {
        ExportFile.MANIFEST: f"memory:{MANIFEST}",
        ExportFile.DECISIONS: f"memory:{DECISIONS}",
    }
    assert links_of(done, links, LATER + KEPT_FOR) is None


def test_what_cannot_be_an_id_is_not_looked_up() -> None:
    with pytest.raises(NotFoundError):
        export_of("../week-27", MemoryExports())
