"""The API of admins: users, products, snapshots and what is decided on them, imports and exports."""

from http import HTTPStatus

from chalice.app import Response

from snapjury.logs import log_event
from snapjury.metrics import measured
from snapjury.rules.api_key import OWNER_WITHOUT_KEY, Scope
from snapjury.rules.user import Role
from snapjury.schemas import asset_view, idempotency_key_of
from snapjury.schemas_jobs import (
    BAD_ROW_PARAMETERS,
    FIRST_BAD_ROWS,
    JOB_PARAMETERS,
    BadRowQuery,
    CreateExportRequest,
    CreateImportRequest,
    JobQuery,
    bad_rows_view,
    export_view,
    exports_view,
    import_record_view,
    import_view,
    imports_view,
)
from snapjury.schemas_people import (
    PRODUCT_PARAMETERS,
    USER_PARAMETERS,
    ChangeUserRequest,
    CreateProductRequest,
    CreateUserRequest,
    ListQuery,
    ReplaceProductRequest,
    product_view,
    products_view,
    user_view,
    users_view,
)
from snapjury.schemas_snapshots import (
    SNAPSHOT_PARAMETERS,
    KnownAnswerRequest,
    SubmitSnapshotRequest,
    own_view,
    record_view,
    snapshot_query,
    snapshot_view,
    snapshots_view,
    statistics_view,
)
from snapjury.services.exports import export_of, links_of, request_export
from snapjury.services.gold import mark_as_known, unmark_as_known
from snapjury.services.imports import import_of, request_import, request_removal
from snapjury.services.products import create_product, delete_product, product_of, replace_product
from snapjury.services.removal import remove_submitted
from snapjury.services.snapshots import record_seen_by, statistics_of, submit_snapshot
from snapjury.services.users import change_user, create_user, user_named
from snapjury.web import Api, answer, body_as, etag, query_parameters
from snapjury.wiring import catalog as wiring
from snapjury.wiring.clients import now, warm
from snapjury.wiring.jury import rules

app = Api("catalog", tokens=wiring.tokens, key_check=wiring.key_check)
warm("dynamodb", "sqs")

# ---- users


@app.route("/users", methods=["POST"])
def add_user() -> Response:
    app.caller(Role.ADMIN)
    given = body_as(CreateUserRequest, app.request)
    user = create_user(given.name, given.password, given.role, wiring.user_ports(), now())
    return answer(HTTPStatus.CREATED, user_view(user), app.location_of(user.name) | etag(user.version))


@app.route("/users", methods=["GET"])
def list_users() -> Response:
    app.caller(Role.ADMIN)
    query = ListQuery(**query_parameters(app.request, USER_PARAMETERS))
    return answer(HTTPStatus.OK, users_view(wiring.user_ports().users.page(query.limit, query.next)))


@app.route("/users/me", methods=["GET"])
def read_own_user() -> Response:
    user = wiring.user_ports().users.get(app.caller(*Role).name)
    return answer(HTTPStatus.OK, user_view(user), etag(user.version))


@app.route("/users/{name}", methods=["GET"])
def read_user(name: str) -> Response:
    app.caller(Role.ADMIN)
    user = user_named(name, wiring.user_ports().users)
    return answer(HTTPStatus.OK, user_view(user), etag(user.version))


@app.route("/users/{name}", methods=["PATCH"])
def patch_user(name: str) -> Response:
    caller = app.caller(*Role)
    changes = body_as(ChangeUserRequest, app.request).changes()
    user = change_user(name, changes, caller, app.check_if_match, wiring.user_ports(), now())
    return answer(HTTPStatus.OK, user_view(user), etag(user.version))


# ---- products


@app.route("/products", methods=["POST"])
def add_product() -> Response:
    app.caller(Role.ADMIN)
    given = body_as(CreateProductRequest, app.request)
    product = create_product(given.gtin, given.fields(), wiring.product_ports(), now())
    headers = app.location_of(product.gtin) | etag(product.version)
    return answer(HTTPStatus.CREATED, product_view(product, wiring.media_links()), headers)


