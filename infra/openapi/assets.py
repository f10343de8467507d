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
    HealthView,
    NotificationsRequest,
    PageQuery,
    SourceRequest,
    SubmitAssetRequest,
    UploadView,
)
from snapjury.schemas_deliveries import DeliveriesQuery, DeliveriesView, DeliveryView, TroubledDeliveriesView

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
        gives=(("type_or_id", "/id"),),
    ),
    Route(
        *("submitAsset", "POST", "/assets/{type_or_id}", "Submit an asset of a type"),
        answers=AcceptedView,
        status=HTTPStatus.ACCEPTED,
        **WRITERS,
        sends=SubmitAssetRequest(SourceRequest(Location.LOCAL, "./documents/leaflet.pdf"), NOTIFICATIONS),
        heeds=(IDEMPOTENCY_KEY,),
        fails=(HTTPStatus.NOT_FOUND,),
        gives=(("type_or_id", "/id"),),
    ),
    Route(
        *("listAssets", "GET", "/assets", "List assets, newest first within a state"),
        answers=AssetsView,
        **READERS,
        query=PageQuery,
    ),
    Route(
        *("readAsset", "GET", "/assets/{type_or_id}", "Read an asset"),
        answers=AssetView,
        **READERS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        *("listDeliveries", "GET", "/assets/{type_or_id}/deliveries"),
        "List the webhooks of an asset, with each attempt",
        answers=DeliveriesView,
        **READERS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        *("listOwnTroubledDeliveries", "GET", "/deliveries"),
        "List webhooks that have not arrived, those that are repeated first, newest attempt first",
        answers=TroubledDeliveriesView,
        **READERS,
        query=DeliveriesQuery,
    ),
    Route(
        *("replayDelivery", "POST", "/assets/{type_or_id}/deliveries/{event}/replay", "Send a webhook again"),
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
