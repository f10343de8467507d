"""The API of admins: users and products."""

from http import HTTPStatus

from chalice.app import Response

from snapjury.rules.user import Role
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
from snapjury.services.products import create_product, delete_product, product_of, replace_product
from snapjury.services.users import change_user, create_user, user_named
from snapjury.web import Api, answer, body_as, etag, query_parameters
from snapjury.wiring import catalog as wiring
from snapjury.wiring.clients import now

app = Api("catalog", tokens=wiring.tokens)

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
