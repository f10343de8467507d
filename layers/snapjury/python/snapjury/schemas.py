"""The JSON of the API: what requests must look like, and how stored things are shown."""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict, overload

from msgspec import Meta, Struct

from snapjury.errors import MalformedRequestError
from snapjury.rules.api_key import OWNER, Access
from snapjury.rules.asset import Asset, Errors, Event, Location, Source, State
from snapjury.rules.gtin import LENGTHS
from snapjury.rules.ids import ID_SHAPE
from snapjury.rules.types.image.about import IMAGE
from snapjury.rules.urls import MAX_URL_LENGTH
from snapjury.rules.user import NAME
from snapjury.services.assets import Submission
from snapjury.services.ports import AssetPage, UploadForm

MAX_PATH_CHARACTERS = 4096
MAX_KEY_CHARACTERS = 255
DEFAULT_PAGE = 50
LARGEST_PAGE = 100
Parameters = Mapping[str, Callable[[str], object]]

ID_TEXT = f"^{ID_SHAPE}$"
OWNER_TEXT = f"^{OWNER.pattern}$"
USER_TEXT = f"^{NAME.pattern}$"
GTIN_TEXT = f"^({'|'.join(f'[0-9]{{{length}}}' for length in LENGTHS)})$"
"""What ids, names and numbers look like, as the API's description says it; the rules check and explain it."""

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
OwnerName = Annotated[str, Meta(extra_json_schema={"pattern": OWNER_TEXT})]
Gtin = Annotated[str, Meta(extra_json_schema={"pattern": GTIN_TEXT})]
Limit = Annotated[int, Meta(ge=1, le=LARGEST_PAGE)]

POSITION = re.compile(rf"({'|'.join(State)})#\d{{13}}#{ID_SHAPE}")
"""A place in a list of assets: state, creation and id of the last one shown."""


class SourceRequest(Struct, frozen=True, forbid_unknown_fields=True):
    location: Location
    path: Annotated[str, Meta(min_length=1, max_length=MAX_PATH_CHARACTERS)]


