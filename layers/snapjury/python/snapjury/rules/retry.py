"""When a webhook that did not arrive is tried again.

The default steps are the example schedule of the Standard Webhooks specification 1.0.0.
"""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """What one attempt came to."""

    DELIVERED = "delivered"
    RETRYABLE = "retryable"
    OVERLOADED = "overloaded"
    """No answer in time, or 429: the receiver is given a longer pause."""
    PERMANENT = "permanent"


class Outcome(Struct, frozen=True):
    """One attempt's result: the HTTP status if there was an answer, and the receiver's Retry-After in seconds."""

    verdict: Verdict
    detail: str
    status: int | None = None
    retry_after: float | None = None


class RetryPolicy(Struct, frozen=True):
    """Pauses in seconds. `start_steps` is how many steps of the ladder the start event climbs: the end waits for it."""

    ladder: tuple[float, ...] = (5, 300, 1800, 7200, 18000, 36000, 36000)
    start_steps: int = 2
    jitter: float = 0.2
    overload_pause: float = 60


def outcome_of_status(status: int, retry_after: float | None = None) -> Outcome:
    """What an HTTP answer means: 2xx is success, 410 ends it, all else (a redirect too) is tried again."""
    if 200 <= status < 300:
        verdict = Verdict.DELIVERED
    elif status == 410:
        verdict = Verdict.PERMANENT
    else:
        verdict = Verdict.OVERLOADED if status == 429 else Verdict.RETRYABLE
    return Outcome(verdict, f"answered {status}", status, retry_after)


def pause_after(failures: int, outcome: Outcome, policy: RetryPolicy, steps: int, luck: float) -> float | None:
    """Seconds until the next attempt, or None when the ladder's `steps` are used up.

    `failures` counts the failed attempts so far, this one included; `luck` in [0, 1) spreads receivers' load over
    plus and minus `jitter` of the step. Retry-After is honoured between one and two times the step.
    """
    if outcome.verdict is Verdict.PERMANENT or failures > min(steps, len(policy.ladder)):
        return None
    step = policy.ladder[failures - 1] * (1 + policy.jitter * (2 * luck - 1))
    if outcome.verdict is Verdict.OVERLOADED:
        step = max(step, policy.overload_pause)
    if outcome.retry_after is not None:
        step = min(max(step, outcome.retry_after), 2 * step)
    return step


def longest_climb(policy: RetryPolicy, steps: int, timeout: float) -> float:
    """Seconds after which a ladder of so many steps is surely climbed, each attempt taking the whole timeout."""
    pauses = (max(step, policy.overload_pause) * (1 + policy.jitter) * 2 for step in policy.ladder[:steps])
    return sum(pauses) + timeout * (steps + 1)
