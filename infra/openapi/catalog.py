"""The routes of the function `catalog`."""

from http import HTTPStatus
from typing import Any

from infra.openapi.assets import NOTIFICATIONS
from infra.openapi.route import ETAG, IDEMPOTENCY_KEY, IF_MATCH, LOCATION, Route
from snapjury.rules.api_key import Scope
from snapjury.rules.asset import Location
from snapjury.rules.snapshot import Verdict
from snapjury.rules.user import Role
from snapjury.schemas import AcceptedView, AssetView, SourceRequest
from snapjury.schemas_jobs import (
    BadRowQuery,
    BadRowsView,
    CreateExportRequest,
    CreateImportRequest,
    ExportsView,
    ExportView,
    ImportRecordView,
    ImportsView,
    ImportView,
    JobQuery,
)
from snapjury.schemas_people import (
    ChangeUserRequest,
    CreateProductRequest,
    CreateUserRequest,
    ListQuery,
    ProductsView,
    ProductView,
    ReplaceProductRequest,
    UsersView,
    UserView,
)
from snapjury.schemas_snapshots import (
    KnownAnswerRequest,
    OwnSnapshotView,
    SnapshotQuery,
    SnapshotRecordView,
    SnapshotsView,
    SnapshotView,
    StatisticsView,
    SubmitSnapshotRequest,
)

ADMINS: Any = {"roles": (Role.ADMIN,)}
EVERYBODY: Any = {"roles": (Role.ADMIN, Role.QA)}
NOT_FOUND, CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
GTIN = "4006381333931"

USERS = (
    Route(
        *("addUser", "POST", "/users", "Create a user"),
        answers=UserView,
        status=HTTPStatus.CREATED,
        **ADMINS,
        sends=CreateUserRequest("maria", "correct horse battery", Role.QA),
        carries=(LOCATION, ETAG),
        fails=(CONFLICT,),
        gives=(("name", "/name"),),
    ),
    Route("listUsers", "GET", "/users", "List users by their names", UsersView, **ADMINS, query=ListQuery),
    Route("readOwnUser", "GET", "/users/me", "Read who you are", UserView, **EVERYBODY, carries=(ETAG,)),
    Route(
        *("readUser", "GET", "/users/{name}", "Read a user"),
        answers=UserView,
        **ADMINS,
        carries=(ETAG,),
        fails=(NOT_FOUND,),
    ),
    Route(
        *("changeUser", "PATCH", "/users/{name}", "Change a user, or your own password"),
        answers=UserView,
        **EVERYBODY,
        sends=ChangeUserRequest(disabled=True),
        heeds=(IF_MATCH,),
        carries=(ETAG,),
        fails=(NOT_FOUND, CONFLICT),
    ),
)

PRODUCTS = (
    Route(
        *("addProduct", "POST", "/products", "Create a product"),
        answers=ProductView,
        status=HTTPStatus.CREATED,
        **ADMINS,
        sends=CreateProductRequest(GTIN, "Highlighter, yellow"),
        carries=(LOCATION, ETAG),
        fails=(CONFLICT,),
        gives=(("gtin", "/gtin"),),
    ),
    Route(
        *("listProducts", "GET", "/products", "List products by their GTINs"),
        answers=ProductsView,
        **EVERYBODY,
        query=ListQuery,
    ),
    Route(
        *("readProduct", "GET", "/products/{gtin}", "Read a product"),
        answers=ProductView,
        **EVERYBODY,
        carries=(ETAG,),
        fails=(NOT_FOUND,),
    ),
    Route(
        *("replaceProduct", "PUT", "/products/{gtin}", "Replace a product's name and reference image"),
        answers=ProductView,
        **ADMINS,
        sends=ReplaceProductRequest("Highlighter, green"),
        heeds=(IF_MATCH,),
        carries=(ETAG,),
        fails=(NOT_FOUND, CONFLICT),
    ),
    Route(
        *("deleteProduct", "DELETE", "/products/{gtin}", "Delete a product without snapshots"),
        answers=None,
        status=HTTPStatus.NO_CONTENT,
        **ADMINS,
        heeds=(IF_MATCH,),
        fails=(NOT_FOUND, CONFLICT),
    ),
)

