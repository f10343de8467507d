"""An import that is taken back: it reads no more rows, and what it brought is removed, whatever crashes."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_jobs import MemoryImports
from snapjury.errors import NotFoundError, TemporaryFaultError
from snapjury.rules.asset import Asset, File, Location, State, finish_validation, start_validation
from snapjury.rules.import_job import LATEST_LETTER, NOT_REMOVED, SETTLING_TIME, STOPPING_TIME, WALK, ImportJob
from snapjury.rules.job import JobState
from snapjury.services.filing import FilingPorts, file_picture
from snapjury.services.imports import ImportRequestPorts, give_up_import, request_removal, run_import
from snapjury.services.ports import AssetPage
from snapjury.services.removal import take_out
from tests.builders import NOON
from tests.crashes import CrashPoint
from tests.import_desk import IMAGES, IMPORT, LINES, MANIFEST, System, manifest, row, slices

ANOTHER = "b" * 20
LATER = NOON + 60_000


def request_ports(system: System) -> ImportRequestPorts:
    return ImportRequestPorts(system.jobs, system.queue, (Location.S3,), lambda: ANOTHER)


def take_back(system: System, import_id: str = IMPORT) -> ImportJob:
    """Ask for the removal, and let it run once it may begin, until it is over."""
    job = request_removal(import_id, request_ports(system), LATER)
    assert job.removal is not None
    system.now = job.removal.begins_at
    messages = list(system.queue.messages)
    system.queue.messages.clear()
    return system.run(messages, pace=SETTLING_TIME)


def accept(system: System, asset: Asset) -> None:
    """What the validator does with a good picture."""
    file = File("ab" * 32, 1000, 640, 480)  # the same bytes for all
    started = start_validation(asset, {}, NOON + 2)
    finished = finish_validation(started, (), {}, file, NOON + 3)
    for each in (started, finished):
        system.assets.save(each)
    file_picture(finished, FilingPorts(system.assets, system.snapshots, Random(7)))


def left(system: System) -> list[int]:
    """The images of what was not removed."""
    there = [each for each in system.assets.assets.values() if each.removed_at is None]
    return sorted(int(each.source.path.rpartition("/")[2].removesuffix(".jpg")) for each in there)


def judged(system: System) -> int:
    """How many snapshots QAs are shown."""
    return sum(len(system.snapshots.pool(shard, "!", "~", 100)) for shard in range(system.snapshots.shards))


def test_all_that_it_brought_is_removed_in_whichever_state() -> None:
    system = System(manifest(LINES))
    system.import_again()
    good, started, refused, *_ = list(system.assets.assets.values())
    accept(system, good)
    system.assets.save(start_validation(started, {}, NOON + 2))
    system.refuse(*[int(refused.source.path.rpartition("/")[2].removesuffix(".jpg"))])
    assert judged(system) == 1

    job = take_back(system)

    assert (job.state, job.finished_at, job.error) == (JobState.REMOVED, system.now, None)
    assert job.removal is not None
    assert job.removal.removed == len(IMAGES)
    assert left(system) == []
    assert judged(system) == 0
    assert system.snapshots.get(good.id).status == "removed"


def test_what_others_brought_stays() -> None:
    system = System(manifest([row(1), row(2)]))
    system.import_again(ANOTHER)
    system.manifests.files[MANIFEST.path] = manifest([row(1), row(2), row(3), row(4)]).encode()
    job = system.import_again()
    assert (job.accepted, job.known) == (2, 2)

    take_back(system)

    assert left(system) == [1, 2]


def test_it_waits_until_all_that_was_brought_is_in_the_lists() -> None:
    system = System(manifest(LINES))
    system.import_again()

    job = request_removal(IMPORT, request_ports(system), LATER)
    assert (job.state, job.removal and job.removal.begins_at) == (JobState.REMOVING, LATER + SETTLING_TIME)
    system.now = LATER + SETTLING_TIME - 1
    run_import(IMPORT, system.ports, slices(5), lambda: system.now)

    assert left(system) == IMAGES
    assert system.queue.messages == [IMPORT, IMPORT], "looked at again later"
    assert system.queue.delays[-2:] == [5, 1]


def test_one_that_is_still_read_is_stopped_first() -> None:
    system = System(manifest([row(number) for number in range(12)]))
    system.jobs.add(ImportJob(IMPORT, "ada", "trax", MANIFEST, NOON, version=1))
    run_import(IMPORT, system.ports, slices(1), lambda: system.now)
    assert system.images == [0, 1, 2]

    job = take_back(system)

    assert job.removal is not None
    assert job.removal.asked_at == LATER
    assert system.queue.delays[1] == STOPPING_TIME // 1000
    assert (job.state, left(system), system.images) == (JobState.REMOVED, [], [0, 1, 2])
    assert job.removal.until == LATER + STOPPING_TIME


def test_who_reads_a_slice_meanwhile_stores_what_is_removed_afterwards() -> None:
    system = System(manifest([row(number) for number in range(3)]))
    system.jobs.add(ImportJob(IMPORT, "ada", "trax", MANIFEST, NOON, version=1))
    read = system.manifests.read_piece

    def overtaken(*arguments: Any) -> Any:
        system.manifests.read_piece = read  # type: ignore[method-assign]
        request_removal(IMPORT, request_ports(system), LATER)
        return read(*arguments)

    system.manifests.read_piece = overtaken  # type: ignore[method-assign]
    run_import(IMPORT, system.ports, slices(1), lambda: system.now)
    assert system.images == [0, 1, 2]

    take_back(system)

    assert left(system) == []


def test_after_it_the_same_manifest_can_be_imported_again() -> None:
    system = System(manifest([row(1), row(2)]))
    system.import_again()
    take_back(system)

    again = system.import_again(ANOTHER)
    once_more = system.import_again("c" * 20)

    assert (again.accepted, again.known, again.rejected) == (2, 0, 0)
    assert (once_more.accepted, once_more.known) == (0, 2)
    assert left(system) == [1, 2]
    assert len(system.assets.assets) == 4


def test_a_corrected_manifest_can_be_imported_before_the_wrong_one_is_taken_back_to_the_end() -> None:
    system = System(manifest([row(1), row(2), row(3)]))
    system.import_again()
    request_removal(IMPORT, request_ports(system), LATER)
    system.queue.messages.clear()

    system.manifests.files[MANIFEST.path] = manifest([row(1), row(2)]).encode()
    corrected = system.import_again(ANOTHER)
    take_back(system)

    assert (corrected.accepted, corrected.known) == (2, 0)
    assert left(system) == [1, 2]


def test_what_was_removed_by_itself_is_not_brought_back_by_the_next_import_of_its_manifest() -> None:
    system = System(manifest([row(1), row(2)]))
    system.import_again()
    take_out(next(iter(system.assets.assets)), system.ports.filing, LATER)

    again = system.import_again(ANOTHER)

    assert (again.accepted, again.known) == (0, 2)
    assert len(left(system)) == 1


def test_what_the_lists_show_late_is_found_by_another_walk() -> None:
    """An asset that moves on is in neither list for a moment."""
    system = System(manifest([row(1), row(2)]))
    system.import_again()
    listed, hidden = system.assets.created, next(iter(system.assets.assets))
    calls = []

    def late(*arguments: Any) -> AssetPage:
        calls.append(arguments)
        page = listed(*arguments)
        there = (each for each in page.assets if each.id != hidden or len(calls) > len(WALK))
        return AssetPage(tuple(there), page.next_position)

    system.assets.created = late  # type: ignore[method-assign]
    job = take_back(system)

    assert left(system) == []
    assert job.removal is not None
    assert job.removal.removed == 2
    assert len(calls) == 3 * len(WALK)


def test_assets_of_other_times_are_not_looked_at() -> None:
    system = System(manifest([row(1)]))
    done = system.import_again()
    asked: list[tuple[int, int]] = []
    listed = system.assets.created

    def noted(owner: str, state: State, since: int, until: int, *rest: Any) -> AssetPage:
        asked.append((since, until))
        return listed(owner, state, since, until, *rest)

    system.assets.created = noted  # type: ignore[method-assign]
    take_back(system)

    assert done.finished_at is not None
    assert set(asked) == {(done.created_at - 60_000, done.finished_at + STOPPING_TIME)}


def test_a_dead_letter_of_the_reading_does_not_end_the_removal() -> None:
    system = System(manifest([row(number) for number in range(12)]))
    system.jobs.add(ImportJob(IMPORT, "ada", "trax", MANIFEST, NOON, version=1))
    run_import(IMPORT, system.ports, slices(1), lambda: system.now)
    request_removal(IMPORT, request_ports(system), LATER)
    system.queue.messages.clear()

    kept = give_up_import(IMPORT, system.ports, LATER + 1)

    assert kept is not None
    assert kept.state is JobState.REMOVING
    assert system.queue.messages == [IMPORT]


def test_asked_for_again_it_goes_on_and_after_its_end_nothing_happens() -> None:
    system = System(manifest([row(1)]))
    system.import_again()
    first = request_removal(IMPORT, request_ports(system), LATER)
    again = request_removal(IMPORT, request_ports(system), LATER + 10)
    assert (first, len(system.queue.messages)) == (again, 2)

    done = take_back(system)
    system.queue.messages.clear()

    assert request_removal(IMPORT, request_ports(system), LATER + 20_000) == done
    assert system.queue.messages == []
    with pytest.raises(NotFoundError):
        request_removal("c" * 20, request_ports(system), LATER)


def test_where_no_attempt_came_to_its_end_it_says_so_and_can_be_asked_for_again() -> None:
    system = System(manifest(LINES))
    system.import_again()
    request_removal(IMPORT, request_ports(system), LATER)

    given_up = give_up_import(IMPORT, system.ports, LATER + LATEST_LETTER)
    assert given_up is not None
    assert (given_up.state, given_up.error) == (JobState.FAILED, NOT_REMOVED)

    done = take_back(system)
    assert (done.state, done.error) == (JobState.REMOVED, None)
    assert left(system) == []


def test_a_queue_that_does_not_take_it_leaves_it_to_be_asked_for_again() -> None:
    system = System(manifest([row(1)]))
    system.import_again()
    ports = request_ports(system)

    def refuse(job_id: str, delay: int = 0) -> None:
        raise TemporaryFaultError(job_id)

    with pytest.raises(TemporaryFaultError):
        request_removal(IMPORT, replace(ports, queue=type("Full", (), {"send": staticmethod(refuse)})()), LATER)

    assert take_back(system).state is JobState.REMOVED


def steps() -> list[str]:
    crash_point = CrashPoint(None, before=False)
    removed_but_for(crash_point)
    return crash_point.effects


def removed_but_for(crash_point: CrashPoint) -> System:
    """A system from which an import was taken back, with this crash on the way."""
    system = System(manifest(LINES), crash_point)
    step, crash_point.step = crash_point.step, None
    system.import_again()
    for asset in list(system.assets.assets.values())[:3]:
        accept(system, asset)
    crash_point.effects.clear()
    crash_point.step = step
    take_back(system)
    return system


def points() -> Iterator[Any]:
    for step, name in enumerate(steps(), start=1):
        for before in (True, False):
            yield pytest.param(step, before, id=f"{'before' if before else 'after'}-{step}-{name}")


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_a_crash_at_any_step_leaves_nothing_behind(step: int, before: bool) -> None:
    crash_point = CrashPoint(step, before)

    system = removed_but_for(crash_point)

    assert crash_point.happened
    assert system.jobs.get(IMPORT).state is JobState.REMOVED
    assert (left(system), judged(system)) == ([], 0)


def test_its_end_keeps_the_report() -> None:
    system = System(manifest(LINES))
    system.import_again()
    before = system.report()

    take_back(system)

    assert before
    assert system.report() == before
    assert isinstance(system.jobs, MemoryImports)
    assert {each.state for each in system.assets.assets.values()} == {State.QUEUED}