class NotificationsRequest(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    on_start: str | None = None
    on_success: str | None = None
    on_failure: str | None = None


class SubmitAssetRequest(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Body of `POST /assets/{type}`. URLs may be any text: the validation reports broken ones with all other errors."""

    asset_path: SourceRequest
    notifications: NotificationsRequest = NotificationsRequest()

    def submission(
        self, access: Access, idempotency_key: str | None, product: str | None = None, type_name: str = IMAGE.name
    ) -> Submission:
        urls = {
            Event.START: self.notifications.on_start,
            Event.SUCCESS: self.notifications.on_success,
            Event.FAILURE: self.notifications.on_failure,
        }
        # One character too many says as much as thousands, and does not fill the table.
        given = {event: url[: MAX_URL_LENGTH + 1] for event, url in urls.items() if url is not None}
        source = Source(self.asset_path.location, self.asset_path.path)
        return Submission(access.owner, source, given, idempotency_key, product, type_name, access.sources)


def idempotency_key_of(header: str | None) -> str | None:
    """The Idempotency-Key, if one was sent."""
    if header is None:
        return None
    is_printable = header.isascii() and header.isprintable()
    if not (is_printable and 1 <= len(header) <= MAX_KEY_CHARACTERS):
        raise MalformedRequestError(f"must be 1 to {MAX_KEY_CHARACTERS} printable ASCII characters", "Idempotency-Key")
    return header


def state_named(text: str) -> State:
    if text not in set(State):
        raise ValueError(f"must be one of: {', '.join(State)}")
    return State(text)


def owner_named(text: str) -> str:
    if not OWNER.fullmatch(text):
        raise ValueError("must be the name of an owner: 1 to 32 of a-z, 0-9, '.', '_' and '-'")
    return text


def page_size(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_PAGE))
    if not (is_number and 1 <= int(text) <= LARGEST_PAGE):
        raise ValueError(f"must be a whole number from 1 to {LARGEST_PAGE}")
    return int(text)


def token_of(position: str | None) -> str | None:
    """A list position as the opaque token that callers get."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=") if position else None


def position_of(token: str, shape: re.Pattern[str] = POSITION) -> str:
    """The list position in a token from an earlier answer, which has this shape."""
    try:
        position = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except ValueError:  # not base64, or not ASCII
        position = ""
    # Decoding passes over what is not base64, so only a token that is made again is taken.
    if token_of(position) != token or not shape.fullmatch(position):
        raise ValueError("must be the `next` of an earlier answer, unchanged")
    return position


class PageQuery(Struct, frozen=True):
    """Which assets to list, from which position on; of whom, only admins may say."""

    owner: OwnerName | None = None
    state: State | None = None
    limit: Limit = DEFAULT_PAGE
    next: str | None = None


PAGE_PARAMETERS: Parameters = {
    "owner": owner_named,
    "state": state_named,
    "limit": page_size,
    "next": position_of,
}
"""How the query parameters of a list are read."""


def page_query(parameters: Mapping[str, Any]) -> PageQuery:
    """The query of these parameters; MalformedRequestError if the token is of a list by another state."""
    query = PageQuery(**parameters)
    held_to_state(query.state, query.next)
    return query


def held_to_state(state: str | None, position: str | None) -> None:
    """MalformedRequestError if this position is of a list by another state."""
    if state and position and not position.startswith(f"{state}#"):
        raise MalformedRequestError("is of a list by another state; go on with the same `state`", "next")


class FieldProblem(TypedDict):
    field: str
    message: str


class Problem(TypedDict):
    """Why a request was refused (RFC 9457), and which field is to blame if one is."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[FieldProblem]]


class HealthView(TypedDict):
    status: Literal["ok"]


class AcceptedView(TypedDict):
    """What was accepted and will be worked on."""

    id: str
    state: Literal["queued"]


class OriginView(TypedDict):
    """The import that brought an asset, and the line of its manifest that names it."""

    import_id: str
    line: int


class AssetView(TypedDict):
    """An asset. `errors` names what is wrong, by `asset` or by the webhook whose URL it is.

    Null is what is not known yet, and of a file that was refused what it is.
    """

    id: str
    type: str
    state: State
    assetPath: Source
    notifications: dict[Event, str]
    errors: Errors
    width: int | None
    height: int | None
    pages: int | None
    bytes: int | None
    sha256: str | None
    origin: OriginView | None
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    removed_at: Moment | None


def origin_view(origin: str | None) -> OriginView | None:
    if origin is None:
        return None
    import_id, _, line = origin.partition("#")
    return {"import_id": import_id, "line": int(line)}


def asset_view(asset: Asset) -> AssetView:
    file = asset.file
    return {
        "id": asset.id,
        "type": asset.type,
        "state": asset.state,
        "assetPath": asset.source,
        "notifications": asset.notifications,
        "errors": asset.errors,
        "width": file.width if file else None,
        "height": file.height if file else None,
        "pages": file.pages if file else None,
        "bytes": file.bytes if file else None,
        "sha256": file.sha256 if file else None,
        "origin": origin_view(asset.origin),
        "created_at": moment(asset.created_at),
        "started_at": moment(asset.started_at),
        "finished_at": moment(asset.finished_at),
        "removed_at": moment(asset.removed_at),
    }


class AssetsView(TypedDict):
    """Some assets; `next` is the token for the following page, null at the end."""

    assets: list[AssetView]
    next: str | None


def page_view(page: AssetPage) -> AssetsView:
    return {"assets": [asset_view(asset) for asset in page.assets], "next": token_of(page.next_position)}


class UploadView(TypedDict):
    """Post the file to `url` as a form: first these `fields`, then `file`. Then submit the `assetPath`."""

    id: str
    url: str
    fields: Mapping[str, str]
    expires_at: Moment
    assetPath: Source


def upload_view(form: UploadForm, path: str) -> UploadView:
    return {
        "id": form.id,
        "url": form.url,
        "fields": form.fields,
        "expires_at": moment(form.expires_at),
        "assetPath": Source(Location.UPLOAD, path),
    }


@overload
def moment(milliseconds: int) -> str: ...
@overload
def moment(milliseconds: int | None) -> str | None: ...
def moment(milliseconds: int | None) -> str | None:
    """Epoch milliseconds as ISO 8601 in UTC."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
