"""Writes exports; one that no attempt could finish comes back from the dead-letter queue and fails."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from snapjury.batch import Context, Failures, Record, process_batch, time_for_more
from snapjury.logs import log_event
from snapjury.messages import JobMessage
from snapjury.services.exports import give_up_export, run_export
from snapjury.wiring import exporter as wiring
from snapjury.wiring.clients import now


def go_on(context: Context, record: Record) -> None:
    export_id = msgspec.json.decode(record.body, type=JobMessage).job
    if record.queue_arn == wiring.settings().export_dead_letters_arn:
        job = give_up_export(export_id, wiring.export_ports(), now())
    else:
        job = run_export(export_id, wiring.export_ports(), time_for_more(context), now)
    size = job and {"snapshots": job.snapshots, "bytes": job.bytes}
    log_event("export_advanced", job=export_id, state=job and job.state, size=size, error=job and job.error)


def handler(event: Mapping[str, Any], context: Context) -> Failures:
    return process_batch(event, partial(go_on, context))
