"""Processes that die, or are overtaken, right before or after any of their effects."""

from collections.abc import Callable
from typing import Any

WRITES = {
    *("add", "save", "save_delivery", "put", "send", "post"),
    *("begin", "put_part", "complete", "abort"),
    *("write", "delete"),
    "claim_picture",
}


class CrashError(Exception):
    """The process dies here."""


class CrashPoint:
    """Lets a process die right before or right after its nth effect, counted over all ports."""

    def __init__(self, step: int | None, before: bool) -> None:
        self.step = step
        self.before = before
        self.effects: list[str] = []
        self.happened = False

    def around(self, port: Any) -> Any:
        return Fragile(port, self)

    def perform(self, name: str, effect: Callable[[], Any]) -> Any:
        self.effects.append(name)
        is_hit = len(self.effects) == self.step
        self.happened = self.happened or is_hit
        if is_hit and self.before:
            self.strike(name)
        result = effect()
        if is_hit and not self.before:
            self.strike(name)
        return result

    def strike(self, name: str) -> None:
        raise CrashError(name)


class Overtaking(CrashPoint):
    """Lets something else happen right before or right after the nth effect."""

    def __init__(self, step: int | None, before: bool) -> None:
        super().__init__(step, before)
        self.what: Callable[[], object] = lambda: None

    def strike(self, name: str) -> None:
        self.what()


class Fragile:
    def __init__(self, port: Any, crash_point: CrashPoint) -> None:
        self._port = port
        self._crash_point = crash_point

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if name not in WRITES:
            return method
        return lambda *given, **named: self._crash_point.perform(name, lambda: method(*given, **named))
