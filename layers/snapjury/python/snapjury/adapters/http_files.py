"""Files that lie behind URLs, as strangers give them."""

from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse

from snapjury.adapters.deadline import Deadline
from snapjury.adapters.guarded_http import call
from snapjury.errors import SnapjuryError, TooLargeError, UnreachableError
from snapjury.rules.addresses import Network
from snapjury.rules.types.data_type import DataType
from snapjury.rules.urls import may_be_called

HEADERS = {"accept-encoding": "identity", "user-agent": "Snapjury/1.0"}
MAX_REDIRECTS = 3
CHUNK = 64 * 1024


class HttpFiles:
    """Reads what URLs answer; `timeout` (seconds) is for everything from the look-up to the last byte."""

    def __init__(self, allowed: tuple[Network, ...], timeout: float) -> None:
        self._allowed = allowed
        self._timeout = timeout

    def read(self, url: str, kind: DataType) -> bytes:
        """The body of a 200; UnreachableError for every other answer, and for none.

        It is asked for as this type, since servers of pictures choose one by what their caller names.
        Each redirect is a URL from a stranger again. Which of all the failures it was, the caller cannot tell, so that
        nobody learns what there is in the network around us.
        """
        with Deadline(self._timeout) as deadline:
            try:
                content = self._read(url, kind, deadline)
            except SnapjuryError:
                raise
            except Exception as error:  # whatever a server provokes in the libraries below is the server's failure
                raise UnreachableError(url) from error
        if deadline.has_passed:  # a connection that was cut may look like a body that ended
            raise UnreachableError(url)
        return content

    def _read(self, url: str, kind: DataType, deadline: Deadline) -> bytes:
        headers = HEADERS | {"accept": f"{kind.media_type.partition(';')[0]}, */*;q=0.1"}
        for _ in range(1 + MAX_REDIRECTS):
            if not may_be_called(url, self._allowed):
                raise UnreachableError(url)
            with call("GET", url, headers, deadline, self._allowed) as answer:
                location = answer.get_redirect_location()
                if not location:
                    return content_of(answer, kind.limits.max_bytes)
            url = urljoin(url, location)
        raise UnreachableError("redirected too often")


def content_of(answer: BaseHTTPResponse, max_bytes: int) -> bytes:
    """The body as it is sent. What is compressed though it was not to be is refused, and never unpacked."""
    if answer.status != 200 or answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnreachableError("not the plain content")
    if (answer.length_remaining or 0) > max_bytes:
        raise TooLargeError("more bytes than are read")
    content = bytearray()
    for piece in answer.stream(CHUNK):
        content += piece
        if len(content) > max_bytes:
            raise TooLargeError("more bytes than are read")
    return bytes(content)