@app.route("/products", methods=["GET"])
def list_products() -> Response:
    app.caller(Role.ADMIN, Role.QA)
    query = ListQuery(**query_parameters(app.request, PRODUCT_PARAMETERS))
    page = wiring.product_ports().products.page(query.limit, query.next)
    return answer(HTTPStatus.OK, products_view(page, wiring.media_links()))


@app.route("/products/{gtin}", methods=["GET"])
def read_product(gtin: str) -> Response:
    app.caller(Role.ADMIN, Role.QA)
    product = product_of(gtin, wiring.product_ports().products)
    return answer(HTTPStatus.OK, product_view(product, wiring.media_links()), etag(product.version))


@app.route("/products/{gtin}", methods=["PUT"])
def put_product(gtin: str) -> Response:
    app.caller(Role.ADMIN)
    fields = body_as(ReplaceProductRequest, app.request).fields()
    product = replace_product(gtin, fields, app.check_if_match, wiring.product_ports())
    return answer(HTTPStatus.OK, product_view(product, wiring.media_links()), etag(product.version))


@app.route("/products/{gtin}", methods=["DELETE"])
def remove_product(gtin: str) -> Response:
    app.caller(Role.ADMIN)
    delete_product(gtin, app.check_if_match, wiring.product_ports())
    return answer(HTTPStatus.NO_CONTENT, None)


# ---- imports and exports


@app.route("/imports", methods=["POST"])
def create_import() -> Response:
    caller = app.caller(Role.ADMIN)
    key = idempotency_key_of(app.request.headers.get("idempotency-key"))
    request = body_as(CreateImportRequest, app.request).request(caller.name, OWNER_WITHOUT_KEY, key)
    job = request_import(request, wiring.import_ports(), now())
    return answer(HTTPStatus.ACCEPTED, {"id": job.id, "state": "queued"}, app.location_of(job.id))


@app.route("/imports", methods=["GET"])
def list_imports() -> Response:
    app.caller(Role.ADMIN)
    query = JobQuery(**query_parameters(app.request, JOB_PARAMETERS))
    return answer(HTTPStatus.OK, imports_view(wiring.import_ports().jobs.page(query.limit, query.next)))


@app.route("/imports/{import_id}", methods=["GET"])
def read_import(import_id: str) -> Response:
    app.caller(Role.ADMIN)
    jobs = wiring.import_ports().jobs
    job = import_of(import_id, jobs)
    return answer(HTTPStatus.OK, import_record_view(job, jobs.bad_rows(job.id, FIRST_BAD_ROWS, after=0)))


@app.route("/imports/{import_id}/errors", methods=["GET"])
def list_bad_rows(import_id: str) -> Response:
    app.caller(Role.ADMIN)
    query = BadRowQuery(**query_parameters(app.request, BAD_ROW_PARAMETERS))
    jobs = wiring.import_ports().jobs
    page = jobs.bad_rows(import_of(import_id, jobs).id, query.limit, int(query.next))
    return answer(HTTPStatus.OK, bad_rows_view(page))


@app.route("/imports/{import_id}/removal", methods=["PUT"])
def remove_import(import_id: str) -> Response:
    caller = app.caller(Role.ADMIN)
    job = request_removal(import_id, wiring.import_ports(), now())
    log_event("import_removal", job=job.id, state=job.state, by=caller.name)
    return answer(HTTPStatus.ACCEPTED, import_view(job))


@app.route("/exports", methods=["POST"])
def create_export() -> Response:
    caller = app.caller(Role.ADMIN)
    key = idempotency_key_of(app.request.headers.get("idempotency-key"))
    request = body_as(CreateExportRequest, app.request).request(caller.name, key, now())
    job = request_export(request, wiring.export_ports(), now())
    return answer(HTTPStatus.ACCEPTED, {"id": job.id, "state": "queued"}, app.location_of(job.id))


