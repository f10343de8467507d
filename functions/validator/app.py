"""Validates queued assets; what no attempt could validate comes back from the dead-letter queue and fails."""

from collections.abc import Mapping
from typing import Any

import msgspec

from snapjury.batch import Failures, Record, process_batch
from snapjury.logs import log_event
from snapjury.messages import ValidationMessage
from snapjury.metrics import measured
from snapjury.rules.asset import Asset, State
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.registry import rule_of
from snapjury.services.validation import give_up_validation, validate_asset
from snapjury.wiring import validator as wiring
from snapjury.wiring.clients import now

rule_of(IMAGE)  # most files are images: their rule is loaded while a container starts, which no timeout counts


def validate(record: Record) -> None:
    message = msgspec.json.decode(record.body, type=ValidationMessage)
    ports = wiring.validation_ports()
    if record.queue_arn == wiring.settings().validation_dead_letters_arn:
        asset = give_up_validation(message.asset, ports, now)
    else:
        asset = validate_asset(message.asset, ports, now, message.seen if record.is_first else None)
    state = asset and asset.state
    log_event("asset_validated", asset=message.asset, state=state, receives=record.receives, **verdict_of(asset))


def verdict_of(asset: Asset | None) -> dict[str, object]:
    """What is measured of a verdict."""
    if asset is None or asset.finished_at is None:
        return {}
    took = asset.finished_at - asset.created_at
    if asset.state is State.SUCCESS:
        return measured(AssetsAccepted=1, TimeToVerdict=took)
    return measured(AssetsRefused=1, TimeToVerdict=took)


def handler(event: Mapping[str, Any], context: object) -> Failures:
    return process_batch(event, validate)
