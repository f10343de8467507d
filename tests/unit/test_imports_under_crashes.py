"""Importers die before and after every effect, and overtake each other; each row is imported once."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from snapjury.adapters.memory_jobs import MemoryImports
from snapjury.rules.import_job import ImportJob
from snapjury.services.imports import run_import
from tests.builders import NOON
from tests.crashes import CrashPoint, Overtaking
from tests.import_desk import IMAGES, IMPORT, LINES, System, assert_imported_once, manifest, slices


def steps() -> list[str]:
    crash_point = CrashPoint(None, before=False)
    System(manifest(LINES), crash_point).import_again()
    return crash_point.effects


def test_an_import_takes_these_effects_and_no_others() -> None:
    first = ["add", "add", "validate", "validate", "save"]
    second = ["add", "validate", "validate", "save", "send"]
    third = ["add", "validate", "save"]

    assert steps() == [*first, *second, *third, "add", "validate", "save"]


def points() -> Iterator[Any]:
    for step, name in enumerate(steps(), start=1):
        for before in (True, False):
            yield pytest.param(step, before, id=f"{'before' if before else 'after'}-{step}-{name}")


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(step: int, before: bool) -> None:
    crash_point = CrashPoint(step, before)
    system = System(manifest(LINES), crash_point)

    system.import_again()

    assert crash_point.happened
    assert_imported_once(system)


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_a_crash_after_which_the_images_are_refused_counts_them_no_other_way(step: int, before: bool) -> None:
    overtaking = Overtaking(step, before)
    system = System(manifest(LINES), overtaking)
    overtaking.what = lambda: (system.refuse(*IMAGES), CrashPoint.strike(overtaking, "crash"))

    system.import_again()

    assert_imported_once(system)


@pytest.mark.parametrize(("step", "before"), list(points()))
def test_two_importers_of_one_message_do_the_work_of_one(step: int, before: bool) -> None:
    overtaking = Overtaking(step, before)
    system = System(manifest(LINES), overtaking)
    overtaking.what = lambda: run_import(IMPORT, system.ports, slices(100), lambda: NOON + 1)

    system.import_again()

    assert_imported_once(system)


def test_who_was_overtaken_looks_again_later_because_the_other_may_have_been_itself() -> None:
    class OwnSaveRepeated(MemoryImports):
        """Saves, and then, asked again because the answer was lost, refuses."""

        def save(self, job: ImportJob, bad_rows: Any = ()) -> None:
            super().save(job, bad_rows)
            if job.version == 3:
                super().save(job, bad_rows)

    system = System(manifest(LINES))
    jobs = OwnSaveRepeated()
    system.ports = replace(system.ports, jobs=jobs)
    system.jobs = jobs

    system.import_again()

    assert_imported_once(system)
