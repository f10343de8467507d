"""Dollars per million assets, votes and single steps, from what was counted and measured."""

from typing import Any

from benchmarks.prices import AS_OF, CALL_MS, FLOOR, PRICES, RECEIVER_MS, Use, dollars_per_million, memory_curve
from benchmarks.steps import DECIDE, DRAW, NOTIFY, SUBMIT, TEN, TOGETHER, VALIDATE, VOTE
from tests.template import properties, template

MEMORY = template()["Globals"]["Function"]["MemorySize"]
MEMORY_OF = {name: properties(f"{name}Function").get("MemorySize", MEMORY) for name in ("Validator", "Notifier")}
SQS_CALLS = ("SendMessage", "SendMessageBatch")
POLLED = 2
"""SQS requests for a message that a function gets alone: it is received and deleted."""

ANSWER, WEBHOOK = 400, 700
"""Bytes that are sent out for an answer of the API and for a webhook, with their headers."""

VOTES_A_DECISION = 3

Steps = dict[str, dict[str, Any]]


def use_of(name: str, step: dict[str, Any], processor: float) -> Use:
    """What a step uses, with so many ms of a processor."""
    calls = sum(step["calls"].values())
    is_api = name not in (VALIDATE, NOTIFY)
    sends = sum(step["calls"].get(each, 0) for each in SQS_CALLS)
    return Use(
        api_requests=is_api,
        invocations=1,
        processor=processor,
        wait=calls * CALL_MS + (RECEIVER_MS if name == NOTIFY else 0),
        memory={VALIDATE: MEMORY_OF["Validator"], NOTIFY: MEMORY_OF["Notifier"]}.get(name, MEMORY),
        sqs_requests=sends + (0 if is_api else POLLED),
        writes=step["wru"],
        reads=step["rru"],
        puts=step["calls"].get("PutObject", 0),
        logged=step["log_bytes"],
        sent=ANSWER if is_api else WEBHOOK if name == NOTIFY else 0,
    )


def processors_of(steps: Steps, measured: dict[str, float]) -> dict[str, float]:
    """Processor ms of each step's function: measured, or for reviews its own and what the SDK takes for each call."""
    spent = {SUBMIT: measured[SUBMIT], VALIDATE: measured[VALIDATE], NOTIFY: measured[NOTIFY] / 2}
    a_call = max(0, measured[SUBMIT] - steps[SUBMIT]["own_ms"]) / sum(steps[SUBMIT]["calls"].values())
    for name in (VOTE, DECIDE, TEN, DRAW):
        spent[name] = steps[name]["own_ms"] + a_call * sum(steps[name]["calls"].values())
    return spent


def scaled(parts: dict[str, float], factor: float) -> dict[str, float]:
    return {name: amount * factor for name, amount in parts.items()}


def added(*parts: dict[str, float]) -> dict[str, float]:
    return {name: sum(each[name] for each in parts) for name in parts[0]}


def measure(steps: Steps, processor: dict[str, float]) -> dict[str, Any]:
    """Dollars per million of each, in all and by what is paid for, and how many times the floor that is.

    `processor` has the ms that each step of an asset was measured to take.
    """
    processors = processors_of(steps, processor)
    uses = {name: use_of(name, steps[name], processor_ms) for name, processor_ms in processors.items()}
    cost = {name: dollars_per_million(use) for name, use in uses.items()}
    vote = scaled(added(scaled(cost[VOTE], VOTES_A_DECISION - 1), cost[DECIDE]), 1 / VOTES_A_DECISION)
    figures = {
        "asset, with two webhooks": added(cost[SUBMIT], cost[VALIDATE], cost[NOTIFY], cost[NOTIFY]),
        "vote": vote,
        "vote, with its share of the page": added(vote, scaled(cost[DRAW], 1 / 30)),
        "vote, ten at once": scaled(cost[TEN], 1 / TOGETHER),
    }
    return {
        "as_of": AS_OF,
        "floor": round(FLOOR, 3),
        "per_million": {
            name: {"dollars": round(sum(parts.values()), 2), "times_floor": round(sum(parts.values()) / FLOOR, 2)}
            | {"parts": {part: round(amount, 2) for part, amount in parts.items()}}
            for name, parts in figures.items()
        },
        "memory": {
            name: {each: memory_curve(use.processor, use.wait, each) for each in ("x86", "arm")}
            for name, use in uses.items()
            if name in (SUBMIT, VALIDATE, NOTIFY)
        },
        "prices": {name: price._asdict() for name, price in PRICES.items()},
    }
