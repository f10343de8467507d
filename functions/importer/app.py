"""Imports manifests; an import that no attempt could finish comes back from the dead-letter queue and fails."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from snapjury.batch import Context, Failures, Record, process_batch, time_for_more
from snapjury.logs import log_event
from snapjury.messages import JobMessage
from snapjury.services.imports import give_up_import, run_import
from snapjury.wiring import importer as wiring
from snapjury.wiring.clients import now


def go_on(context: Context, record: Record) -> None:
    import_id = msgspec.json.decode(record.body, type=JobMessage).job
    if record.queue_arn == wiring.settings().import_dead_letters_arn:
        job = give_up_import(import_id, wiring.import_ports(), now())
    else:
        job = run_import(import_id, wiring.import_ports(), time_for_more(context), now)
    rows = job and {"accepted": job.accepted, "known": job.known, "rejected": job.rejected}
    log_event("import_advanced", job=import_id, state=job and job.state, rows=rows, error=job and job.error)


def handler(event: Mapping[str, Any], context: Context) -> Failures:
    return process_batch(event, partial(go_on, context))
