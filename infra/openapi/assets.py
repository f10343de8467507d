"""The routes of the function `assets`."""

from http import HTTPStatus
from typing import Any

from infra.openapi.route import IDEMPOTENCY_KEY, Route
from snapjury.rules.api_key import Scope
from snapjury.rules.asset import Location
from snapjury.rules.user import Role
from snapjury.schemas import (
    AcceptedView,
    AssetsView,
    AssetView,
    DeliveriesView,
    DeliveryView,
    HealthView,
    NotificationsRequest,
    PageQuery,
    SourceRequest,
    SubmitAssetRequest,
    UploadView,
)

READERS: Any = {"roles": (Role.ADMIN,), "scopes": (Scope.ASSETS_READ,)}
WRITERS: Any = {"roles": (Role.ADMIN,), "scopes": (Scope.ASSETS_WRITE,)}
NOTIFICATIONS = NotificationsRequest(
    "https://receiver.example/start", "https://receiver.example/success", "https://receiver.example/failure"
)

ROUTES = (
    Route("health", "GET", "/health", "Whether the API answers", HealthView),
    Route("readDescription", "GET", "/openapi.json", "Read this description", dict[str, Any]),
    Route(
        *("submitImage", "POST", "/assets/image", "Submit an image asset"),
        answers=AcceptedView,
        status=HTTPStatus.ACCEPTED,
        **WRITERS,
        sends=SubmitAssetRequest(SourceRequest(Location.LOCAL, "./images/foo"), NOTIFICATIONS),
        heeds=(IDEMPOTENCY_KEY,),
        gives=(("asset_id", "/id"),),
    ),
    Route(
        *("listAssets", "GET", "/assets", "List assets, newest first within a state"),
        answers=AssetsView,
        **READERS,
        query=PageQuery,
    ),
    Route(
        *("readAsset", "GET", "/assets/{asset_id}", "Read an asset"),
        answers=AssetView,
        **READERS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        *("listDeliveries", "GET", "/assets/{asset_id}/deliveries", "List the webhooks of an asset, with each attempt"),
        answers=DeliveriesView,
        **READERS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        *("replayDelivery", "POST", "/assets/{asset_id}/deliveries/{event}/replay", "Send a webhook again"),
        answers=DeliveryView,
        status=HTTPStatus.ACCEPTED,
        **WRITERS,
        fails=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
    Route(
        *("createUpload", "POST", "/uploads", "Get a form to upload one file by"),
        answers=UploadView,
        status=HTTPStatus.CREATED,
        roles=(Role.ADMIN,),
        scopes=(Scope.ASSETS_WRITE, Scope.SNAPSHOTS_WRITE),
    ),
)
