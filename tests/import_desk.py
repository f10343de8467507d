"""An importer over memory, with a manifest that has good rows and bad ones."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from random import Random

from msgspec.structs import replace

from snapjury.adapters.memory import MemoryAssets, MemoryValidationQueue
from snapjury.adapters.memory_jobs import MemoryImports, MemoryJobQueue, MemoryManifests
from snapjury.adapters.memory_reviews import MemoryProducts, MemorySnapshots
from snapjury.rules.asset import Asset, Location, Source, State
from snapjury.rules.import_job import BadRow, ImportJob
from snapjury.rules.job import JobState
from snapjury.rules.product import Product
from snapjury.services.filing import FilingPorts
from snapjury.services.import_rows import ImportPorts
from snapjury.services.imports import run_import
from snapjury.services.known_products import KnownProducts
from tests.builders import NOON
from tests.crashes import CrashError, CrashPoint

CHIPS = "00815099021634"
SALSA = "00000096385074"
MANIFEST = Source(Location.S3, "s3://shelves/week-27.jsonl")
IMPORT = "aaaaaaaaaaaaaaaaaaaa"


def row(image: int, product: str = CHIPS) -> str:
    return json.dumps({"product": product, "source-ref": f"s3://shelves/{image}.jpg"})


LINES = [row(1), row(2), "nonsense", row(3), row(1), "", row(4, SALSA), row(5, CHIPS[:-1] + "5"), row(4), row(6)]
"""Seven images of chips, one twice; one of salsa, which nobody sells here; one broken GTIN, one line of nonsense."""

ROWS = {"rows": 9, "accepted": 5, "known": 1, "rejected": 3}
BAD_ROWS = [3, 7, 8]
IMAGES = [1, 2, 3, 4, 6]


class CrashingAssets(MemoryAssets):
    """Dies between any two of the assets that are stored together."""

    def __init__(self, crash_point: CrashPoint) -> None:
        super().__init__()
        self._crash_point = crash_point

    def add(self, asset: Asset) -> None:
        self._crash_point.perform("add", lambda: super(CrashingAssets, self).add(asset))


class CrashingValidations(MemoryValidationQueue):
    def __init__(self, crash_point: CrashPoint) -> None:
        super().__init__()
        self._crash_point = crash_point

    def send_many(self, ids: Sequence[str], tenant: str) -> None:
        for each in ids:
            self._crash_point.perform("validate", partial(super().send_many, [each], tenant))


class System:
    """An importer over memory, with slices of three lines and time for two of them at a time."""

    def __init__(self, content: str, crash_point: CrashPoint | None = None) -> None:
        crash_point = crash_point or CrashPoint(None, before=False)
        self.now = NOON + 1
        self.jobs = MemoryImports()
        self.queue = MemoryJobQueue()
        self.assets = CrashingAssets(crash_point)
        self.validations = CrashingValidations(crash_point)
        self.manifests = MemoryManifests({MANIFEST.path: content.encode()})
        self.snapshots = MemorySnapshots()
        self.products = MemoryProducts()
        self.products.add(Product(CHIPS, "Tortilla chips", NOON, version=1))
        self.ports = ImportPorts(
            crash_point.around(self.jobs),
            crash_point.around(self.queue),
            self.manifests,
            KnownProducts(self.products),
            self.assets,
            self.validations,
            (Location.S3, Location.UPLOAD),
            "shelves",
            FilingPorts(crash_point.around(self.assets), crash_point.around(self.snapshots), Random(5)),
            slice_lines=3,
        )

    def import_again(self, import_id: str = IMPORT) -> ImportJob:
        """Import the manifest under this id, with nothing in the way."""
        self.jobs.add(ImportJob(import_id, "ada", "trax", MANIFEST, NOON, version=1))
        return self.run([import_id])

    def run(self, messages: list[str], pace: int = 0) -> ImportJob:
        """Receive messages until none is left, whatever crashes, one every so many milliseconds."""
        waiting = list(messages)
        for _ in range(100):
            if not waiting:
                return self.jobs.get(messages[0])
            import_id = waiting.pop(0)
            self.now += pace
            try:
                run_import(import_id, self.ports, slices(2), lambda: self.now)
            except CrashError:
                waiting.append(import_id)
            waiting += self.queue.messages
            self.queue.messages.clear()
        raise AssertionError(f"never done with {waiting}")

    def refuse(self, *images: int) -> None:
        """Let the validation of these images fail."""
        for asset in list(self.assets.assets.values()):
            if asset.source.path in {f"s3://shelves/{image}.jpg" for image in images} and not asset.is_finished:
                self.assets.save(replace(asset, state=State.FAILED, version=asset.version + 1))

    @property
    def images(self) -> list[int]:
        """What was submitted, an asset each."""
        names = (asset.source.path.rpartition("/")[2] for asset in self.assets.assets.values())
        return sorted(int(name.removesuffix(".jpg")) for name in names)

    def report(self, import_id: str = IMPORT) -> list[BadRow]:
        return list(self.jobs.bad_rows(import_id, 1000, 0).bad_rows)


def slices(count: int) -> Callable[[], bool]:
    left = iter([True] * count)
    return lambda: next(left, False)


def counts(job: ImportJob) -> dict[str, int]:
    return {name: getattr(job, name) for name in ROWS}


def manifest(lines: list[str]) -> str:
    return "\n".join(lines)


def assert_imported_once(system: System) -> None:
    job = system.jobs.get(IMPORT)
    assert job.state is JobState.DONE
    assert counts(job) == ROWS
    assert system.images == IMAGES
    waiting = {asset.id for asset in system.assets.assets.values() if not asset.is_finished}
    assert waiting <= set(system.validations.messages)
    assert [each.row for each in system.report()] == BAD_ROWS


# ---- what an import does
