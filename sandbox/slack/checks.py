"""Small checks that write down what is wrong and where, so that every problem is told at once."""

from collections.abc import Callable
from typing import Any

from sandbox.slack.model import Json


class Problems:
    """Collects what is wrong, each with the place in the form of Slack's JSON pointers."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, what: str) -> None:
        """Write down one problem."""
        self.found.append(f"{what} [json-pointer:{place}]")

    def string(self, value: object, place: str, longest: int, *, shortest: int = 1, needed: bool = True) -> None:
        """Check that a value is a string of `shortest` to `longest` characters; None is fine unless `needed`."""
        if value is None:
            if needed:
                self.add(place, "missing required field")
        elif not isinstance(value, str):
            self.add(place, "must be a string")
        elif len(value) < shortest:
            self.add(place, f"must be more than {shortest - 1} characters")
        elif len(value) > longest:
            self.add(place, f"must be less than {longest + 1} characters (has {len(value)})")

    def choice(self, value: object, place: str, choices: tuple[str, ...], *, needed: bool = False) -> None:
        """Check that a value is one of `choices`."""
        if (value is not None or needed) and value not in choices:
            self.add(place, f"must be one of {', '.join(choices)}")

    def flag(self, value: object, place: str) -> None:
        """Check that a value, if there is one, is true or false."""
        if value is not None and not isinstance(value, bool):
            self.add(place, "must be a boolean")

    def known(self, item: Json, place: str, allowed: set[str]) -> None:
        """Check that nothing is there that Slack, as far as the sandbox knows it, would not accept."""
        for name in sorted(set(item) - allowed):
            self.add(f"{place}/{name}", "no more fields are allowed here")

    def each(self, value: object, place: str, most: int, check: Callable[[Json, str], None], *, least: int = 1) -> None:
        """Check a list of `least` to `most` objects, each by `check`."""
        if not isinstance(value, list):
            self.add(place, "must be a list")
            return
        if not least <= len(value) <= most:
            self.add(place, f"must have {least} to {most} items (has {len(value)})")
        for index, item in enumerate(value):
            if isinstance(item, dict):
                check(item, f"{place}/{index}")
            else:
                self.add(f"{place}/{index}", "must be an object")

    def text(self, value: object, place: str, longest: int, *, plain: bool = False, needed: bool = True) -> None:
        """Check a text object (https://docs.slack.dev/reference/block-kit/composition-objects/text-object)."""
        if value is None and not needed:
            return
        if not isinstance(value, dict):
            self.add(place, "must be a text object")
            return
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        self.choice(value.get("type"), f"{place}/type", kinds, needed=True)
        self.string(value.get("text"), f"{place}/text", longest)
        if value.get("type") == "mrkdwn":
            self.flag(value.get("verbatim"), f"{place}/verbatim")
            self.known(value, place, {"type", "text", "verbatim"})
        else:
            self.flag(value.get("emoji"), f"{place}/emoji")
            self.known(value, place, {"type", "text", "emoji"})


def characters_in(value: Any) -> int:
    """Count the characters of every text in some blocks."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters_in(each) for key, each in value.items() if key != "text" or isinstance(each, dict))
    if isinstance(value, list):
        return sum(characters_in(each) for each in value)
    return 0
