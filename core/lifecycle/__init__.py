"""The lifecycle of a sending domain: `decide` is the whole table of `spec/lifecycle.md`, pure and total."""

from core.lifecycle.decision import Decision

__all__ = ["Decision"]
