"""The API of those who run the system: what waits and what fails, replays and redrives."""

from http import HTTPStatus

from chalice.app import Response

from snapjury.logs import log_event
from snapjury.rules.user import Role
from snapjury.schemas_deliveries import delivery_view, troubled_view
from snapjury.schemas_operations import (
    FAILED_PARAMETERS,
    TROUBLED_PARAMETERS,
    NewestFirstQuery,
    failed_assets_view,
    overview_view,
    piles_view,
)
from snapjury.services.delivery import event_named
from snapjury.services.operations import overview_of, piles_of, redrive, replay_for_admin
from snapjury.web import Api, answer, query_parameters
from snapjury.wiring import operations as wiring
from snapjury.wiring.clients import now

app = Api("operations", tokens=wiring.tokens)


@app.route("/operations", methods=["GET"])
def read_overview() -> Response:
    app.caller(Role.ADMIN)
    return answer(HTTPStatus.OK, overview_view(overview_of(wiring.operation_ports(), now())))


@app.route("/operations/failed-assets", methods=["GET"])
def list_failed_assets() -> Response:
    app.caller(Role.ADMIN)
    query = NewestFirstQuery(**query_parameters(app.request, FAILED_PARAMETERS))
    page = wiring.operation_ports().activity.failed(query.limit, query.next)
    return answer(HTTPStatus.OK, failed_assets_view(page))


@app.route("/operations/deliveries", methods=["GET"])
def list_troubled_deliveries() -> Response:
    app.caller(Role.ADMIN)
    query = NewestFirstQuery(**query_parameters(app.request, TROUBLED_PARAMETERS))
    page = wiring.operation_ports().activity.troubled(query.limit, query.next)
    return answer(HTTPStatus.OK, troubled_view(page))


@app.route("/operations/deliveries/{asset_id}/{event}/replay", methods=["POST"])
def replay(asset_id: str, event: str) -> Response:
    caller = app.caller(Role.ADMIN)
    history, delivery = replay_for_admin(asset_id, event_named(event), wiring.operation_ports())
    log_event("replayed", asset=asset_id, webhook=event, by=caller.name)
    return answer(HTTPStatus.ACCEPTED, delivery_view(delivery, history.asset.url_for(delivery.event)))


@app.route("/dead-letters", methods=["GET"])
def list_dead_letters() -> Response:
    app.caller(Role.ADMIN)
    return answer(HTTPStatus.OK, piles_view(piles_of(wiring.operation_ports())))


@app.route("/dead-letters/{queue}/redrive", methods=["POST"])
def redrive_dead_letters(queue: str) -> Response:
    caller = app.caller(Role.ADMIN)
    moved = redrive(queue, wiring.operation_ports())
    log_event("redriven", queue=queue, moved=moved.moved, by=caller.name)
    return answer(HTTPStatus.OK, moved)
