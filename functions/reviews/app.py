"""The API of QAs: sign in."""

from http import HTTPStatus

from chalice.app import Response

from snapjury.schemas_people import TokenRequest, signed_in_view
from snapjury.services.sign_in import sign_in
from snapjury.web import Api, answer, body_as
from snapjury.wiring import reviews as wiring
from snapjury.wiring.clients import now

app = Api("reviews", tokens=wiring.tokens)


@app.route("/auth/token", methods=["POST"])
def create_token() -> Response:
    given = body_as(TokenRequest, app.request)
    signed_in = sign_in(given.name, given.password, wiring.sign_in_ports(), now())
    return answer(HTTPStatus.OK, signed_in_view(signed_in), {"cache-control": "no-store"})