@app.route("/exports", methods=["GET"])
def list_exports() -> Response:
    app.caller(Role.ADMIN)
    query = JobQuery(**query_parameters(app.request, JOB_PARAMETERS))
    page = wiring.export_ports().jobs.page(query.limit, query.next)
    return answer(HTTPStatus.OK, exports_view(page, lambda job: links_of(job, wiring.export_links(), now())))


@app.route("/exports/{export_id}", methods=["GET"])
def read_export(export_id: str) -> Response:
    app.caller(Role.ADMIN)
    job = export_of(export_id, wiring.export_ports().jobs)
    return answer(HTTPStatus.OK, export_view(job, links_of(job, wiring.export_links(), now())))


# ---- snapshots


@app.route("/snapshots", methods=["POST"])
def add_snapshot() -> Response:
    access = app.access(Scope.SNAPSHOTS_WRITE)
    key = idempotency_key_of(app.request.headers.get("idempotency-key"))
    submission = body_as(SubmitSnapshotRequest, app.request).submission(access, key)
    asset = submit_snapshot(submission, wiring.product_ports().products, wiring.submission_ports(), now())
    log_event("snapshot_submitted", asset=asset.id, product=asset.product, **measured(AssetsSubmitted=1))
    return answer(HTTPStatus.ACCEPTED, {"id": asset.id, "state": "queued"}, app.location_of(asset.id))


@app.route("/snapshots", methods=["GET"])
def list_snapshots() -> Response:
    app.caller(Role.ADMIN)
    query = snapshot_query(query_parameters(app.request, SNAPSHOT_PARAMETERS))
    page = wiring.snapshot_ports().snapshots.page(query.product, query.status, query.limit, query.next)
    return answer(HTTPStatus.OK, snapshots_view(page, wiring.media_links()))


@app.route("/snapshots/{snapshot_id}", methods=["GET"])
def read_snapshot(snapshot_id: str) -> Response:
    access = app.access(Scope.SNAPSHOTS_WRITE)
    record = record_seen_by(access, snapshot_id, wiring.snapshot_ports())
    return answer(HTTPStatus.OK, record_view(record, wiring.media_links()) if access.admin else own_view(record))


@app.route("/snapshots/{snapshot_id}/removal", methods=["PUT"])
def remove_snapshot(snapshot_id: str) -> Response:
    access = app.access(Scope.SNAPSHOTS_WRITE)
    asset = remove_submitted(snapshot_id, access, wiring.filing_ports(), now())
    log_event("snapshot_removed", asset=asset.id, product=asset.product, by=access.admin or access.owner)
    return answer(HTTPStatus.OK, asset_view(asset))


@app.route("/snapshots/{snapshot_id}/answer", methods=["PUT"])
def put_known_answer(snapshot_id: str) -> Response:
    caller = app.caller(Role.ADMIN)
    given = body_as(KnownAnswerRequest, app.request).answer
    snapshot = mark_as_known(snapshot_id, given, wiring.snapshot_ports(), now())
    log_event("known_answer", snapshot=snapshot.id, answer=given, by=caller.name)
    return answer(HTTPStatus.OK, snapshot_view(snapshot, wiring.media_links()))


@app.route("/snapshots/{snapshot_id}/answer", methods=["DELETE"])
def delete_known_answer(snapshot_id: str) -> Response:
    caller = app.caller(Role.ADMIN)
    snapshot = unmark_as_known(snapshot_id, rules(), wiring.snapshot_ports(), now())
    log_event("known_answer", snapshot=snapshot.id, answer=None, by=caller.name)
    return answer(HTTPStatus.OK, snapshot_view(snapshot, wiring.media_links()))


@app.route("/stats", methods=["GET"])
def read_statistics() -> Response:
    app.caller(Role.ADMIN)
    return answer(HTTPStatus.OK, statistics_view(statistics_of(wiring.snapshot_ports(), now())))
