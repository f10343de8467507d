"""The routes of the function `reviews`."""

from http import HTTPStatus
from typing import Any

from infra.openapi.catalog import EVERYBODY
from infra.openapi.route import IDEMPOTENCY_KEY, LOCATION, Route
from snapjury.rules.snapshot import Verdict
from snapjury.rules.user import Role
from snapjury.schemas_board import LeaderboardQuery, LeaderboardView
from snapjury.schemas_people import SignedInView, TokenRequest
from snapjury.schemas_reviews import PageView, ReceiptView, VoteRequest, VotesRequest, VotesView

QAS: Any = {"roles": (Role.QA,)}

ROUTES = (
    Route(
        *("createToken", "POST", "/auth/token", "Sign in"),
        answers=SignedInView,
        sends=TokenRequest("kevin", "tortilla-chips"),
        fails=(HTTPStatus.UNAUTHORIZED,),
    ),
    Route(
        *("createSession", "POST", "/sessions", "Begin a session of a hundred random snapshots"),
        answers=PageView,
        status=HTTPStatus.CREATED,
        **QAS,
        heeds=(IDEMPOTENCY_KEY,),
        carries=(LOCATION,),
        fails=(HTTPStatus.CONFLICT,),
        gives=(
            ("session_id", "/id"),
            ("snapshot_id", "/items/0/snapshot"),
        ),
    ),
    Route(
        *("readSession", "GET", "/sessions/{session_id}", "Read the page that awaits your votes"),
        answers=PageView,
        **QAS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        *("drawPage", "POST", "/sessions/{session_id}/draw", "Fill the page up with new snapshots"),
        answers=PageView,
        **QAS,
        fails=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        *("castVote", "PUT", "/sessions/{session_id}/votes/{snapshot_id}", "Vote, or change your vote"),
        answers=ReceiptView,
        **QAS,
        sends=VoteRequest(Verdict.CORRECT),
        fails=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
    Route(
        *("withdrawVote", "DELETE", "/sessions/{session_id}/votes/{snapshot_id}", "Take your vote back"),
        answers=ReceiptView,
        **QAS,
        fails=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    ),
    Route(
        *("castVotes", "PATCH", "/sessions/{session_id}/votes", "Vote on several snapshots, or take votes back"),
        answers=VotesView,
        **QAS,
        sends=VotesRequest({"aaaaaaaaaaaaaaaaaaaa": Verdict.CORRECT, "bbbbbbbbbbbbbbbbbbbb": None}),
        fails=(HTTPStatus.NOT_FOUND,),
    ),
    Route(
        *("readLeaderboard", "GET", "/leaderboard", "See who judges best, and your own place"),
        answers=LeaderboardView,
        **EVERYBODY,
        query=LeaderboardQuery,
    ),
)
