"""The routes of the function `operations`."""

from http import HTTPStatus

from infra.openapi.catalog import ADMINS
from infra.openapi.route import Route
from snapjury.schemas_deliveries import DeliveryView, TroubledDeliveriesView
from snapjury.schemas_operations import (
    FailedAssetsView,
    NewestFirstQuery,
    OverviewView,
    PilesView,
)
from snapjury.services.operations import Redrive

ROUTES = (
    Route("readOverview", "GET", "/operations", "Read what waits where, and the last hour", OverviewView, **ADMINS),
    Route(
        *("listFailedAssets", "GET", "/operations/failed-assets", "List failed assets of all owners"),
        answers=FailedAssetsView,
        **ADMINS,
        query=NewestFirstQuery,
    ),
    Route(
        *("listTroubledDeliveries", "GET", "/operations/deliveries", "List everybody's webhooks that have not arrived"),
        answers=TroubledDeliveriesView,
        **ADMINS,
        query=NewestFirstQuery,
    ),
    Route(
        *("replayForAdmin", "POST", "/operations/deliveries/{asset_id}/{event}/replay", "Send anybody's webhook again"),
        answers=DeliveryView,
        status=HTTPStatus.ACCEPTED,
        **ADMINS,
        fails=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
    Route("listDeadLetters", "GET", "/dead-letters", "List messages that nobody could handle", PilesView, **ADMINS),
    Route(
        *("redriveDeadLetters", "POST", "/dead-letters/{queue}/redrive", "Send up to 500 of them to their queue again"),
        answers=Redrive,
        **ADMINS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
)
