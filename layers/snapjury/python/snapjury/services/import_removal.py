"""Taking an import back: what it brought is found in the lists of assets, by when it came, and removed page by page."""

from snapjury.rules.import_job import CLOCKS_APART, ImportJob, Removal, advance_removal, is_brought_by
from snapjury.services.import_rows import ImportPorts
from snapjury.services.removal import take_out

PAGE = 50
"""Assets that are looked at between two saves of the progress."""


def remove_page(job: ImportJob, removal: Removal, ports: ImportPorts, now: int) -> ImportJob:
    """The import with one more page of what it brought removed; as it was if that is not to begin yet."""
    if now < removal.begins_at:
        return job
    since = job.created_at - CLOCKS_APART
    page = ports.assets.created(job.owner, removal.state, since, removal.begins_at, PAGE, removal.position)
    for asset in page.assets:
        if is_brought_by(asset, job):
            take_out(asset.id, ports.filing, now)
    saved = advance_removal(job, removal, page.next_position, now)
    ports.jobs.save(saved)
    return saved
