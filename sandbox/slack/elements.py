"""Which interactive elements Slack accepts (https://docs.slack.dev/reference/block-kit/block-elements)."""

from typing import Any

from sandbox.slack.checks import Problems
from sandbox.slack.model import Json

WITH_OPTIONS = {"static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}
IN_ACTIONS = ("button", "static_select", "radio_buttons", "checkboxes", "overflow")
IN_INPUT = ("plain_text_input", "static_select", "radio_buttons", "checkboxes")

_FIELDS = {
    "button": {"text", "value", "url", "style", "accessibility_label"},
    "static_select": {"options", "initial_option", "placeholder", "focus_on_load"},
    "radio_buttons": {"options", "initial_option", "focus_on_load"},
    "checkboxes": {"options", "initial_options", "focus_on_load"},
    "overflow": {"options"},
    "plain_text_input": {
        "initial_value",
        "multiline",
        "min_length",
        "max_length",
        "placeholder",
        "focus_on_load",
        "dispatch_action_config",
    },
}


def check_element(problems: Problems, element: Any, place: str, allowed: tuple[str, ...]) -> None:
    """Check one element that has to be of an `allowed` type."""
    if not isinstance(element, dict):
        problems.add(place, "must be an object")
        return
    kind = str(element.get("type"))
    if kind not in allowed:
        problems.add(f"{place}/type", f"unsupported element here: {kind}")
        return
    problems.string(element.get("action_id"), f"{place}/action_id", 255, needed=False)
    problems.known(element, place, _FIELDS[kind] | {"type", "action_id", "confirm"})
    problems.text(element.get("placeholder"), f"{place}/placeholder", 150, plain=True, needed=False)
    if element.get("confirm") is not None:
        check_confirm(problems, element["confirm"], f"{place}/confirm")
    if kind == "button":
        _check_button(problems, element, place)
    elif kind == "plain_text_input":
        _check_input(problems, element, place)
    else:
        _check_options(problems, element, place, kind)


def _check_button(problems: Problems, element: Json, place: str) -> None:
    problems.text(element.get("text"), f"{place}/text", 75, plain=True)
    problems.string(element.get("value"), f"{place}/value", 2000, shortest=0, needed=False)
    problems.string(element.get("url"), f"{place}/url", 3000, needed=False)
    problems.choice(element.get("style"), f"{place}/style", ("primary", "danger"))
    problems.string(element.get("accessibility_label"), f"{place}/accessibility_label", 75, needed=False)


def _check_input(problems: Problems, element: Json, place: str) -> None:
    problems.flag(element.get("multiline"), f"{place}/multiline")
    for name in ("min_length", "max_length"):
        limit = element.get(name)
        if limit is not None and not (isinstance(limit, int) and 0 <= limit <= 3000):
            problems.add(f"{place}/{name}", "must be a number from 0 to 3000")
    longest = element.get("max_length")
    initial = f"{place}/initial_value"
    problems.string(
        element.get("initial_value"), initial, longest if isinstance(longest, int) else 3000, shortest=0, needed=False
    )


def _check_options(problems: Problems, element: Json, place: str, kind: str) -> None:
    plain = kind in {"static_select", "overflow"}

    def check_option(option: Json, where: str) -> None:
        problems.text(option.get("text"), f"{where}/text", 75, plain=plain)
        problems.string(option.get("value"), f"{where}/value", 150)
        problems.text(option.get("description"), f"{where}/description", 75, plain=plain, needed=False)
        problems.known(option, where, {"text", "value", "description"})

    problems.each(element.get("options"), f"{place}/options", WITH_OPTIONS[kind], check_option)
    chosen = element.get("initial_options") or [element.get("initial_option")]
    for option in chosen:
        if option is not None and option not in (element.get("options") or []):
            problems.add(f"{place}/initial_option", "must exactly match one of the options")


def check_confirm(problems: Problems, confirm: object, place: str) -> None:
    """Check a confirmation dialog."""
    if not isinstance(confirm, dict):
        problems.add(place, "must be an object")
        return
    problems.text(confirm.get("title"), f"{place}/title", 100, plain=True)
    problems.text(confirm.get("text"), f"{place}/text", 300)
    problems.text(confirm.get("confirm"), f"{place}/confirm", 30, plain=True)
    problems.text(confirm.get("deny"), f"{place}/deny", 30, plain=True)
    problems.choice(confirm.get("style"), f"{place}/style", ("primary", "danger"))
    problems.known(confirm, place, {"title", "text", "confirm", "deny", "style"})