JOBS = (
    Route(
        *("createImport", "POST", "/imports", "Import the snapshots that a manifest names"),
        answers=AcceptedView,
        status=HTTPStatus.ACCEPTED,
        **ADMINS,
        sends=CreateImportRequest(SourceRequest(Location.LOCAL, "./shelf/snapshots.csv")),
        heeds=(IDEMPOTENCY_KEY,),
        carries=(LOCATION,),
        gives=(("import_id", "/id"),),
    ),
    Route("listImports", "GET", "/imports", "List imports, newest first", ImportsView, **ADMINS, query=JobQuery),
    Route(
        *("readImport", "GET", "/imports/{import_id}", "Read how far an import has come"),
        answers=ImportRecordView,
        **ADMINS,
        fails=(NOT_FOUND,),
    ),
    Route(
        *("removeImport", "PUT", "/imports/{import_id}/removal", "Take an import back: stop it, remove all it brought"),
        answers=ImportView,
        status=HTTPStatus.ACCEPTED,
        **ADMINS,
        fails=(NOT_FOUND,),
    ),
    Route(
        *("listBadRows", "GET", "/imports/{import_id}/errors", "List the rows that could not be imported"),
        answers=BadRowsView,
        **ADMINS,
        query=BadRowQuery,
        fails=(NOT_FOUND,),
    ),
    Route(
        *("createExport", "POST", "/exports", "Export what was decided"),
        answers=AcceptedView,
        status=HTTPStatus.ACCEPTED,
        **ADMINS,
        sends=CreateExportRequest("2026-11-01", "2026-11-08T12:00:00+01:00"),
        heeds=(IDEMPOTENCY_KEY,),
        carries=(LOCATION,),
        gives=(("export_id", "/id"),),
    ),
    Route("listExports", "GET", "/exports", "List exports, newest first", ExportsView, **ADMINS, query=JobQuery),
    Route(
        *("readExport", "GET", "/exports/{export_id}", "Read how far an export has come"),
        answers=ExportView,
        **ADMINS,
        fails=(NOT_FOUND,),
    ),
)

SNAPSHOTS = (
    Route(
        *("addSnapshot", "POST", "/snapshots", "Submit a picture of a product"),
        answers=AcceptedView,
        status=HTTPStatus.ACCEPTED,
        **ADMINS,
        scopes=(Scope.SNAPSHOTS_WRITE,),
        sends=SubmitSnapshotRequest(GTIN, SourceRequest(Location.LOCAL, "./images/foo"), NOTIFICATIONS),
        heeds=(IDEMPOTENCY_KEY,),
        carries=(LOCATION,),
        gives=(("snapshot_id", "/id"),),
    ),
    Route(
        *("listSnapshots", "GET", "/snapshots", "List snapshots, newest first within a status"),
        answers=SnapshotsView,
        **ADMINS,
        query=SnapshotQuery,
        gives=(("snapshot_id", "/snapshots/0/id"),),
    ),
    Route(
        *(
            "readSnapshot",
            "GET",
            "/snapshots/{snapshot_id}",
            "Read a snapshot: admins all of it, customers what became of it",
        ),
        answers=SnapshotRecordView | OwnSnapshotView,
        **ADMINS,
        scopes=(Scope.SNAPSHOTS_WRITE,),
        fails=(NOT_FOUND,),
    ),
    Route(
        *("removeSnapshot", "PUT", "/snapshots/{snapshot_id}/removal", "Take back a snapshot submitted by mistake"),
        answers=AssetView,
        **ADMINS,
        scopes=(Scope.SNAPSHOTS_WRITE,),
        fails=(NOT_FOUND,),
    ),
    Route(
        *("markAsKnown", "PUT", "/snapshots/{snapshot_id}/answer", "Say which answer is right"),
        answers=SnapshotView,
        **ADMINS,
        sends=KnownAnswerRequest(Verdict.CORRECT),
        fails=(NOT_FOUND, CONFLICT),
    ),
    Route(
        *("unmarkAsKnown", "DELETE", "/snapshots/{snapshot_id}/answer", "Leave the answer to the jury again"),
        answers=SnapshotView,
        **ADMINS,
        fails=(NOT_FOUND, CONFLICT),
    ),
    Route(
        "readStatistics", "GET", "/stats", "Read what waits, and what the last hour brought", StatisticsView, **ADMINS
    ),
)

ROUTES = (*USERS, *PRODUCTS, *JOBS, *SNAPSHOTS)
