"""The API of QAs: sign in, review a random set of snapshots, vote, see who does it best."""

from http import HTTPStatus

from chalice.app import Response

from snapjury.errors import SnapjuryError, TemporaryFaultError
from snapjury.logs import log_event, log_failure
from snapjury.metrics import measured
from snapjury.rules.jury import Ballot, Receipt
from snapjury.rules.snapshot import Snapshot
from snapjury.rules.user import Role
from snapjury.schemas import idempotency_key_of
from snapjury.schemas_board import WINDOW_PARAMETERS, LeaderboardQuery, leaderboard_view
from snapjury.schemas_people import TokenRequest, signed_in_view
from snapjury.schemas_reviews import VoteRequest, VotesRequest, VotesView, page_view, receipt_view
from snapjury.services.reviews import (
    Page,
    ReviewPorts,
    begin_session,
    current_page,
    draw_page,
    own_session,
    session_id_of_key,
)
from snapjury.services.sign_in import sign_in
from snapjury.services.voting import take_back, vote, vote_on_each
from snapjury.web import Api, Headers, answer, body_as, problem_of, query_parameters
from snapjury.wiring import reviews as wiring
from snapjury.wiring.clients import new_id, now, warm
from snapjury.wiring.jury import known_boards

app = Api("reviews", tokens=wiring.tokens)
warm("dynamodb", "sqs")


@app.route("/auth/token", methods=["POST"])
def create_token() -> Response:
    given = body_as(TokenRequest, app.request)
    signed_in = sign_in(given.name, given.password, wiring.sign_in_ports(), now())
    return answer(HTTPStatus.OK, signed_in_view(signed_in), {"cache-control": "no-store"})


@app.route("/sessions", methods=["POST"])
def create_session() -> Response:
    qa = app.caller(Role.QA).name
    key = idempotency_key_of(app.request.headers.get("idempotency-key"))
    session_id = session_id_of_key(qa, key) if key else new_id()
    page = begin_session(session_id, qa, review_ports(), now())
    return show(page, HTTPStatus.CREATED, app.location_of(session_id))


@app.route("/sessions/{session_id}", methods=["GET"])
def read_session(session_id: str) -> Response:
    qa = app.caller(Role.QA).name
    ports = review_ports()
    return show(current_page(own_session(session_id, qa, ports.sessions, now()), ports))


@app.route("/sessions/{session_id}/draw", methods=["POST"])
def draw(session_id: str) -> Response:
    qa = app.caller(Role.QA).name
    ports = review_ports()
    return show(draw_page(own_session(session_id, qa, ports.sessions, now()), ports, now()))


@app.route("/sessions/{session_id}/votes/{snapshot_id}", methods=["PUT"])
def put_vote(session_id: str, snapshot_id: str) -> Response:
    qa = app.caller(Role.QA).name
    ballot = Ballot(qa, session_id, body_as(VoteRequest, app.request).verdict)
    snapshot, receipt = vote(snapshot_id, ballot, wiring.review_ports(log_decision), now())
    if snapshot.decision is not None:  # when the request is repeated too: the first one may have died before this
        hint_scorer()
    log_vote(snapshot, receipt)
    return answer(HTTPStatus.OK, receipt_view(receipt))


@app.route("/sessions/{session_id}/votes", methods=["PATCH"])
def patch_votes(session_id: str) -> Response:
    qa = app.caller(Role.QA).name
    verdicts = body_as(VotesRequest, app.request).votes
    outcomes = dict(vote_on_each(qa, session_id, verdicts, wiring.review_ports(log_decision), now))
    taken = {each: outcome for each, outcome in outcomes.items() if not isinstance(outcome, SnapjuryError)}
    refused = {each: outcome for each, outcome in outcomes.items() if isinstance(outcome, SnapjuryError)}
    faults = [error for error in refused.values() if isinstance(error, TemporaryFaultError)]
    if len(faults) == len(outcomes):
        raise faults[0]
    for each, (snapshot, receipt) in taken.items():
        if verdicts[each] is not None:
            log_vote(snapshot, receipt)
    if any(snapshot.decision is not None for snapshot, _ in taken.values()):
        hint_scorer()
    receipts = {each: receipt_view(receipt) for each, (_, receipt) in taken.items()}
    problems = {each: problem_of(error) for each, error in refused.items()}
    return answer(HTTPStatus.OK, VotesView(receipts=receipts, problems=problems))


@app.route("/sessions/{session_id}/votes/{snapshot_id}", methods=["DELETE"])
def delete_vote(session_id: str, snapshot_id: str) -> Response:
    qa = app.caller(Role.QA).name
    snapshot, receipt = take_back(snapshot_id, qa, session_id, wiring.review_ports(log_decision), now())
    if snapshot.decision is not None:
        hint_scorer()
    return answer(HTTPStatus.OK, receipt_view(receipt))


@app.route("/leaderboard", methods=["GET"])
def read_leaderboard() -> Response:
    caller = app.caller(Role.QA, Role.ADMIN)
    window = LeaderboardQuery(**query_parameters(app.request, WINDOW_PARAMETERS)).window
    return answer(HTTPStatus.OK, leaderboard_view(window, known_boards().get(window), caller))


def review_ports() -> ReviewPorts:
    """For what is drawn: a decision that is found there is told at once, as no answer shows it."""
    return wiring.review_ports(tell_decision)


def tell_decision(snapshot: Snapshot) -> None:
    log_decision(snapshot)
    hint_scorer()


def log_decision(snapshot: Snapshot) -> None:
    """Log and measure what the jury has just decided."""
    votes = len(snapshot.votes)
    about = measured(SnapshotsDecided=1, VotesPerDecision=votes)
    log_event("decided", snapshot=snapshot.id, status=snapshot.status, votes=votes, **about)


def log_vote(snapshot: Snapshot, receipt: Receipt) -> None:
    about = measured(VotesCounted=1) if receipt.counted else measured(VotesNotCounted=1)
    log_event("vote", snapshot=snapshot.id, counted=receipt.counted, status=snapshot.status, **about)


def hint_scorer() -> None:
    """Have what was decided scored. A vote stands if that fails: the next decision asks for both to be."""
    try:
        wiring.scoring_hints().give(now())
    except TemporaryFaultError as error:
        log_failure("scoring_hint_failed", error)


def show(page: Page, status: HTTPStatus = HTTPStatus.OK, headers: Headers | None = None) -> Response:
    products = wiring.known_products().named((each.product for each in page.snapshots), now())
    return answer(status, page_view(page, products, wiring.media_links(), wiring.settings().grid_size), headers)
