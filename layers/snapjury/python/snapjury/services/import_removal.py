"""Taking an import back: what it brought is found in the lists of assets, by when it came, and removed page by page."""

from snapjury.rules.import_job import CLOCKS_APART, ImportJob, Removal, RemovedPage, advance_removal, is_brought_by
from snapjury.services.import_rows import ImportPorts
from snapjury.services.removal import take_out

PAGE = 50
"""Assets that are looked at between two saves of the progress."""


def remove_page(job: ImportJob, removal: Removal, ports: ImportPorts, now: int) -> ImportJob:
    """The import with one more page of what it brought removed."""
    since = job.created_at - CLOCKS_APART
    page = ports.assets.created(job.owner, removal.state, since, removal.until, PAGE, removal.position)
    brought = [asset for asset in page.assets if is_brought_by(asset, job)]
    for asset in brought:
        take_out(asset.id, ports.filing, now)
    finds = any(asset.removed_at is None for asset in brought)
    saved = advance_removal(job, removal, RemovedPage(len(brought), finds, page.next_position), now)
    ports.jobs.save(saved)
    return saved
