"""The ways in which the stand-in misbehaves on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MODES = (
    "ok",
    "refuse",
    "down",
    "slow",
    "late",
    "rate_limited",
    "unauthorized",
    "lost_answer",
    "stall_events",
    "no_records",
    "odd_words",
    "odd_types",
)
WRITES = ("create", "update", "remove", "deploy", "verify")
OPERATIONS = ("find", "describe", *WRITES)


class Mistake(ValueError):
    """What was asked of a knob makes no sense."""


@dataclass
class Fault:
    """How to misbehave: at one operation or at all, so many times or (None) always."""

    mode: str = "ok"
    operation: str | None = None
    times: int | None = None
    seconds: float = 1.0
    retry_after: str = "1"
    detail: str = "The sandbox was told to refuse this."
    pointer: str = "/data/attributes/domain"

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Fault":
        """Read the body of a request. Raises `Mistake`."""
        unknown = set(body) - set(cls.__dataclass_fields__)
        if unknown:
            raise Mistake(f"unknown: {', '.join(sorted(unknown))}")
        fault = cls(**body)
        if fault.mode not in MODES:
            raise Mistake(f"mode is one of {', '.join(MODES)}")
        if fault.operation not in (None, *OPERATIONS):
            raise Mistake(f"operation is one of {', '.join(OPERATIONS)}")
        if not all(isinstance(text, str) for text in (fault.retry_after, fault.detail, fault.pointer)):
            raise Mistake("retry_after, detail and pointer are texts")
        if not _is_number(fault.seconds) or not (fault.times is None or isinstance(fault.times, int)):
            raise Mistake("seconds and times are numbers")
        return fault

    def strikes(self, operation: str) -> bool:
        """Tell whether this call is to go wrong, and count it."""
        if self.mode == "refuse" and operation not in WRITES:
            return False
        if self.operation not in (None, operation) or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 600
