"""The lines of an export's files. Pure: the same snapshot always gives the same line.

Beside the decision a line tells what most votes say, and what is more probable by what was known of the QAs at the
decision: not by what is known now, since an export is written over many invocations and repeated parts of it must come
out the same. Whoever wants that scores the exported votes.

Of several snapshots with the same bytes and product, the one that was judged has a line, which names its duplicates as
they are when it is written. They have none of their own: the same picture twice teaches a model nothing. Where the one
that was judged was removed since, the first that is left stands in its place.

The manifest is an augmented manifest as SageMaker Ground Truth writes it for image classification
(https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html): the label is 1 for correct. The decisions are
CSV by RFC 4180, in which no cell begins as a spreadsheet's formula does.
"""

import csv
import hashlib
import hmac
import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from snapjury.rules.duplicates import holders
from snapjury.rules.export_job import ExportFile
from snapjury.rules.policy import majority_of, posterior_of, tally_of
from snapjury.rules.snapshot import Decision, Snapshot, Verdict

LABEL = "snapjury"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""What makes a spreadsheet read a cell as a formula (OWASP, CSV injection)."""

COLUMNS = (
    "snapshot",
    "product",
    "image",
    "status",
    "reason",
    "confidence",
    "votes_correct",
    "votes_incorrect_or_unsure",
    "decided_at",
    "policy",
    "votes",
    "majority",
    "posterior",
    "posterior_confidence",
    "duplicates",
)


class Names(Struct, frozen=True):
    """How an export names things: itself, the picture kept under a hash as a type, and QAs, whose names stay here."""

    job: str
    image_url: Callable[[str, str], str]
    reader: Callable[[str], str]


def header_of(file: ExportFile) -> bytes:
    """What a file begins with."""
    return csv_line(COLUMNS) if file is ExportFile.DECISIONS else b""


def line_of(file: ExportFile, snapshot: Snapshot, decision: Decision, names: Names) -> bytes:
    """The line of a decided snapshot, with its end."""
    render = manifest_line if file is ExportFile.MANIFEST else decision_line
    first, *others = holders(snapshot)
    return render(replace(snapshot, id=first, duplicates=tuple(others)), decision, names)


def manifest_line(snapshot: Snapshot, decision: Decision, names: Names) -> bytes:
    metadata = {
        "class-name": decision.status,
        "confidence": probability_of_status(decision),
        "type": "groundtruth/image-classification",
        "job-name": names.job,
        "human-annotated": "yes",
        "creation-date": ground_truth_moment(decision.decided_at),
    }
    record = {
        "snapshot": snapshot.id,
        "status": decision.status,
        "reason": decision.reason,
        "confidence": decision.confidence,
        "decided_at": moment(decision.decided_at),
        "policy": decision.policy,
        "votes": [
            {"reader": names.reader(vote.qa), "verdict": vote.verdict, "at": moment(vote.at)} for vote in snapshot.votes
        ],
        "majority": majority_of(snapshot.votes),
        "posterior": posterior_of(decision),
        "duplicates": snapshot.duplicates,
    }
    line = {
        "source-ref": names.image_url(snapshot.image, snapshot.type),
        "asset-type": snapshot.type,
        "product": snapshot.product,
        LABEL: int(decision.status is Verdict.CORRECT),
        f"{LABEL}-metadata": metadata,
        f"{LABEL}-decision": record,
    }
    return msgspec.json.encode(line) + b"\n"


def decision_line(snapshot: Snapshot, decision: Decision, names: Names) -> bytes:
    tally = tally_of(snapshot.votes)
    posterior = posterior_of(decision)
    votes = (f"{names.reader(vote.qa)} {vote.verdict} {moment(vote.at)}" for vote in snapshot.votes)
    return csv_line(
        (
            snapshot.id,
            snapshot.product,
            names.image_url(snapshot.image, snapshot.type),
            decision.status,
            decision.reason,
            str(decision.confidence),
            str(tally[Verdict.CORRECT]),
            str(tally[Verdict.INCORRECT_OR_UNSURE]),
            moment(decision.decided_at),
            decision.policy,
            "; ".join(votes),
            majority_of(snapshot.votes) or "",
            posterior.label if posterior else "",
            str(posterior.confidence) if posterior else "",
            " ".join(snapshot.duplicates),
        )
    )


def probability_of_status(decision: Decision) -> float:
    """That the status is true, by who said what; the decision's own confidence where that was not recorded."""
    posterior = posterior_of(decision)
    if posterior is None:
        return decision.confidence
    return posterior.confidence if posterior.label is decision.status else round(1 - posterior.confidence, 4)


def csv_line(cells: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def reader_of(secret: str, qa: str) -> str:
    """Who voted, without the name: the same in every export, and not to be guessed from a list of names."""
    return hmac.new(secret.encode(), qa.encode(), hashlib.sha256).hexdigest()[:16]


def moment(milliseconds: int) -> str:
    """Epoch milliseconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def ground_truth_moment(milliseconds: int) -> str:
    """The same as Ground Truth spells it: in UTC without saying so, with microseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
