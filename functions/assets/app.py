"""The API of asset owners: submit assets, look at them, replay their webhooks."""

from http import HTTPStatus
from pathlib import Path

from chalice.app import Response
from msgspec import Raw

from snapjury.adapters.s3 import UPLOAD_PREFIX
from snapjury.logs import log_event
from snapjury.metrics import measured
from snapjury.rules.api_key import Scope
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.types.registry import MAX_BYTES, type_named
from snapjury.schemas import (
    PAGE_PARAMETERS,
    SubmitAssetRequest,
    asset_view,
    idempotency_key_of,
    page_query,
    page_view,
    upload_view,
)
from snapjury.schemas_deliveries import (
    DELIVERIES_PARAMETERS,
    deliveries_query,
    deliveries_view,
    delivery_view,
    troubled_view,
)
from snapjury.services.assets import asset_seen_by, create_upload, history_seen_by, owner_to_list, submit_asset
from snapjury.services.delivery import event_named, replay_delivery
from snapjury.web import Api, answer, body_as, query_parameters
from snapjury.wiring import assets as wiring
from snapjury.wiring.clients import new_id, now, warm

app = Api("assets", tokens=wiring.tokens, key_check=wiring.key_check)
warm("dynamodb", "sqs")


@app.route("/health", methods=["GET"])
def health() -> Response:
    return answer(HTTPStatus.OK, {"status": "ok"})


@app.route("/openapi.json", methods=["GET"])
def read_description() -> Response:
    return answer(HTTPStatus.OK, Raw(Path(__file__).with_name("openapi.json").read_bytes()))


@app.route("/assets/image", methods=["POST"])
def submit_image() -> Response:
    return submitted(IMAGE.name)


@app.route("/assets/{type_or_id}", methods=["POST"])
def submit(type_or_id: str) -> Response:
    return submitted(type_or_id)


def submitted(type_name: str) -> Response:
    access = app.access(Scope.ASSETS_WRITE)
    kind = type_named(type_name)
    key = idempotency_key_of(app.request.headers.get("idempotency-key"))
    submission = body_as(SubmitAssetRequest, app.request).submission(access, key, type_name=kind.name)
    asset = submit_asset(submission, wiring.submission_ports(), now())
    log_event("asset_submitted", asset=asset.id, **measured(AssetsSubmitted=1))
    return answer(HTTPStatus.ACCEPTED, {"id": asset.id, "state": "queued"})


@app.route("/assets", methods=["GET"])
def list_assets() -> Response:
    access = app.access(Scope.ASSETS_READ)
    query = page_query(query_parameters(app.request, PAGE_PARAMETERS))
    found = wiring.stored_assets().page(owner_to_list(access, query.owner), query.state, query.limit, query.next)
    return answer(HTTPStatus.OK, page_view(found))


@app.route("/assets/{type_or_id}", methods=["GET"])
def read_asset(type_or_id: str) -> Response:
    access = app.access(Scope.ASSETS_READ)
    return answer(HTTPStatus.OK, asset_view(asset_seen_by(access, type_or_id, wiring.stored_assets())))


@app.route("/assets/{type_or_id}/deliveries", methods=["GET"])
def list_deliveries(type_or_id: str) -> Response:
    access = app.access(Scope.ASSETS_READ)
    return answer(HTTPStatus.OK, deliveries_view(history_seen_by(access, type_or_id, wiring.stored_assets())))


@app.route("/deliveries", methods=["GET"])
def list_troubled_deliveries() -> Response:
    access = app.access(Scope.ASSETS_READ)
    query = deliveries_query(query_parameters(app.request, DELIVERIES_PARAMETERS))
    owner = owner_to_list(access, query.owner)
    page = wiring.stored_assets().troubled(owner, query.state, query.limit, query.next)
    return answer(HTTPStatus.OK, troubled_view(page))


@app.route("/assets/{type_or_id}/deliveries/{event}/replay", methods=["POST"])
def replay(type_or_id: str, event: str) -> Response:
    history = history_seen_by(app.access(Scope.ASSETS_WRITE), type_or_id, wiring.stored_assets())
    delivery = replay_delivery(history, event_named(event), wiring.stored_assets(), wiring.notification_queue())
    return answer(HTTPStatus.ACCEPTED, delivery_view(delivery, history.asset.url_for(delivery.event)))


@app.route("/uploads", methods=["POST"])
def create_upload_form() -> Response:
    app.access(Scope.ASSETS_WRITE, Scope.SNAPSHOTS_WRITE)
    form = create_upload(wiring.uploads(), MAX_BYTES, new_id, now())
    return answer(HTTPStatus.CREATED, upload_view(form, f"{UPLOAD_PREFIX}{form.id}"))
