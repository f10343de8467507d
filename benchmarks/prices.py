"""What AWS's list prices make of counts: dollars per million.

Prices are those of us-east-1 without the free tier, on demand, first tier, as they stood on `AS_OF`; change them here.
What Lambda bills for is a time, which no count tells: it is the measured processor time over the share of a processor
that the memory buys, and a wait for each call, as assumed below.
"""

from collections.abc import Mapping
from typing import NamedTuple

AS_OF = "2026-11-22"


class Price(NamedTuple):
    """Dollars for one unit."""

    dollars: float
    unit: str
    source: str


MILLION = 1e6
PRICES = {
    "api_request": Price(3.50 / MILLION, "request of a REST API", "https://aws.amazon.com/api-gateway/pricing/"),
    "lambda_request": Price(0.20 / MILLION, "invocation", "https://aws.amazon.com/lambda/pricing/"),
    "gb_second_x86": Price(0.0000166667, "GB-second, x86_64", "https://aws.amazon.com/lambda/pricing/"),
    "gb_second_arm": Price(0.0000133334, "GB-second, arm64", "https://aws.amazon.com/lambda/pricing/"),
    "sqs_request": Price(0.50 / MILLION, "request, fair queue: 0.40 and 0.10", "https://aws.amazon.com/sqs/pricing/"),
    "wru": Price(0.625 / MILLION, "write request unit", "https://aws.amazon.com/dynamodb/pricing/on-demand/"),
    "rru": Price(0.125 / MILLION, "read request unit", "https://aws.amazon.com/dynamodb/pricing/on-demand/"),
    "s3_put": Price(5.00 / MILLION, "PUT, standard storage", "https://aws.amazon.com/s3/pricing/"),
    "s3_get": Price(0.40 / MILLION, "GET, standard storage", "https://aws.amazon.com/s3/pricing/"),
    "log_gb": Price(0.50, "GB of logs taken in", "https://aws.amazon.com/cloudwatch/pricing/"),
    "trace": Price(5.00 / MILLION, "trace recorded", "https://aws.amazon.com/xray/pricing/"),
    "out_gb": Price(0.09, "GB sent to the internet", "https://aws.amazon.com/ec2/pricing/on-demand/"),
}

TRACED = 0.05
"""Share of requests: X-Ray's default is the first of each second, and one in twenty of the others."""

PLATFORM_LOG = 330
"""Bytes that Lambda itself logs for an invocation: START, END and REPORT."""

FULL_PROCESSOR_MB = 1769
"""Memory with which a function has one whole processor; below it gets its share. (Lambda's developer guide.)"""

CALL_MS, RECEIVER_MS = 5, 100
"""Assumed waits: for a call of an AWS service in the region, and for a receiver of webhooks."""


class Use(NamedTuple):
    """What one step uses; `processor` and `wait` are ms, `logged` and `sent` bytes, `memory` MB."""

    api_requests: float = 0
    invocations: float = 0
    processor: float = 0
    wait: float = 0
    memory: int = 512
    sqs_requests: float = 0
    writes: float = 0
    reads: float = 0
    puts: float = 0
    logged: float = 0
    sent: float = 0


def duration(processor: float, wait: float, memory: int) -> float:
    """Milliseconds that an invocation takes with so many MB."""
    return processor / min(1, memory / FULL_PROCESSOR_MB) + wait


def gb_seconds(use: Use) -> float:
    return use.invocations * duration(use.processor, use.wait, use.memory) / 1000 * use.memory / 1024


def dollars_per_million(use: Use, architecture: str = "arm") -> dict[str, float]:
    """What a million of these cost, by what is paid for."""
    amounts = {
        "API": {"api_request": use.api_requests},
        "Lambda": {"lambda_request": use.invocations, f"gb_second_{architecture}": gb_seconds(use)},
        "SQS": {"sqs_request": use.sqs_requests},
        "DynamoDB": {"wru": use.writes, "rru": use.reads},
        "S3": {"s3_put": use.puts},
        "logs, traces": {
            "log_gb": (use.logged + use.invocations * PLATFORM_LOG) / 1e9,
            "trace": TRACED * use.api_requests,
        },
        "sent": {"out_gb": use.sent / 1e9},
    }
    return {part: MILLION * cost(each) for part, each in amounts.items()}


def cost(amounts: Mapping[str, float]) -> float:
    """Dollars of so many units each."""
    return sum(amount * PRICES[name].dollars for name, amount in amounts.items())


FLOOR = MILLION * cost({"api_request": 1, "wru": 1})
"""A million requests of an API that each write one small item, whoever writes it."""


def memory_curve(processor: float, wait: float, architecture: str) -> dict[int, dict[str, float]]:
    """Duration (ms) and dollars per million of an invocation by memory."""
    curve = {}
    for memory in (128, 192, 256, 384, 512, 768, 1024, 1769):
        use = Use(invocations=1, processor=processor, wait=wait, memory=memory)
        spent = MILLION * cost({f"gb_second_{architecture}": gb_seconds(use)})
        curve[memory] = {"ms": round(duration(processor, wait, memory), 1), "dollars": round(spent, 3)}
    return curve
