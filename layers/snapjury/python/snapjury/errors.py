"""What can go wrong, as classes: raised where the fact is known, turned into answers at the edges."""


class SnapjuryError(Exception):
    """Base of everything that this package raises on purpose."""


class NotFoundError(SnapjuryError):
    """Nothing is stored under this id, or it belongs to somebody else."""


class ConflictError(SnapjuryError):
    """The stored item changed since it was read; read it again and decide again."""


class AlreadyExistsError(SnapjuryError):
    """An item with this key is stored already."""


class IdempotencyKeyReusedError(SnapjuryError):
    """The Idempotency-Key was used before, with another request."""


class LocationNotEnabledError(SnapjuryError):
    """Assets cannot be submitted from this kind of location here."""

    def __init__(self, location: str, enabled: tuple[str, ...], field: str | None = None) -> None:
        super().__init__(f"location {str(location)!r} is not enabled here; use one of: {', '.join(enabled)}")
        self.field = field


class UnknownTypeError(SnapjuryError):
    """There is no such type of asset."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no type {name!r}; known are: {', '.join(known)}")


class UnknownQueueError(SnapjuryError):
    """There is no queue of this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no queue {name!r}; known are: {', '.join(known)}")


class NotReplayableError(SnapjuryError):
    """The webhook cannot be replayed now."""


class NotDrawnError(SnapjuryError):
    """The snapshot was not drawn in this session, or so long ago that it is not known any more."""


class AlreadyDecidedError(SnapjuryError):
    """The jury has decided, or the snapshot was removed, so votes can be changed and withdrawn no more."""

    def __init__(self, verdict: str) -> None:
        super().__init__(f"the snapshot is decided or removed; your vote {str(verdict)!r} stands and cannot be changed")


class InUseError(SnapjuryError):
    """The item is needed by others and cannot be deleted; the message says by what."""


class NotMarkableError(SnapjuryError):
    """The snapshot cannot be given a known answer; the message says why."""


class OwnAccessError(SnapjuryError):
    """An admin would take away the access that the request is made with."""


class VersionMismatchError(SnapjuryError):
    """The item is not the version that the request's If-Match names."""


class UnauthenticatedError(SnapjuryError):
    """The request does not prove who sends it; the message says what is missing."""


class ForbiddenError(SnapjuryError):
    """The caller is known, but may not do this; the message says who may."""


class TooManyAttemptsError(SnapjuryError):
    """Too many sign-ins failed under this name; `seconds` later the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed attempts; try again in {seconds} s")
        self.seconds = seconds


class TemporaryFaultError(SnapjuryError):
    """A store or queue did not answer; the same call may succeed later."""


class UnreachableError(SnapjuryError):
    """The asset's source cannot be read: missing, forbidden or outside what may be read (callers can't tell which)."""


class TooLargeError(SnapjuryError):
    """The asset's source has more bytes than are read."""


class LostUploadError(SnapjuryError):
    """The parts that were uploaded so far are gone, or not those that are asked for: begin the object anew."""


class BadManifestError(SnapjuryError):
    """The manifest as a whole cannot be imported; the message says why."""


class BadRowError(SnapjuryError):
    """A row of a manifest cannot be imported; the message says what is wrong with it."""


class MissingSettingError(SnapjuryError):
    """A function was deployed without one of its settings."""


class RequestError(SnapjuryError):
    """The request cannot be understood; says what is wrong, where, and what would be right."""

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


class MalformedRequestError(RequestError):
    """The body or a parameter is not even readable."""


class InvalidRequestError(RequestError):
    """The body is readable, but its fields are not what they should be."""


class UnsupportedContentTypeError(RequestError):
    """The body is not announced as JSON."""


class RequestTooLargeError(RequestError):
    """The body has more bytes than any valid request needs."""
